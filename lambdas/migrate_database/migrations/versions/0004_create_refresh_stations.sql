-- What is served, computed from the counters for just the stations a batch touched.

-- A row of `station` for each touched place, and none for an id that another now stands for.
CREATE FUNCTION refresh_station(p_stations text[]) RETURNS void
LANGUAGE sql
AS $$
    WITH place AS (
        SELECT station_id, array_agg(alias ORDER BY alias) AS ids, bool_or(in_trips) AS in_trips,
            (array_agg(name ORDER BY name_rank DESC NULLS LAST))[1] AS trip_name,
            (array_agg(lat ORDER BY place_rank DESC NULLS LAST))[1] AS trip_lat,
            (array_agg(lon ORDER BY place_rank DESC NULLS LAST))[1] AS trip_lon
        FROM station_alias
        WHERE station_id = ANY (p_stations)
        GROUP BY station_id
    ), feed AS (
        SELECT place.*, information.station_id IS NOT NULL OR status.station_id IS NOT NULL AS in_snapshot,
            coalesce(information.name, trip_name) AS name,
            CASE WHEN information.lat IS NULL THEN trip_lat ELSE information.lat END AS lat,
            CASE WHEN information.lat IS NULL THEN trip_lon ELSE information.lon END AS lon,
            information.capacity
        FROM place
        LEFT JOIN LATERAL (
            SELECT * FROM station_information_snapshot
            WHERE station_id = ANY (place.ids)
            ORDER BY feed_at DESC, station_id DESC
            LIMIT 1
        ) information ON true
        LEFT JOIN LATERAL (
            SELECT station_id FROM station_status_snapshot WHERE station_id = ANY (place.ids) LIMIT 1
        ) status ON true
    )
    INSERT INTO station AS known (station_id, name, lat, lon, capacity, aliases, source)
    SELECT station_id, name, lat, lon, capacity, array_remove(ids, station_id),
        CASE WHEN in_snapshot AND in_trips THEN 'both' WHEN in_snapshot THEN 'snapshot' ELSE 'trips' END
    FROM feed
    ON CONFLICT (station_id) DO UPDATE SET
        name = excluded.name, lat = excluded.lat, lon = excluded.lon, capacity = excluded.capacity,
        aliases = excluded.aliases, source = excluded.source
    WHERE (known.name, known.lat, known.lon, known.capacity, known.aliases, known.source)
        IS DISTINCT FROM
        (excluded.name, excluded.lat, excluded.lon, excluded.capacity, excluded.aliases, excluded.source)
$$;

-- A row of `station_status` for each touched place, by T3, T4, T5 and T6. Rows that come out the same are
-- left alone, so that `version` tells what really changed.
CREATE FUNCTION refresh_station_status(p_stations text[], p_version bigint) RETURNS void
LANGUAGE sql
AS $$
    WITH place AS (
        SELECT station_id, array_agg(alias) AS ids, sum(docked_bikes)::integer AS docked_bikes,
            bool_or(has_bike_ids) AS has_bike_ids, sum(net_after_anchor)::integer AS net_after_anchor,
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
    )
    INSERT INTO station_status AS known (
        station_id, num_bikes_available, num_ebikes_available, num_docks_available,
        is_installed, is_renting, is_returning, last_reported, anchored_at, unheld_bikes, drift, net_flow, version
    )
    SELECT station_id, bikes, CASE WHEN num_ebikes_available IS NOT NULL THEN least(num_ebikes_available, bikes) END,
        -- greatest() ignores nulls, and an unknown number of docks is not none.
        CASE WHEN capacity - bikes IS NOT NULL THEN greatest(0, capacity - bikes - coalesce(disabled, 0)) END,
        is_installed, is_renting, is_returning, greatest(last_event_at, reported_at), anchored_at, unheld,
        unheld - bikes, net_after_anchor, p_version
    FROM held
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
        version = excluded.version
    WHERE (
        known.num_bikes_available, known.num_ebikes_available, known.num_docks_available, known.is_installed,
        known.is_renting, known.is_returning, known.last_reported, known.anchored_at, known.unheld_bikes,
        known.drift, known.net_flow
    ) IS DISTINCT FROM (
        excluded.num_bikes_available, excluded.num_ebikes_available, excluded.num_docks_available,
        excluded.is_installed, excluded.is_renting, excluded.is_returning, excluded.last_reported,
        excluded.anchored_at, excluded.unheld_bikes, excluded.drift, excluded.net_flow
    )
$$;

-- Drop what is served for ids that another id now stands for.
CREATE FUNCTION forget_renamed_stations() RETURNS void
LANGUAGE sql
AS $$
    WITH renamed AS (
        SELECT alias FROM station_alias WHERE alias <> station_id
    ), status AS (
        DELETE FROM station_status USING renamed WHERE station_status.station_id = renamed.alias
    )
    DELETE FROM station USING renamed WHERE station.station_id = renamed.alias
$$;
