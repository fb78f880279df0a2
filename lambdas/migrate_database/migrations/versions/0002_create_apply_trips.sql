-- One micro-batch, applied in one transaction: the streaming job stages rows, then calls apply_batch.
-- Everything here may see the same rows again, in any order and any company: what was applied before
-- changes nothing. Rules T1 to T10 are those of docs/truth.md.

-- What a batch says about ids, whether or not it changes a trip: which exist, their newest name and place
-- (T9), the newest event. All of it only ever grows, so repeats and order do not matter.
CREATE FUNCTION note_stations() RETURNS void
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
        SELECT alias, bool_or(bike_id IS NOT NULL) AS has_bike_ids, max(event_at) AS last_event_at
        FROM mention
        GROUP BY alias
    ), named AS (
        SELECT DISTINCT ON (alias) alias, name,
            concat_ws(' ', to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                coalesce(to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '-'),
                trip_key, side, name) AS name_rank
        FROM mention
        WHERE name IS NOT NULL
        ORDER BY alias, started_at DESC, ended_at DESC NULLS LAST, trip_key DESC, side DESC, name COLLATE "C" DESC
    ), placed AS (
        SELECT DISTINCT ON (alias) alias, lat, lon,
            concat_ws(' ', to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                coalesce(to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '-'),
                trip_key, side, lat, lon) AS place_rank
        FROM mention
        WHERE lat IS NOT NULL AND lon IS NOT NULL
        ORDER BY alias, started_at DESC, ended_at DESC NULLS LAST, trip_key DESC, side DESC, lat DESC, lon DESC
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
        lat = CASE WHEN excluded.place_rank > coalesce(known.place_rank, '') THEN excluded.lat ELSE known.lat END,
        lon = CASE WHEN excluded.place_rank > coalesce(known.place_rank, '') THEN excluded.lon ELSE known.lon END,
        place_rank = greatest(known.place_rank, excluded.place_rank)
$$;

-- Put the batch's trips into the ledger; trip_change then holds every version that won, beside the one it beat.
CREATE FUNCTION apply_trips(p_lane text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    TRUNCATE trip_change;

    INSERT INTO trip_change
    SELECT candidate.kafka_partition, candidate.kafka_offset, candidate.trip_key, candidate.bike_id,
        candidate.started_at, candidate.ended_at, candidate.start_station_id, candidate.end_station_id,
        trip.trip_key IS NULL,
        trip.bike_id, trip.started_at, trip.ended_at, trip.start_station_id, trip.end_station_id
    FROM (
        SELECT DISTINCT ON (trip_key) *
        FROM staged_trip
        ORDER BY trip_key, ended_at DESC NULLS LAST, end_station_id DESC NULLS LAST, started_at DESC,
            start_station_id DESC NULLS LAST, bike_id DESC NULLS LAST, kafka_partition, kafka_offset
    ) candidate
    LEFT JOIN trip USING (trip_key)
    WHERE trip.trip_key IS NULL
        OR (coalesce(candidate.ended_at, '-infinity'), coalesce(candidate.end_station_id, ''), candidate.started_at,
            coalesce(candidate.start_station_id, ''), coalesce(candidate.bike_id, ''))
        > (coalesce(trip.ended_at, '-infinity'), coalesce(trip.end_station_id, ''), trip.started_at,
            coalesce(trip.start_station_id, ''), coalesce(trip.bike_id, ''));

    INSERT INTO trip (trip_key, bike_id, started_at, ended_at, start_station_id, end_station_id)
    SELECT trip_key, bike_id, started_at, ended_at, start_station_id, end_station_id
    FROM trip_change
    ON CONFLICT (trip_key) DO UPDATE SET
        bike_id = excluded.bike_id,
        started_at = excluded.started_at,
        ended_at = excluded.ended_at,
        start_station_id = excluded.start_station_id,
        end_station_id = excluded.end_station_id;

    INSERT INTO record_change
    SELECT CASE p_lane WHEN 'live' THEN 'trips' ELSE 'trips-backfill' END, kafka_partition, kafka_offset, count(*)
    FROM trip_change
    GROUP BY kafka_partition, kafka_offset;
END
$$;

-- Carry the changed trips into the minute flows and into each id's net flow after its station's snapshot (T4).
CREATE FUNCTION apply_dock_events() RETURNS void
LANGUAGE sql
AS $$
    WITH event AS (
        SELECT start_station_id AS alias, started_at AS at, 1 AS departures, 0 AS arrivals
        FROM trip_change
        WHERE start_station_id IS NOT NULL
        UNION ALL
        SELECT end_station_id, ended_at, 0, 1
        FROM trip_change
        WHERE end_station_id IS NOT NULL AND ended_at IS NOT NULL
        UNION ALL
        SELECT old_start_station_id, old_started_at, -1, 0
        FROM trip_change
        WHERE old_start_station_id IS NOT NULL
        UNION ALL
        SELECT old_end_station_id, old_ended_at, 0, -1
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
        SELECT alias, sum(arrivals - departures) AS change
        FROM event
        JOIN station_alias USING (alias)
        JOIN station_status USING (station_id)
        WHERE at > anchored_at
        GROUP BY alias
    )
    UPDATE station_alias
    SET net_after_anchor = net_after_anchor + net.change
    FROM net
    WHERE station_alias.alias = net.alias AND net.change <> 0
$$;

-- Move the bikes whose newest trip changed (T3) and count them where they now are; give the ids touched.
CREATE FUNCTION apply_bikes() RETURNS text[]
LANGUAGE sql
AS $$
    WITH affected AS (
        SELECT bike_id FROM trip_change WHERE bike_id IS NOT NULL
        UNION
        SELECT old_bike_id FROM trip_change WHERE old_bike_id IS NOT NULL
    ), move AS (
        SELECT affected.bike_id, newest.trip_key, bike.station_id AS old_station_id,
            CASE WHEN newest.ended_at IS NOT NULL THEN newest.end_station_id END AS new_station_id
        FROM affected
        LEFT JOIN bike USING (bike_id)
        LEFT JOIN LATERAL (
            SELECT trip_key, ended_at, end_station_id
            FROM trip
            WHERE trip.bike_id = affected.bike_id
            ORDER BY started_at DESC, ended_at DESC NULLS LAST, trip_key DESC
            LIMIT 1
        ) newest ON true
    ), gone AS (
        DELETE FROM bike
        USING move
        WHERE bike.bike_id = move.bike_id AND move.trip_key IS NULL
    ), moved AS (
        INSERT INTO bike (bike_id, trip_key, station_id)
        SELECT bike_id, trip_key, new_station_id
        FROM move
        WHERE trip_key IS NOT NULL
        ON CONFLICT (bike_id) DO UPDATE SET trip_key = excluded.trip_key, station_id = excluded.station_id
    ), change AS (
        SELECT alias, sum(bikes) AS bikes
        FROM (
            SELECT old_station_id AS alias, -1 AS bikes FROM move WHERE old_station_id IS NOT NULL
            UNION ALL
            SELECT new_station_id, 1 FROM move WHERE new_station_id IS NOT NULL
        ) docked
        GROUP BY alias
        HAVING sum(bikes) <> 0
    ), counted AS (
        UPDATE station_alias
        SET docked_bikes = docked_bikes + change.bikes
        FROM change
        WHERE station_alias.alias = change.alias
    )
    SELECT coalesce(array_agg(alias), '{}') FROM change
$$;
