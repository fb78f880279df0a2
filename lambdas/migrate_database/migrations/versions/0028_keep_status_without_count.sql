-- A station_status entry that tells no count of bikes is no anchor (T4), but it tells whether a station is open.

-- The newest such entry of each station; few feeds have any.
CREATE TABLE uncounted_status (
    station_id text COLLATE "C" PRIMARY KEY,
    feed_at timestamptz NOT NULL,
    is_installed boolean,
    is_renting boolean,
    is_returning boolean,
    last_reported timestamptz,
    content text COLLATE "C" NOT NULL
);

-- As before, keeping those without a count too.
CREATE OR REPLACE FUNCTION apply_snapshots(OUT informed text[], OUT anchored text[])
LANGUAGE plpgsql
AS $$
BEGIN
    WITH candidate AS (
        SELECT DISTINCT ON (station_id) *, ROW(name, lat, lon, capacity)::text COLLATE "C" AS content
        FROM staged_station
        WHERE feed = 'station_information'
        ORDER BY station_id, feed_at DESC, ROW(name, lat, lon, capacity)::text COLLATE "C" DESC
    ), newer AS (
        INSERT INTO station_information_snapshot AS known (station_id, feed_at, name, lat, lon, capacity, content)
        SELECT station_id, feed_at, name, lat, lon, capacity, content
        FROM candidate
        ON CONFLICT (station_id) DO UPDATE SET
            feed_at = excluded.feed_at, name = excluded.name, lat = excluded.lat, lon = excluded.lon,
            capacity = excluded.capacity, content = excluded.content
        WHERE (excluded.feed_at, excluded.content) > (known.feed_at, known.content)
        RETURNING station_id
    ), counted AS (
        INSERT INTO record_change
        SELECT 'stations', kafka_partition, kafka_offset, count(*)
        FROM newer
        JOIN candidate USING (station_id)
        GROUP BY kafka_partition, kafka_offset
    )
    SELECT coalesce(array_agg(station_id), '{}') INTO informed FROM newer;

    -- A status without a count of bikes can be nobody's anchor: the one before it stays, and this one stands below.
    WITH candidate AS (
        SELECT DISTINCT ON (station_id) *,
            ROW(num_bikes_available, num_ebikes_available, num_bikes_disabled, num_docks_available,
                num_docks_disabled, is_installed, is_renting, is_returning, last_reported)::text COLLATE "C" AS content
        FROM staged_station
        WHERE feed = 'station_status' AND num_bikes_available IS NOT NULL
        ORDER BY station_id, feed_at DESC,
            ROW(num_bikes_available, num_ebikes_available, num_bikes_disabled, num_docks_available,
                num_docks_disabled, is_installed, is_renting, is_returning, last_reported)::text COLLATE "C" DESC
    ), newer AS (
        INSERT INTO station_status_snapshot AS known (
            station_id, feed_at, num_bikes_available, num_ebikes_available, num_bikes_disabled,
            num_docks_available, num_docks_disabled, is_installed, is_renting, is_returning, last_reported, content
        )
        SELECT station_id, feed_at, num_bikes_available, num_ebikes_available, num_bikes_disabled,
            num_docks_available, num_docks_disabled, is_installed, is_renting, is_returning, last_reported, content
        FROM candidate
        ON CONFLICT (station_id) DO UPDATE SET
            feed_at = excluded.feed_at,
            num_bikes_available = excluded.num_bikes_available,
            num_ebikes_available = excluded.num_ebikes_available,
            num_bikes_disabled = excluded.num_bikes_disabled,
            num_docks_available = excluded.num_docks_available,
            num_docks_disabled = excluded.num_docks_disabled,
            is_installed = excluded.is_installed,
            is_renting = excluded.is_renting,
            is_returning = excluded.is_returning,
            last_reported = excluded.last_reported,
            content = excluded.content
        WHERE (excluded.feed_at, excluded.content) > (known.feed_at, known.content)
        RETURNING station_id
    ), counted AS (
        INSERT INTO record_change
        SELECT 'stations', kafka_partition, kafka_offset, count(*)
        FROM newer
        JOIN candidate USING (station_id)
        GROUP BY kafka_partition, kafka_offset
    )
    SELECT coalesce(array_agg(station_id), '{}') INTO anchored FROM newer;

    WITH candidate AS (
        SELECT DISTINCT ON (station_id) *,
            ROW(is_installed, is_renting, is_returning, last_reported)::text COLLATE "C" AS content
        FROM staged_station
        WHERE feed = 'station_status' AND num_bikes_available IS NULL
        ORDER BY station_id, feed_at DESC,
            ROW(is_installed, is_renting, is_returning, last_reported)::text COLLATE "C" DESC
    ), newer AS (
        INSERT INTO uncounted_status AS known (
            station_id, feed_at, is_installed, is_renting, is_returning, last_reported, content
        )
        SELECT station_id, feed_at, is_installed, is_renting, is_returning, last_reported, content
        FROM candidate
        ON CONFLICT (station_id) DO UPDATE SET
            feed_at = excluded.feed_at,
            is_installed = excluded.is_installed,
            is_renting = excluded.is_renting,
            is_returning = excluded.is_returning,
            last_reported = excluded.last_reported,
            content = excluded.content
        WHERE (excluded.feed_at, excluded.content) > (known.feed_at, known.content)
        RETURNING station_id
    ), counted AS (
        INSERT INTO record_change
        SELECT 'stations', kafka_partition, kafka_offset, count(*)
        FROM newer
        JOIN candidate USING (station_id)
        GROUP BY kafka_partition, kafka_offset
    )
    SELECT informed || coalesce(array_agg(station_id), '{}') INTO informed FROM newer;
END
$$;

-- As before; an entry without a count names a station like any other.
CREATE OR REPLACE FUNCTION name_components(p_aliases text[]) RETURNS void
LANGUAGE sql
AS $$
    WITH touched AS (
        SELECT DISTINCT component FROM station_alias WHERE alias = ANY (p_aliases)
    ), served AS (
        SELECT DISTINCT ON (component) component, alias AS station_id
        FROM touched
        JOIN station_alias USING (component)
        LEFT JOIN station_information_snapshot information ON information.station_id = alias
        LEFT JOIN station_status_snapshot status ON status.station_id = alias
        LEFT JOIN uncounted_status uncounted ON uncounted.station_id = alias
        ORDER BY component, greatest(information.feed_at, status.feed_at, uncounted.feed_at) DESC NULLS LAST, alias DESC
    )
    UPDATE station_alias
    SET station_id = served.station_id
    FROM served
    WHERE station_alias.component = served.component AND station_alias.station_id <> served.station_id
$$;

-- As before; a station that only an entry without a count tells of is a snapshot's. Of places that ids of one station
-- have from rows of equal rank the greater one is told (0031 makes such ranks).
CREATE OR REPLACE FUNCTION refresh_station(p_stations text[]) RETURNS void
LANGUAGE sql
AS $$
    WITH member AS (
        SELECT known.*, information.feed_at, information.name AS feed_name, information.lat AS feed_lat,
            information.lon AS feed_lon, information.capacity,
            coalesce(information.station_id, status.station_id, uncounted.station_id) IS NOT NULL AS in_feed
        FROM station_alias known
        LEFT JOIN station_information_snapshot information ON information.station_id = alias
        LEFT JOIN station_status_snapshot status ON status.station_id = alias
        LEFT JOIN uncounted_status uncounted ON uncounted.station_id = alias
        WHERE known.station_id = ANY (p_stations)
    ), place AS (
        SELECT station_id, array_agg(alias ORDER BY alias) AS ids, bool_or(in_trips) AS in_trips,
            bool_or(in_feed) AS in_snapshot
        FROM member
        GROUP BY station_id
    ), told AS (
        SELECT DISTINCT ON (station_id) station_id, feed_name, feed_lat, feed_lon, capacity
        FROM member
        ORDER BY station_id, feed_at DESC NULLS LAST, alias DESC
    ), named AS (
        SELECT DISTINCT ON (station_id) station_id, name
        FROM member
        ORDER BY station_id, name_rank DESC NULLS LAST
    ), placed AS (
        SELECT DISTINCT ON (station_id) station_id, lat, lon
        FROM member
        ORDER BY station_id, place_rank DESC NULLS LAST, lat DESC, lon DESC
    )
    INSERT INTO station AS known (station_id, name, lat, lon, capacity, aliases, source)
    SELECT station_id, coalesce(feed_name, name),
        CASE WHEN feed_lat IS NULL THEN lat ELSE feed_lat END,
        CASE WHEN feed_lat IS NULL THEN lon ELSE feed_lon END,
        capacity, array_remove(ids, station_id),
        CASE WHEN in_snapshot AND in_trips THEN 'both' WHEN in_snapshot THEN 'snapshot' ELSE 'trips' END
    FROM place
    JOIN told USING (station_id)
    JOIN named USING (station_id)
    JOIN placed USING (station_id)
    ON CONFLICT (station_id) DO UPDATE SET
        name = excluded.name, lat = excluded.lat, lon = excluded.lon, capacity = excluded.capacity,
        aliases = excluded.aliases, source = excluded.source
    WHERE (known.name, known.lat, known.lon, known.capacity, known.aliases, known.source)
        IS DISTINCT FROM
        (excluded.name, excluded.lat, excluded.lon, excluded.capacity, excluded.aliases, excluded.source)
$$;

-- As before; whether a station is open is told by its newest entry, with or without a count. Of two of one time and id
-- by that with one.
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
        SELECT place.*, station.capacity, anchor.*, newest.*,
            CASE
                WHEN anchor.num_bikes_available IS NOT NULL THEN anchor.num_bikes_available + net_after_anchor
                WHEN has_bike_ids THEN docked_bikes
            END AS unheld
        FROM place
        JOIN station USING (station_id)
        LEFT JOIN LATERAL (
            SELECT feed_at AS anchored_at, num_bikes_available, num_ebikes_available,
                coalesce(num_bikes_disabled, 0) + coalesce(num_docks_disabled, 0) AS disabled
            FROM station_status_snapshot
            WHERE station_status_snapshot.station_id = ANY (place.ids)
            ORDER BY feed_at DESC, station_status_snapshot.station_id DESC
            LIMIT 1
        ) anchor ON true
        LEFT JOIN LATERAL (
            SELECT is_installed, is_renting, is_returning, coalesce(last_reported, feed_at) AS reported_at
            FROM (
                SELECT station_id, feed_at, is_installed, is_renting, is_returning, last_reported, true AS is_counted
                FROM station_status_snapshot
                UNION ALL
                SELECT station_id, feed_at, is_installed, is_renting, is_returning, last_reported, false
                FROM uncounted_status
            ) status
            WHERE status.station_id = ANY (place.ids)
            ORDER BY feed_at DESC, status.station_id DESC, is_counted DESC
            LIMIT 1
        ) newest ON true
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
