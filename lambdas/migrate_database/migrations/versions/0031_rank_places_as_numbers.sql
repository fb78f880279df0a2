-- Two places that rows of one trip tell of one stop: the greater wins. It was the greater number within a batch, and the
-- greater text between batches.

UPDATE station_alias SET place_rank = regexp_replace(place_rank, ' \S+ \S+$', '') WHERE place_rank IS NOT NULL;

-- As before; a rank is that of the row, and of equal ones the place decides.
CREATE OR REPLACE FUNCTION note_stations() RETURNS void
LANGUAGE sql
AS $$
    WITH mention AS (
        SELECT start_station_id AS alias, start_station_name AS name, start_lat AS lat, start_lon AS lon,
            bike_id, trip_key, started_at, ended_at, 0 AS side, started_at AS event_at
        FROM staged_trip
        WHERE start_station_id IS NOT NULL
        UNION ALL
        SELECT end_station_id, end_station_name, end_lat, end_lon,
            bike_id, trip_key, started_at, ended_at, 1, ended_at
        FROM staged_trip
        WHERE end_station_id IS NOT NULL
    ), seen AS (
        SELECT alias, bool_or(bike_id IS NOT NULL) AS has_bike_ids, max(event_at) AS last_event_at,
            max(started_at) FILTER (WHERE name IS NOT NULL) AS named_at,
            max(started_at) FILTER (WHERE lat IS NOT NULL AND lon IS NOT NULL) AS placed_at
        FROM mention
        GROUP BY alias
    ), named AS (
        SELECT alias, name, concat_ws(' ', to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
            coalesce(to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '-'),
            trip_key, side, name) AS name_rank
        FROM (
            SELECT DISTINCT ON (alias) mention.*
            FROM seen
            JOIN mention USING (alias)
            WHERE started_at = named_at AND name IS NOT NULL
            ORDER BY alias, ended_at DESC NULLS LAST, trip_key DESC, side DESC, name COLLATE "C" DESC
        ) newest
    ), placed AS (
        SELECT alias, lat, lon, concat_ws(' ', to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
            coalesce(to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '-'),
            trip_key, side) AS place_rank
        FROM (
            SELECT DISTINCT ON (alias) mention.*
            FROM seen
            JOIN mention USING (alias)
            WHERE started_at = placed_at AND lat IS NOT NULL AND lon IS NOT NULL
            ORDER BY alias, ended_at DESC NULLS LAST, trip_key DESC, side DESC, lat DESC, lon DESC
        ) newest
    )
    INSERT INTO station_alias AS known (
        alias, station_id, component, in_trips, has_bike_ids, last_event_at,
        name, name_rank, lat, lon, place_rank
    )
    SELECT alias, alias, alias, true, has_bike_ids, last_event_at, name, name_rank, lat, lon, place_rank
    FROM seen
    LEFT JOIN named USING (alias)
    LEFT JOIN placed USING (alias)
    ON CONFLICT (alias) DO UPDATE SET
        in_trips = true,
        has_bike_ids = known.has_bike_ids OR excluded.has_bike_ids,
        last_event_at = greatest(known.last_event_at, excluded.last_event_at),
        name = CASE WHEN excluded.name_rank > coalesce(known.name_rank, '') THEN excluded.name ELSE known.name END,
        name_rank = greatest(known.name_rank, excluded.name_rank),
        lat = CASE
            WHEN (excluded.place_rank, excluded.lat, excluded.lon)
                > (coalesce(known.place_rank, ''), known.lat, known.lon) THEN excluded.lat
            ELSE known.lat
        END,
        lon = CASE
            WHEN (excluded.place_rank, excluded.lat, excluded.lon)
                > (coalesce(known.place_rank, ''), known.lat, known.lon) THEN excluded.lon
            ELSE known.lon
        END,
        place_rank = greatest(known.place_rank, excluded.place_rank)
$$;

-- As before, of several ids of a place, too.
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
