-- As before, with each part computed once. The staging table is new to the planner at every batch, so it
-- expected one row of a feed and computed what happened at all stations anew for each of them.
CREATE OR REPLACE FUNCTION measure_drift() RETURNS void
LANGUAGE sql
AS $$
    WITH reading AS MATERIALIZED (
        SELECT DISTINCT ON (named.component, staged.feed_at) named.component, named.station_id, named.alias,
            staged.feed_at, staged.num_bikes_available AS bikes, served.anchored_at,
            served.unheld_bikes - served.net_flow AS anchor_bikes
        FROM staged_station staged
        JOIN station_alias named ON named.alias = staged.station_id
        JOIN station_status served ON served.station_id = named.station_id
        WHERE feed = 'station_status' AND staged.num_bikes_available IS NOT NULL
            AND staged.feed_at > served.anchored_at
        ORDER BY named.component, staged.feed_at, named.alias DESC, staged.num_bikes_available DESC
    ), step AS MATERIALIZED (
        SELECT component, station_id, alias, feed_at, bikes,
            lag(feed_at, 1, anchored_at) OVER earlier AS anchored_at,
            lag(bikes, 1, anchor_bikes) OVER earlier AS anchor_bikes
        FROM reading
        WINDOW earlier AS (PARTITION BY component ORDER BY feed_at)
    ), anchor AS MATERIALIZED (
        SELECT component, sum(docked_bikes) - placed_since(
            ROW(sum(net_after_anchor), sum(named_net), sum(unnamed_events), sum(brought), sum(taken),
                sum(strangers_gone), sum(missing_found))::dock_tally) AS placed
        FROM station_alias
        WHERE component IN (SELECT component FROM step)
        GROUP BY component
    ), happened AS MATERIALIZED (
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
