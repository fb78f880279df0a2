-- Flows are read from the ledger, whose indexes by station and time hold every dock event already: a second copy
-- of them by the minute cost a batch a quarter of its time, and the database a quarter of its bytes.

DROP TRIGGER sum_new_flows ON station_flow;
DROP TRIGGER sum_changed_flows ON station_flow;
DROP TRIGGER sum_days_of_new_flows ON station_flow;
DROP TRIGGER sum_days_of_changed_flows ON station_flow;
DROP FUNCTION sum_flows();
DROP FUNCTION sum_days();

-- Departures and arrivals per minute, under the id as received, of the trips that the ledger has forgotten.
ALTER TABLE station_flow RENAME TO forgotten_flow;
ALTER INDEX station_flow_pkey RENAME TO forgotten_flow_pkey;
REVOKE SELECT ON forgotten_flow FROM bikeshare_api;

-- Every departure and arrival that is known, under the id as received: those of a trip at their moment, those
-- of forgotten trips at the minute in which they were.
CREATE VIEW dock_event AS
SELECT start_station_id AS alias, started_at AS at, 1 AS departures, 0 AS arrivals
FROM trip
WHERE start_station_id IS NOT NULL
UNION ALL
SELECT end_station_id, ended_at, 0, 1
FROM trip
WHERE end_station_id IS NOT NULL AND ended_at IS NOT NULL
UNION ALL
SELECT alias, minute, departures, arrivals
FROM forgotten_flow;
GRANT SELECT ON dock_event TO bikeshare_api;

-- What the API of the last release still asks, until a deploy has replaced it.
CREATE VIEW station_flow AS
SELECT alias, date_trunc('minute', at, 'UTC') AS minute, departures, arrivals
FROM dock_event;
GRANT SELECT ON station_flow TO bikeshare_api;

-- Until now the minutes of all trips were kept: what the ledger still holds is taken out of them.
DO $$
DECLARE
    last_forgotten timestamptz := (SELECT date_trunc('minute', forgotten_before, 'UTC') FROM system_state);
BEGIN
    IF last_forgotten = '-infinity' THEN
        TRUNCATE forgotten_flow;
        RETURN;
    END IF;
    DELETE FROM forgotten_flow WHERE minute > last_forgotten;
    UPDATE forgotten_flow
    SET departures = forgotten_flow.departures - held.departures,
        arrivals = forgotten_flow.arrivals - held.arrivals
    FROM (
        SELECT alias, date_trunc('minute', at, 'UTC') AS minute,
            sum(departures) AS departures, sum(arrivals) AS arrivals
        FROM (
            SELECT start_station_id AS alias, started_at AS at, 1 AS departures, 0 AS arrivals
            FROM trip
            WHERE start_station_id IS NOT NULL AND started_at < last_forgotten + interval '1 minute'
            UNION ALL
            SELECT end_station_id, ended_at, 0, 1
            FROM trip
            WHERE end_station_id IS NOT NULL AND ended_at < last_forgotten + interval '1 minute'
        ) event
        GROUP BY 1, 2
    ) held
    WHERE forgotten_flow.alias = held.alias AND forgotten_flow.minute = held.minute;
    DELETE FROM forgotten_flow WHERE departures = 0 AND arrivals = 0;
END
$$;

-- As before, with the sums by minute and by day that triggers made of a station's minutes; of UTC, where date_bin
-- finds the same beginnings as date_trunc in a quarter of its time.
CREATE OR REPLACE FUNCTION apply_dock_events() RETURNS void
LANGUAGE sql
AS $$
    WITH event AS (
        SELECT start_station_id AS alias, started_at AS at, 1 AS departures, 0 AS arrivals,
            bike_id IS NOT NULL AS is_named
        FROM trip_change
        WHERE start_station_id IS NOT NULL
        UNION ALL
        SELECT end_station_id, ended_at, 0, 1, bike_id IS NOT NULL
        FROM trip_change
        WHERE end_station_id IS NOT NULL AND ended_at IS NOT NULL
        UNION ALL
        SELECT old_start_station_id, old_started_at, -1, 0, old_bike_id IS NOT NULL
        FROM trip_change
        WHERE old_start_station_id IS NOT NULL
        UNION ALL
        SELECT old_end_station_id, old_ended_at, 0, -1, old_bike_id IS NOT NULL
        FROM trip_change
        WHERE old_end_station_id IS NOT NULL AND old_ended_at IS NOT NULL
    ), in_minutes AS (
        INSERT INTO system_flow AS known
        SELECT date_bin('1 minute', at, '2000-01-01Z'), sum(departures), sum(arrivals)
        FROM event
        GROUP BY 1
        ON CONFLICT (minute) DO UPDATE SET
            departures = known.departures + excluded.departures,
            arrivals = known.arrivals + excluded.arrivals
    ), in_days AS (
        INSERT INTO station_day_flow AS known
        SELECT alias, date_bin('1 day', at, '2000-01-01Z'), sum(departures), sum(arrivals)
        FROM event
        GROUP BY 1, 2
        ON CONFLICT (alias, day) DO UPDATE SET
            departures = known.departures + excluded.departures,
            arrivals = known.arrivals + excluded.arrivals
    ), net AS (
        SELECT alias, sum(arrivals - departures) AS change,
            coalesce(sum(arrivals - departures) FILTER (WHERE is_named), 0) AS named_change,
            coalesce(sum(arrivals + departures) FILTER (WHERE NOT is_named), 0) AS unnamed_change
        FROM event
        JOIN station_alias USING (alias)
        JOIN station_status USING (station_id)
        WHERE at > anchored_at
        GROUP BY alias
    )
    UPDATE station_alias
    SET net_after_anchor = net_after_anchor + net.change,
        named_net = named_net + net.named_change,
        unnamed_events = unnamed_events + net.unnamed_change
    FROM net
    WHERE station_alias.alias = net.alias AND (net.change, net.named_change, net.unnamed_change) <> (0, 0, 0)
$$;

-- As before; the minutes of what is forgotten are kept.
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
        SELECT start_station_id AS alias, started_at AS at, 1 AS departures, 0 AS arrivals
        FROM gone
        WHERE start_station_id IS NOT NULL
        UNION ALL
        SELECT end_station_id, ended_at, 0, 1
        FROM gone
        WHERE end_station_id IS NOT NULL AND ended_at IS NOT NULL
    ), kept AS (
        INSERT INTO forgotten_flow AS known (alias, minute, departures, arrivals)
        SELECT alias, date_bin('1 minute', at, '2000-01-01Z'), sum(departures), sum(arrivals)
        FROM event
        GROUP BY 1, 2
        ON CONFLICT (alias, minute) DO UPDATE SET
            departures = known.departures + excluded.departures,
            arrivals = known.arrivals + excluded.arrivals
    ), counted AS (
        UPDATE system_state SET trips = trips - (SELECT count(*) FROM gone)
    )
    SELECT count(*) INTO forgotten FROM gone;
    RETURN forgotten;
END
$$;

-- As before, for bikes as they were before the batch. Most trips are later than all that is known of their bike: such
-- a one follows the bike's trip before it in the batch, or the bike's last one, and nothing follows the newest.
-- The ledger is asked about the others, and about bikes of which a known trip changed.
CREATE OR REPLACE FUNCTION apply_moves() RETURNS text[]
LANGUAGE plpgsql
AS $$
DECLARE
    touched text[];
BEGIN
    IF NOT EXISTS (SELECT FROM trip_change WHERE bike_id IS NOT NULL OR old_bike_id IS NOT NULL) THEN
        RETURN '{}';
    END IF;
    WITH revised AS (
        SELECT bike_id FROM trip_change WHERE NOT is_new
        UNION
        SELECT old_bike_id FROM trip_change WHERE NOT is_new
    ), ride AS (
        SELECT changed.trip_key, changed.bike_id, changed.started_at, changed.ended_at,
            changed.start_station_id, changed.end_station_id,
            bike.station_id AS last_station_id, coalesce(bike.ended_at, bike.started_at, '-infinity') AS last_left_at,
            revised.bike_id IS NULL AND (
                bike.bike_id IS NULL
                OR (changed.started_at, coalesce(changed.ended_at, '-infinity'), changed.trip_key)
                > (bike.started_at, coalesce(bike.ended_at, '-infinity'), bike.trip_key)
            ) AS goes_on
        FROM trip_change changed
        LEFT JOIN bike USING (bike_id)
        LEFT JOIN revised USING (bike_id)
        WHERE changed.bike_id IS NOT NULL
    ), going_on AS (
        SELECT trip_key, bike_id, started_at, start_station_id,
            lag(CASE WHEN ended_at IS NOT NULL THEN end_station_id END, 1, last_station_id) OVER earlier AS from_alias,
            lag(coalesce(ended_at, started_at), 1, last_left_at) OVER earlier AS left_at
        FROM ride
        WHERE goes_on
        WINDOW earlier AS (PARTITION BY bike_id ORDER BY started_at, ended_at NULLS FIRST, trip_key)
    ), position AS (
        SELECT bike_id, started_at, ended_at, trip_key
        FROM ride
        WHERE NOT goes_on
        UNION ALL
        SELECT old_bike_id, old_started_at, old_ended_at, trip_key
        FROM trip_change
        WHERE NOT is_new AND old_bike_id IS NOT NULL
    ), follower AS (
        SELECT DISTINCT following.*
        FROM position
        CROSS JOIN LATERAL (
            SELECT trip_key, bike_id, started_at, ended_at, start_station_id
            FROM trip later
            WHERE later.bike_id = position.bike_id
                AND later.started_at >= position.started_at
                AND (later.started_at, coalesce(later.ended_at, '-infinity'), later.trip_key)
                > (position.started_at, coalesce(position.ended_at, '-infinity'), position.trip_key)
            ORDER BY started_at, ended_at NULLS FIRST, trip_key
            LIMIT 1
        ) following
    ), departing AS (
        SELECT trip_key, bike_id, started_at, ended_at, start_station_id
        FROM ride
        WHERE NOT goes_on
        UNION ALL
        SELECT *
        FROM follower
        WHERE trip_key NOT IN (SELECT trip_key FROM trip_change)
    ), called_for AS (
        SELECT departing.trip_key, departing.bike_id, placed.from_alias, placed.left_at,
            departing.start_station_id AS to_alias, departing.started_at AS seen_at
        FROM departing
        LEFT JOIN LATERAL (
            SELECT ended_at, started_at, end_station_id
            FROM trip earlier
            WHERE earlier.bike_id = departing.bike_id
                AND earlier.started_at <= departing.started_at
                AND (earlier.started_at, coalesce(earlier.ended_at, '-infinity'), earlier.trip_key)
                < (departing.started_at, coalesce(departing.ended_at, '-infinity'), departing.trip_key)
            ORDER BY started_at DESC, ended_at DESC NULLS LAST, trip_key DESC
            LIMIT 1
        ) before ON true
        CROSS JOIN LATERAL (
            SELECT CASE WHEN before.ended_at IS NOT NULL THEN before.end_station_id END AS from_alias,
                coalesce(before.ended_at, before.started_at, '-infinity') AS left_at
        ) placed
        WHERE placed.from_alias IS DISTINCT FROM departing.start_station_id
        UNION ALL
        SELECT trip_key, bike_id, from_alias, left_at, start_station_id, started_at
        FROM going_on
        WHERE from_alias IS DISTINCT FROM start_station_id
    ), known AS (
        SELECT bike_move.*
        FROM (
            SELECT trip_key FROM trip_change WHERE NOT is_new
            UNION
            SELECT trip_key FROM follower
        ) reviewed
        JOIN bike_move USING (trip_key)
    ), gone AS (
        DELETE FROM bike_move
        USING known
        WHERE bike_move.trip_key = known.trip_key
            AND known.trip_key NOT IN (SELECT trip_key FROM called_for)
    ), kept AS (
        INSERT INTO bike_move AS present
        SELECT * FROM called_for
        ON CONFLICT (trip_key) DO UPDATE SET
            bike_id = excluded.bike_id,
            from_alias = excluded.from_alias,
            left_at = excluded.left_at,
            to_alias = excluded.to_alias,
            seen_at = excluded.seen_at
        WHERE present IS DISTINCT FROM excluded
    ), change AS (
        SELECT from_alias, left_at, to_alias, seen_at, sum(bikes)::integer AS bikes
        FROM (
            SELECT from_alias, left_at, to_alias, seen_at, 1 AS bikes FROM called_for
            UNION ALL
            SELECT from_alias, left_at, to_alias, seen_at, -1 FROM known
        ) version
        GROUP BY from_alias, left_at, to_alias, seen_at
        HAVING sum(bikes) <> 0
    ), side AS (
        SELECT to_alias AS alias, from_alias AS other, left_at, seen_at, bikes AS came, 0 AS went FROM change
        UNION ALL
        SELECT from_alias, to_alias, left_at, seen_at, 0, bikes FROM change
    ), total AS (
        SELECT side.alias,
            sum(came) FILTER (WHERE left_at > anchored_at) AS brought,
            sum(went) FILTER (WHERE left_at > anchored_at) AS taken,
            sum(came) FILTER (WHERE left_at <= anchored_at) AS strangers_gone,
            sum(went) FILTER (WHERE left_at <= anchored_at) AS missing_found
        FROM side
        JOIN station_alias here ON here.alias = side.alias
        JOIN station_status ON station_status.station_id = here.station_id
        LEFT JOIN station_alias there ON there.alias = side.other
        WHERE seen_at > anchored_at AND here.component IS DISTINCT FROM there.component
        GROUP BY side.alias
    ), counted AS (
        UPDATE station_alias
        SET brought = station_alias.brought + coalesce(total.brought, 0),
            taken = station_alias.taken + coalesce(total.taken, 0),
            strangers_gone = station_alias.strangers_gone + coalesce(total.strangers_gone, 0),
            missing_found = station_alias.missing_found + coalesce(total.missing_found, 0)
        FROM total
        WHERE station_alias.alias = total.alias
    )
    SELECT coalesce(array_agg(DISTINCT alias), '{}') INTO touched FROM side WHERE alias IS NOT NULL;
    RETURN touched;
END
$$;

-- As before, with moves told before bikes move.
CREATE OR REPLACE FUNCTION apply_batch(p_lane text, p_batch_id bigint)
RETURNS TABLE (rows_seen bigint, rows_applied bigint)
LANGUAGE plpgsql
SET work_mem = '64MB'
AS $$
DECLARE
    aliases text[];
    stations text[];
    current_version bigint;
    seen bigint;
    applied bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('bikeshare.apply_batch'));
    TRUNCATE record_change;

    PERFORM note_attempts();
    PERFORM note_stations();
    PERFORM apply_trips(p_lane);
    PERFORM apply_dock_events();
    PERFORM note_summaries();
    aliases := apply_moves() || apply_bikes() || touched_aliases() || apply_stations();

    UPDATE system_state
    SET version = version + 1,
        trips = trips + (SELECT count(*) FROM trip_change WHERE is_new),
        event_clock = greatest(
            event_clock,
            (SELECT greatest(max(started_at), max(ended_at)) FROM staged_trip),
            (SELECT max(feed_at) FROM staged_station)
        )
    RETURNING version INTO current_version;

    SELECT coalesce(array_agg(DISTINCT station_id), '{}') INTO stations
    FROM station_alias
    WHERE alias = ANY (aliases);
    PERFORM refresh_station(stations);
    PERFORM refresh_station_status(stations, current_version);

    seen := count_rows();
    SELECT coalesce(sum(record_change.rows_applied), 0) INTO applied FROM record_change;

    INSERT INTO unreadable_record (topic, kafka_partition, kafka_offset, reason, value)
    SELECT topic, kafka_partition, kafka_offset, reason, value
    FROM staged_unreadable
    ON CONFLICT DO NOTHING;

    INSERT INTO applied_batch (lane, batch_id, records, rows_seen, rows_applied, newest_record_at, applied_at)
    SELECT p_lane, p_batch_id, count(*), seen, applied, max(published_at), clock_timestamp()
    FROM staged_record;
    DELETE FROM applied_batch
    WHERE lane = p_lane AND applied_batch.applied_at < clock_timestamp() - interval '1 day';

    RETURN QUERY SELECT seen, applied;
END
$$;
