-- What is forgotten was held back by the oldest anchor of all: that of one station that left its feed, for ever. Now
-- by the anchors of a trip's own stations.

-- As before, for trips that have ended: an open one is not forgotten, or its end would count its start once more. What
-- came or went after a station's anchor stays, and so does a move from there: it is counted again when ids are joined.
CREATE OR REPLACE FUNCTION forget_trips(p_before timestamptz, p_limit integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    forgotten bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('bikeshare.apply_batch'));
    UPDATE system_state SET forgotten_before = greatest(forgotten_before, p_before);
    WITH anchor AS (
        SELECT alias, anchored_at
        FROM station_alias
        JOIN station_status USING (station_id)
        WHERE anchored_at IS NOT NULL
    ), old AS (
        SELECT trip_key
        FROM trip
        CROSS JOIN system_state
        LEFT JOIN anchor here ON here.alias = trip.start_station_id
        LEFT JOIN anchor there ON there.alias = trip.end_station_id
        WHERE started_at < forgotten_before AND ended_at < forgotten_before
            AND started_at <= coalesce(here.anchored_at, 'infinity')
            AND ended_at <= coalesce(there.anchored_at, 'infinity')
            -- Asked of one trip at a time: a join would read all moves, and all old trips, for every slice.
            AND started_at <= coalesce((
                SELECT anchored_at
                FROM bike_move
                JOIN station_alias ON alias = from_alias
                JOIN station_status USING (station_id)
                WHERE bike_move.trip_key = trip.trip_key
            ), 'infinity')
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

-- Arrivals less departures under an id that were forgotten, in whole minutes after an anchor.
CREATE FUNCTION forgotten_net_flow(p_alias text, p_after timestamptz) RETURNS bigint
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(sum(came - went), 0)
    FROM forgotten_minutes
    CROSS JOIN LATERAL (
        SELECT count(*) AS came
        FROM unnest(arrivals) AS minute_of_day
        WHERE day + minute_of_day * interval '1 minute' > p_after
    ) came
    CROSS JOIN LATERAL (
        SELECT count(*) AS went
        FROM unnest(departures) AS minute_of_day
        WHERE day + minute_of_day * interval '1 minute' > p_after
    ) went
    WHERE alias = p_alias COLLATE "C" AND day >= date_bin('1 day', p_after, '2000-01-01Z')
$$;

-- As before; an anchor may be older than what is forgotten: a station's first snapshot may come late, or an id that had
-- no anchor turn out to be a place that has.
CREATE OR REPLACE FUNCTION recount_net_flow(p_aliases text[]) RETURNS void
LANGUAGE sql
AS $$
    WITH anchor AS (
        SELECT member.component, max(status.feed_at) AS anchored_at
        FROM (SELECT DISTINCT component FROM station_alias WHERE alias = ANY (p_aliases)) touched
        JOIN station_alias member USING (component)
        LEFT JOIN station_status_snapshot status ON status.station_id = member.alias
        GROUP BY member.component
    ), counted AS (
        SELECT member.alias, anchor.anchored_at, (since.tally).*
        FROM anchor
        JOIN station_alias member USING (component)
        CROSS JOIN LATERAL (
            SELECT tally(member.alias, member.component, anchor.anchored_at, 'infinity') OFFSET 0
        ) since
    )
    UPDATE station_alias known
    SET net_after_anchor = CASE
            WHEN counted.anchored_at IS NULL THEN (
                SELECT coalesce(sum(arrivals - departures), 0)
                FROM station_day_flow
                WHERE station_day_flow.alias = known.alias
            )
            ELSE counted.net + forgotten_net_flow(known.alias, counted.anchored_at)
        END,
        named_net = counted.named_net,
        unnamed_events = counted.unnamed_events,
        brought = counted.brought,
        taken = counted.taken,
        strangers_gone = counted.strangers_gone,
        missing_found = counted.missing_found
    FROM counted
    WHERE known.alias = counted.alias
$$;
