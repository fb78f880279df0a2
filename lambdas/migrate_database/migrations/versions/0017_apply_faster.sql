-- The same state for less work: what a batch costs is the ledger's indexes and little else.

-- Sorts of a batch of tens of thousands of rows stay in memory.
ALTER FUNCTION apply_batch SET work_mem = '64MB';

-- Two trips of a bike that start in one microsecond are rare enough to be sorted when read.
DROP INDEX trip_of_bike;
CREATE INDEX trip_of_bike ON trip (bike_id, started_at DESC) WHERE bike_id IS NOT NULL;

-- When a bike's newest trip was, so that a newer one is known without a look at the ledger.
ALTER TABLE bike SET (fillfactor = 50);
ALTER TABLE bike ADD COLUMN started_at timestamptz, ADD COLUMN ended_at timestamptz;
UPDATE bike SET started_at = trip.started_at, ended_at = trip.ended_at FROM trip WHERE trip.trip_key = bike.trip_key;
ALTER TABLE bike ALTER COLUMN started_at SET NOT NULL;

-- As before; a rank is written only for the one mention of each id that wins.
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
            trip_key, side, lat, lon) AS place_rank
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
        lat = CASE WHEN excluded.place_rank > coalesce(known.place_rank, '') THEN excluded.lat ELSE known.lat END,
        lon = CASE WHEN excluded.place_rank > coalesce(known.place_rank, '') THEN excluded.lon ELSE known.lon END,
        place_rank = greatest(known.place_rank, excluded.place_rank)
$$;

-- As before; nobody else writes to the ledger while a batch is applied, so that a new trip is simply inserted.
CREATE OR REPLACE FUNCTION apply_trips(p_lane text) RETURNS void
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
        SELECT DISTINCT ON (trip_key) kafka_partition, kafka_offset, trip_key, bike_id, started_at, ended_at,
            start_station_id, end_station_id
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
    WHERE is_new;

    UPDATE trip
    SET bike_id = change.bike_id,
        started_at = change.started_at,
        ended_at = change.ended_at,
        start_station_id = change.start_station_id,
        end_station_id = change.end_station_id
    FROM trip_change change
    WHERE NOT change.is_new AND trip.trip_key = change.trip_key;

    INSERT INTO record_change
    SELECT CASE p_lane WHEN 'live' THEN 'trips' ELSE 'trips-backfill' END, kafka_partition, kafka_offset, count(*)
    FROM trip_change
    GROUP BY kafka_partition, kafka_offset;
END
$$;

-- As before; the ledger is asked only about bikes of which a known trip changed.
CREATE OR REPLACE FUNCTION apply_bikes() RETURNS text[]
LANGUAGE sql
AS $$
    WITH revised AS (
        SELECT bike_id FROM trip_change WHERE NOT is_new AND bike_id IS NOT NULL
        UNION
        SELECT old_bike_id FROM trip_change WHERE NOT is_new AND old_bike_id IS NOT NULL
    ), newest AS (
        SELECT DISTINCT ON (bike_id) bike_id, trip_key, started_at, ended_at, end_station_id, is_revised
        FROM (
            SELECT bike_id, trip_key, started_at, ended_at, end_station_id, false AS is_revised
            FROM trip_change
            WHERE is_new AND bike_id IS NOT NULL
            UNION ALL
            SELECT revised.bike_id, left_by.trip_key, left_by.started_at, left_by.ended_at, left_by.end_station_id, true
            FROM revised
            LEFT JOIN LATERAL (
                SELECT trip_key, started_at, ended_at, end_station_id
                FROM trip
                WHERE trip.bike_id = revised.bike_id
                ORDER BY started_at DESC, ended_at DESC NULLS LAST, trip_key DESC
                LIMIT 1
            ) left_by ON true
        ) candidate
        ORDER BY bike_id, started_at DESC NULLS LAST, ended_at DESC NULLS LAST, trip_key DESC, is_revised DESC
    ), move AS (
        SELECT newest.*, bike.station_id AS old_station_id,
            CASE WHEN newest.ended_at IS NOT NULL THEN newest.end_station_id END AS new_station_id
        FROM newest
        LEFT JOIN bike USING (bike_id)
        WHERE bike.bike_id IS NULL OR is_revised
            OR (newest.started_at, coalesce(newest.ended_at, '-infinity'), newest.trip_key)
            > (bike.started_at, coalesce(bike.ended_at, '-infinity'), bike.trip_key)
    ), gone AS (
        DELETE FROM bike
        USING move
        WHERE bike.bike_id = move.bike_id AND move.trip_key IS NULL
    ), moved AS (
        INSERT INTO bike (bike_id, trip_key, started_at, ended_at, station_id)
        SELECT bike_id, trip_key, started_at, ended_at, new_station_id
        FROM move
        WHERE trip_key IS NOT NULL
        ON CONFLICT (bike_id) DO UPDATE SET
            trip_key = excluded.trip_key, started_at = excluded.started_at, ended_at = excluded.ended_at,
            station_id = excluded.station_id
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

-- As before: the moves called for by the changed trips and by those that now follow, or followed, one of them.
-- A bike's newest trip, which apply_bikes has just found, is followed by none.
CREATE OR REPLACE FUNCTION apply_moves() RETURNS text[]
LANGUAGE plpgsql
AS $$
DECLARE
    touched text[];
BEGIN
    IF NOT EXISTS (SELECT FROM trip_change WHERE bike_id IS NOT NULL OR old_bike_id IS NOT NULL) THEN
        RETURN '{}';
    END IF;
    WITH position AS (
        SELECT changed.bike_id, changed.started_at, changed.ended_at, changed.trip_key
        FROM trip_change changed
        JOIN bike USING (bike_id)
        WHERE bike.trip_key <> changed.trip_key
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
        FROM trip_change
        WHERE bike_id IS NOT NULL
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
DROP FUNCTION trips_to_place();

-- As before, with joins in place of a look for every station.
CREATE OR REPLACE FUNCTION refresh_station(p_stations text[]) RETURNS void
LANGUAGE sql
AS $$
    WITH member AS (
        SELECT known.*, information.feed_at, information.name AS feed_name, information.lat AS feed_lat,
            information.lon AS feed_lon, information.capacity,
            information.station_id IS NOT NULL OR status.station_id IS NOT NULL AS in_feed
        FROM station_alias known
        LEFT JOIN station_information_snapshot information ON information.station_id = alias
        LEFT JOIN station_status_snapshot status ON status.station_id = alias
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
        ORDER BY station_id, place_rank DESC NULLS LAST
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
