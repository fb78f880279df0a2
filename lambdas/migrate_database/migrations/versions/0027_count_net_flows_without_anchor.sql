-- T5: where no snapshot tells a count, the net flow is served all the same: it is that of all trips there were.

-- A batch that has begun counts the old way: it is waited for, and those after it count the new way.
SELECT pg_advisory_xact_lock(hashtext('bikeshare.apply_batch'));

-- As before; without an anchor every event counts, and what an estimate needs is counted from one only.
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
            coalesce(sum(arrivals - departures) FILTER (WHERE is_named AND at > anchored_at), 0) AS named_change,
            coalesce(sum(arrivals + departures) FILTER (WHERE NOT is_named AND at > anchored_at), 0) AS unnamed_change
        FROM event
        JOIN station_alias USING (alias)
        LEFT JOIN station_status USING (station_id)
        WHERE anchored_at IS NULL OR at > anchored_at
        GROUP BY alias
    )
    UPDATE station_alias
    SET net_after_anchor = net_after_anchor + net.change,
        named_net = named_net + net.named_change,
        unnamed_events = unnamed_events + net.unnamed_change
    FROM net
    WHERE station_alias.alias = net.alias AND (net.change, net.named_change, net.unnamed_change) <> (0, 0, 0)
$$;

-- As before; without an anchor, from the sums by day, which hold what the ledger has forgotten too.
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
            ELSE counted.net
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

-- A database that already holds trips gets its net flows.
DO $$
DECLARE
    changed text[];
BEGIN
    SELECT array_agg(DISTINCT station_id) INTO changed
    FROM station_alias
    LEFT JOIN station_status USING (station_id)
    WHERE anchored_at IS NULL;
    IF changed IS NULL THEN
        RETURN;
    END IF;
    PERFORM recount_net_flow(array_agg(alias)) FROM station_alias WHERE station_id = ANY (changed);
    UPDATE system_state SET version = version + 1;
    PERFORM refresh_station_status(changed, (SELECT version FROM system_state));
END
$$;
