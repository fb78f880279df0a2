-- Forgotten trips left a row for nearly every departure and arrival, which took longer to write than the trip had, and
-- gave back little of its space. A row a day of a station, with a number an event, says the same.

-- Of each departure and arrival of a forgotten trip: the minute of its day, in UTC, from 0 to 1439, in no order.
CREATE TABLE forgotten_minutes (
    alias text COLLATE "C" NOT NULL,
    day timestamptz NOT NULL,
    departures smallint[] NOT NULL,
    arrivals smallint[] NOT NULL,
    PRIMARY KEY (alias, day)
);

INSERT INTO forgotten_minutes (alias, day, departures, arrivals)
SELECT alias, day,
    coalesce(array_agg(minute_of_day) FILTER (WHERE number <= departures), '{}'),
    coalesce(array_agg(minute_of_day) FILTER (WHERE number <= arrivals), '{}')
FROM (
    SELECT alias, departures, arrivals, date_bin('1 day', minute, '2000-01-01Z') AS day,
        (date_part('epoch', minute - date_bin('1 day', minute, '2000-01-01Z')) / 60)::smallint AS minute_of_day
    FROM forgotten_flow
) flow
CROSS JOIN LATERAL generate_series(1, greatest(departures, arrivals)) AS number
GROUP BY alias, day;

-- As before; by its day an event of a forgotten trip is found without looking at all days.
CREATE OR REPLACE VIEW dock_event AS
SELECT start_station_id AS alias, started_at AS at, 1 AS departures, 0 AS arrivals,
    date_bin('1 day', started_at, '2000-01-01Z') AS day
FROM trip
WHERE start_station_id IS NOT NULL
UNION ALL
SELECT end_station_id, ended_at, 0, 1, date_bin('1 day', ended_at, '2000-01-01Z')
FROM trip
WHERE end_station_id IS NOT NULL AND ended_at IS NOT NULL
UNION ALL
SELECT alias, day + minute_of_day * interval '1 minute', 1, 0, day
FROM forgotten_minutes
CROSS JOIN LATERAL unnest(departures) AS minute_of_day
UNION ALL
SELECT alias, day + minute_of_day * interval '1 minute', 0, 1, day
FROM forgotten_minutes
CROSS JOIN LATERAL unnest(arrivals) AS minute_of_day;

DROP TABLE forgotten_flow;

-- As before; the minutes of what is forgotten are added to those of their days.
CREATE OR REPLACE FUNCTION forget_trips(p_before timestamptz, p_limit integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    forgotten bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('bikeshare.apply_batch'));
    UPDATE system_state
    SET forgotten_before = greatest(
        forgotten_before, least(p_before, (SELECT min(anchored_at) FROM station_status))
    );
    WITH old AS (
        SELECT trip_key
        FROM trip
        CROSS JOIN system_state
        WHERE started_at < forgotten_before AND greatest(started_at, ended_at) < forgotten_before
            AND NOT EXISTS (SELECT FROM bike WHERE bike.bike_id = trip.bike_id AND bike.trip_key = trip.trip_key)
        LIMIT p_limit
    ), moves AS (
        DELETE FROM bike_move USING old WHERE bike_move.trip_key = old.trip_key
    ), gone AS (
        DELETE FROM trip USING old WHERE trip.trip_key = old.trip_key RETURNING trip.*
    ), event AS (
        SELECT start_station_id AS alias, started_at AS at, true AS is_departure
        FROM gone
        WHERE start_station_id IS NOT NULL
        UNION ALL
        SELECT end_station_id, ended_at, false
        FROM gone
        WHERE end_station_id IS NOT NULL AND ended_at IS NOT NULL
    ), in_days AS (
        SELECT alias, is_departure, date_bin('1 day', at, '2000-01-01Z') AS day,
            floor(date_part('epoch', at - date_bin('1 day', at, '2000-01-01Z')) / 60)::smallint AS minute_of_day
        FROM event
    ), kept AS (
        INSERT INTO forgotten_minutes AS known (alias, day, departures, arrivals)
        SELECT alias, day,
            coalesce(array_agg(minute_of_day) FILTER (WHERE is_departure), '{}'),
            coalesce(array_agg(minute_of_day) FILTER (WHERE NOT is_departure), '{}')
        FROM in_days
        GROUP BY alias, day
        ON CONFLICT (alias, day) DO UPDATE SET
            departures = known.departures || excluded.departures,
            arrivals = known.arrivals || excluded.arrivals
    ), counted AS (
        UPDATE system_state SET trips = trips - (SELECT count(*) FROM gone)
    )
    SELECT count(*) INTO forgotten FROM gone;
    RETURN forgotten;
END
$$;
