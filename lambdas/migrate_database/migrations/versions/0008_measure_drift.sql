-- How far off the count was when the next snapshot came. This is a measurement of the run, not a part of the
-- state: what had been said by then depends on what had arrived by then. Each snapshot is measured once.

-- The newest measurement of a station, under the id its snapshot gave.
CREATE TABLE station_error (
    alias text COLLATE "C" PRIMARY KEY,
    measured_at timestamptz NOT NULL,
    anchored_at timestamptz NOT NULL,
    found_bikes integer NOT NULL,
    anchor_bikes integer NOT NULL,
    counted_bikes integer NOT NULL,
    estimated_bikes integer NOT NULL
);

-- All measurements, by the age of the anchor: how far off the anchor alone, the count (T4) and the estimate were.
CREATE TABLE error_by_age (
    from_hours integer PRIMARY KEY,
    snapshots bigint NOT NULL,
    anchor_error bigint NOT NULL,
    count_error bigint NOT NULL,
    estimate_error bigint NOT NULL
);
GRANT SELECT ON station_error, error_by_age TO bikeshare_api;

-- Compare the batch's status snapshots with what was known before each, oldest first: from the anchor, or the
-- batch's snapshot before it. Runs when the batch's trips are in the ledger and its snapshots are not.
CREATE FUNCTION measure_drift() RETURNS void
LANGUAGE sql
AS $$
    WITH reading AS (
        SELECT DISTINCT ON (named.component, staged.feed_at) named.component, named.station_id, named.alias,
            staged.feed_at, staged.num_bikes_available AS bikes, served.anchored_at,
            served.unheld_bikes - served.net_flow AS anchor_bikes
        FROM staged_station staged
        JOIN station_alias named ON named.alias = staged.station_id
        JOIN station_status served ON served.station_id = named.station_id
        WHERE feed = 'station_status' AND staged.num_bikes_available IS NOT NULL
            AND staged.feed_at > served.anchored_at
        ORDER BY named.component, staged.feed_at, named.alias DESC, staged.num_bikes_available DESC
    ), step AS (
        SELECT component, station_id, alias, feed_at, bikes,
            lag(feed_at, 1, anchored_at) OVER earlier AS anchored_at,
            lag(bikes, 1, anchor_bikes) OVER earlier AS anchor_bikes
        FROM reading
        WINDOW earlier AS (PARTITION BY component ORDER BY feed_at)
    ), anchor AS (
        SELECT component, sum(docked_bikes) - placed_since(
            ROW(sum(net_after_anchor), sum(named_net), sum(unnamed_events), sum(brought), sum(taken),
                sum(strangers_gone), sum(missing_found))::dock_tally) AS placed
        FROM station_alias
        WHERE component IN (SELECT component FROM step)
        GROUP BY component
    ), happened AS (
        SELECT component, feed_at,
            ROW(sum((since.tally).net), sum((since.tally).named_net), sum((since.tally).unnamed_events),
                sum((since.tally).brought), sum((since.tally).taken), sum((since.tally).strangers_gone),
                sum((since.tally).missing_found))::dock_tally AS since
        FROM step
        JOIN station_alias member USING (component)
        CROSS JOIN LATERAL (
            SELECT tally(member.alias, component, step.anchored_at, step.feed_at) OFFSET 0
        ) since
        GROUP BY component, feed_at
    ), said AS (
        SELECT step.*, happened.since, capacity,
            (placed + coalesce(sum(placed_since(since)) OVER before, 0))::integer AS placed
        FROM step
        JOIN happened USING (component, feed_at)
        JOIN anchor USING (component)
        JOIN station USING (station_id)
        WINDOW before AS (
            PARTITION BY component ORDER BY feed_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
    ), measured AS (
        SELECT *,
            greatest(0, least(anchor_bikes + (since).net, capacity)) AS counted,
            estimate_bikes(anchor_bikes, placed, since, capacity) AS estimated,
            (SELECT max(hours) FROM unnest('{0,1,3,6,12,24,48,72}'::integer[]) AS hours
                WHERE feed_at - anchored_at >= make_interval(hours => hours)) AS from_hours
        FROM said
    ), newest AS (
        INSERT INTO station_error
        SELECT DISTINCT ON (alias) alias, feed_at, anchored_at, bikes, anchor_bikes, counted, estimated
        FROM measured
        ORDER BY alias, feed_at DESC
        ON CONFLICT (alias) DO UPDATE SET
            measured_at = excluded.measured_at,
            anchored_at = excluded.anchored_at,
            found_bikes = excluded.found_bikes,
            anchor_bikes = excluded.anchor_bikes,
            counted_bikes = excluded.counted_bikes,
            estimated_bikes = excluded.estimated_bikes
    )
    INSERT INTO error_by_age AS known
    SELECT from_hours, count(*), sum(abs(anchor_bikes - bikes)), sum(abs(counted - bikes)),
        sum(abs(estimated - bikes))
    FROM measured
    GROUP BY from_hours
    ON CONFLICT (from_hours) DO UPDATE SET
        snapshots = known.snapshots + excluded.snapshots,
        anchor_error = known.anchor_error + excluded.anchor_error,
        count_error = known.count_error + excluded.count_error,
        estimate_error = known.estimate_error + excluded.estimate_error
$$;

-- As before, once the batch's snapshots are measured.
CREATE OR REPLACE FUNCTION apply_stations() RETURNS text[]
LANGUAGE plpgsql
AS $$
DECLARE
    informed text[];
    anchored text[];
BEGIN
    IF NOT EXISTS (SELECT FROM staged_station) THEN
        RETURN '{}';
    END IF;
    PERFORM measure_drift();
    SELECT * INTO informed, anchored FROM apply_snapshots();
    IF learn_aliases() THEN
        -- Rare, and it may join any two places: look at all of them.
        SELECT array_agg(alias) INTO anchored FROM station_alias;
    END IF;
    PERFORM name_components(informed || anchored);
    PERFORM recount_net_flow(anchored);
    PERFORM forget_renamed_stations();
    RETURN informed || anchored;
END
$$;

-- As before, with the moves between the bikes and the stations.
CREATE OR REPLACE FUNCTION apply_batch(p_lane text, p_batch_id bigint)
RETURNS TABLE (rows_seen bigint, rows_applied bigint)
LANGUAGE plpgsql
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
    aliases := apply_bikes() || apply_moves() || touched_aliases() || apply_stations();

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

-- A database that already holds trips and snapshots gets its estimates.
DO $$
BEGIN
    PERFORM recount_net_flow((SELECT array_agg(alias) FROM station_alias));
    UPDATE system_state SET version = version + 1 WHERE EXISTS (SELECT FROM station_status);
    PERFORM refresh_station_status(array_agg(station_id), (SELECT version FROM system_state)) FROM station_status;
END
$$;
