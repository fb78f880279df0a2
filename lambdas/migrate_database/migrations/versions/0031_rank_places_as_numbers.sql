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
