-- How many bikes a station most likely has: its anchor, what came and went, and what bike ids tell of trucks.
-- docs/estimate.md says why; docs/accuracy.md, how well. num_bikes_available stays what T3 and T4 say.

ALTER TABLE station_status
    ADD COLUMN estimated_bikes integer,
    ADD COLUMN estimate_method text CHECK (estimate_method IN ('bikes', 'flow', 'places'));

-- What happened at some docks in a stretch of time that starts with an anchor; see station_alias.
CREATE TYPE dock_tally AS (
    net integer,
    named_net integer,
    unnamed_events integer,
    brought integer,
    taken integer,
    strangers_gone integer,
    missing_found integer
);

-- How many more bikes were placed here by their trips at the end of a tally than at its start.
CREATE FUNCTION placed_since(p_since dock_tally) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN p_since.named_net + p_since.brought + p_since.strangers_gone - p_since.taken - p_since.missing_found;

-- Bikes at a station that had p_anchor when p_placed were known to have been left there. The difference are
-- strangers, or bikes missing: trucks have been here before. Each bike not placed here that sets off uses up a
-- stranger, each bike placed here that sets off elsewhere uses up a missing one; beyond those, a truck has come
-- since the anchor. The more of that, the less is known, and the nearer to half full trucks keep a station:
-- each bike moved, and each ten dock events of bikes without ids, add one imaginary bike and one imaginary
-- free dock.
CREATE FUNCTION estimate_bikes(p_anchor integer, p_placed integer, p_since dock_tally, p_capacity integer)
RETURNS integer
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    brought bigint := p_since.brought + greatest(0, p_since.strangers_gone - greatest(0, p_anchor - p_placed));
    taken bigint := p_since.taken + greatest(0, p_since.missing_found - greatest(0, p_placed - p_anchor));
    bikes bigint := greatest(0, p_anchor + p_since.net + brought - taken);
    held bigint := greatest(0, least(bikes, p_capacity));
    tenths bigint := 10 * (brought + taken) + p_since.unnamed_events;
BEGIN
    IF p_capacity <= 0 OR p_capacity IS NULL THEN
        RETURN held;
    END IF;
    -- capacity * (held + tenths / 10) / (capacity + 2 * tenths / 10), halves rounded up
    RETURN (2 * p_capacity * (10 * held + tenths) + 10 * p_capacity + 2 * tenths)
        / (2 * (10 * p_capacity + 2 * tenths));
END
$$;

-- Count one id's dock events in (p_after, p_until] from the ledger; p_after is taken for the anchor.
CREATE FUNCTION tally(p_alias text, p_component text, p_after timestamptz, p_until timestamptz)
RETURNS dock_tally
LANGUAGE sql STABLE
AS $$
    SELECT ROW(
        arrived.bikes - departed.bikes,
        arrived.named - departed.named,
        arrived.bikes - arrived.named + departed.bikes - departed.named,
        came.later, went.later, came.earlier, went.earlier
    )::dock_tally
    FROM (
        SELECT count(*) AS bikes, count(bike_id) AS named
        FROM trip
        WHERE end_station_id = p_alias COLLATE "C" AND ended_at > p_after AND ended_at <= p_until
    ) arrived
    CROSS JOIN (
        SELECT count(*) AS bikes, count(bike_id) AS named
        FROM trip
        WHERE start_station_id = p_alias COLLATE "C" AND started_at > p_after AND started_at <= p_until
    ) departed
    CROSS JOIN (
        SELECT count(*) FILTER (WHERE left_at > p_after) AS later,
            count(*) FILTER (WHERE left_at <= p_after) AS earlier
        FROM bike_move
        LEFT JOIN station_alias there ON there.alias = from_alias
        WHERE to_alias = p_alias COLLATE "C" AND seen_at > p_after AND seen_at <= p_until
            AND there.component IS DISTINCT FROM p_component COLLATE "C"
    ) came
    CROSS JOIN (
        SELECT count(*) FILTER (WHERE left_at > p_after) AS later,
            count(*) FILTER (WHERE left_at <= p_after) AS earlier
        FROM bike_move
        LEFT JOIN station_alias there ON there.alias = to_alias
        WHERE from_alias = p_alias COLLATE "C" AND seen_at > p_after AND seen_at <= p_until
            AND there.component IS DISTINCT FROM p_component COLLATE "C"
    ) went
$$;

-- As before, and telling dock events of bikes with ids from those without.
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
    ), flow AS (
        INSERT INTO station_flow AS known (alias, minute, departures, arrivals)
        SELECT alias, date_trunc('minute', at, 'UTC'), sum(departures), sum(arrivals)
        FROM event
        GROUP BY 1, 2
        ON CONFLICT (alias, minute) DO UPDATE SET
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

-- As before, for all that is counted since the anchor.
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
        SELECT member.alias, (since.tally).*
        FROM anchor
        JOIN station_alias member USING (component)
        CROSS JOIN LATERAL (
            SELECT tally(member.alias, member.component, anchor.anchored_at, 'infinity') OFFSET 0
        ) since
    )
    UPDATE station_alias known
    SET net_after_anchor = counted.net,
        named_net = counted.named_net,
        unnamed_events = counted.unnamed_events,
        brought = counted.brought,
        taken = counted.taken,
        strangers_gone = counted.strangers_gone,
        missing_found = counted.missing_found
    FROM counted
    WHERE known.alias = counted.alias
$$;

-- As before, with the estimate beside the count.
CREATE OR REPLACE FUNCTION refresh_station_status(p_stations text[], p_version bigint) RETURNS void
LANGUAGE sql
AS $$
    WITH place AS (
        SELECT station_id, array_agg(alias) AS ids, sum(docked_bikes)::integer AS docked_bikes,
            bool_or(has_bike_ids) AS has_bike_ids, sum(net_after_anchor)::integer AS net_after_anchor,
            ROW(sum(net_after_anchor), sum(named_net), sum(unnamed_events), sum(brought), sum(taken),
                sum(strangers_gone), sum(missing_found))::dock_tally AS since,
            max(last_event_at) AS last_event_at
        FROM station_alias
        WHERE station_id = ANY (p_stations)
        GROUP BY station_id
    ), counted AS (
        SELECT place.*, station.capacity, anchor.*,
            CASE
                WHEN anchor.num_bikes_available IS NOT NULL THEN anchor.num_bikes_available + net_after_anchor
                WHEN has_bike_ids THEN docked_bikes
            END AS unheld
        FROM place
        JOIN station USING (station_id)
        LEFT JOIN LATERAL (
            SELECT feed_at AS anchored_at, num_bikes_available, num_ebikes_available,
                coalesce(num_bikes_disabled, 0) + coalesce(num_docks_disabled, 0) AS disabled,
                is_installed, is_renting, is_returning, coalesce(last_reported, feed_at) AS reported_at
            FROM station_status_snapshot
            WHERE station_status_snapshot.station_id = ANY (place.ids)
            ORDER BY feed_at DESC, station_status_snapshot.station_id DESC
            LIMIT 1
        ) anchor ON true
    ), held AS (
        SELECT *,
            CASE
                WHEN num_bikes_available IS NULL THEN unheld
                ELSE greatest(0, least(unheld, coalesce(capacity, unheld)))
            END AS bikes
        FROM counted
    ), estimated AS (
        SELECT *,
            CASE
                WHEN num_bikes_available IS NULL THEN bikes
                ELSE estimate_bikes(num_bikes_available, docked_bikes - placed_since(since), since, capacity)
            END AS estimate,
            CASE
                WHEN num_bikes_available IS NULL AND bikes IS NOT NULL THEN 'places'
                WHEN num_bikes_available IS NOT NULL AND has_bike_ids AND (since).unnamed_events = 0 THEN 'bikes'
                WHEN num_bikes_available IS NOT NULL THEN 'flow'
            END AS method
        FROM held
    )
    INSERT INTO station_status AS known (
        station_id, num_bikes_available, num_ebikes_available, num_docks_available,
        is_installed, is_renting, is_returning, last_reported, anchored_at, unheld_bikes, drift, net_flow, version,
        estimated_bikes, estimate_method
    )
    SELECT station_id, bikes, CASE WHEN num_ebikes_available IS NOT NULL THEN least(num_ebikes_available, bikes) END,
        -- greatest() ignores nulls, and an unknown number of docks is not none.
        CASE WHEN capacity - bikes IS NOT NULL THEN greatest(0, capacity - bikes - coalesce(disabled, 0)) END,
        is_installed, is_renting, is_returning, greatest(last_event_at, reported_at), anchored_at, unheld,
        unheld - bikes, net_after_anchor, p_version, estimate, method
    FROM estimated
    ON CONFLICT (station_id) DO UPDATE SET
        num_bikes_available = excluded.num_bikes_available,
        num_ebikes_available = excluded.num_ebikes_available,
        num_docks_available = excluded.num_docks_available,
        is_installed = excluded.is_installed,
        is_renting = excluded.is_renting,
        is_returning = excluded.is_returning,
        last_reported = excluded.last_reported,
        anchored_at = excluded.anchored_at,
        unheld_bikes = excluded.unheld_bikes,
        drift = excluded.drift,
        net_flow = excluded.net_flow,
        version = excluded.version,
        estimated_bikes = excluded.estimated_bikes,
        estimate_method = excluded.estimate_method
    WHERE (
        known.num_bikes_available, known.num_ebikes_available, known.num_docks_available, known.is_installed,
        known.is_renting, known.is_returning, known.last_reported, known.anchored_at, known.unheld_bikes,
        known.drift, known.net_flow, known.estimated_bikes, known.estimate_method
    ) IS DISTINCT FROM (
        excluded.num_bikes_available, excluded.num_ebikes_available, excluded.num_docks_available,
        excluded.is_installed, excluded.is_renting, excluded.is_returning, excluded.last_reported,
        excluded.anchored_at, excluded.unheld_bikes, excluded.drift, excluded.net_flow,
        excluded.estimated_bikes, excluded.estimate_method
    )
$$;
