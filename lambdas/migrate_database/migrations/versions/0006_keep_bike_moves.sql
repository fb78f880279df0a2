-- Bikes that turn up elsewhere than they were left: the trace that trucks leave in trips with bike ids.
-- A bike's trips follow each other in T3's order: started_at, then ended_at (none first), then trip_key.

-- One row for each trip that does not start where the bike's trip before it ended. from_alias is null where
-- no trip tells where the bike was: its first one, or after one that is open or ended at no station; to_alias
-- is null where it set off from no station. With both it is a move, unless the two ids are one place (T10).
-- left_at is when the trip before ended (when it started, if open), and -infinity where there is none.
CREATE TABLE bike_move (
    trip_key text COLLATE "C" PRIMARY KEY,
    bike_id text COLLATE "C" NOT NULL,
    from_alias text COLLATE "C",
    left_at timestamptz NOT NULL,
    to_alias text COLLATE "C",
    seen_at timestamptz NOT NULL
);
CREATE INDEX bike_move_from ON bike_move (from_alias, seen_at) WHERE from_alias IS NOT NULL;
CREATE INDEX bike_move_to ON bike_move (to_alias, seen_at) WHERE to_alias IS NOT NULL;

-- What happened at an id's docks since its station's anchor (T4), beyond net_after_anchor. A bike is placed
-- where its last trip left it.
ALTER TABLE station_alias
    -- arrivals less departures of bikes with ids
    ADD COLUMN named_net integer NOT NULL DEFAULT 0,
    -- arrivals and departures of bikes without ids
    ADD COLUMN unnamed_events integer NOT NULL DEFAULT 0,
    -- left elsewhere after the anchor, then set off from here
    ADD COLUMN brought integer NOT NULL DEFAULT 0,
    -- left here after the anchor, then set off from elsewhere
    ADD COLUMN taken integer NOT NULL DEFAULT 0,
    -- placed elsewhere or nowhere at the anchor, then set off from here
    ADD COLUMN strangers_gone integer NOT NULL DEFAULT 0,
    -- placed here at the anchor, then set off from elsewhere
    ADD COLUMN missing_found integer NOT NULL DEFAULT 0;

-- The rows of bike_move that the named trips call for; none for a trip that starts where the one before ended.
CREATE FUNCTION moves_of(p_trip_keys text[])
RETURNS SETOF bike_move
LANGUAGE sql STABLE
AS $$
    SELECT trip.trip_key, trip.bike_id, placed.from_alias, placed.left_at, trip.start_station_id, trip.started_at
    FROM unnest(p_trip_keys) AS named (trip_key)
    JOIN trip ON trip.trip_key = named.trip_key COLLATE "C"
    LEFT JOIN LATERAL (
        SELECT ended_at, started_at, end_station_id
        FROM trip earlier
        WHERE earlier.bike_id = trip.bike_id
            AND earlier.started_at <= trip.started_at
            AND (earlier.started_at, coalesce(earlier.ended_at, '-infinity'), earlier.trip_key)
            < (trip.started_at, coalesce(trip.ended_at, '-infinity'), trip.trip_key)
        ORDER BY started_at DESC, ended_at DESC NULLS LAST, trip_key DESC
        LIMIT 1
    ) before ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN before.ended_at IS NOT NULL THEN before.end_station_id END AS from_alias,
            coalesce(before.ended_at, before.started_at, '-infinity') AS left_at
    ) placed
    WHERE trip.bike_id IS NOT NULL AND placed.from_alias IS DISTINCT FROM trip.start_station_id
$$;

-- The trips whose trip before may have changed with the batch: the changed ones, and those that now follow, or
-- followed, a changed one.
CREATE FUNCTION trips_to_place() RETURNS text[]
LANGUAGE sql STABLE
AS $$
    WITH position AS (
        SELECT bike_id, started_at, ended_at, trip_key
        FROM trip_change
        WHERE bike_id IS NOT NULL
        UNION
        SELECT old_bike_id, old_started_at, old_ended_at, trip_key
        FROM trip_change
        WHERE old_bike_id IS NOT NULL
    ), affected AS (
        SELECT trip_key FROM position
        UNION
        SELECT following.trip_key
        FROM position
        CROSS JOIN LATERAL (
            SELECT trip_key
            FROM trip later
            WHERE later.bike_id = position.bike_id
                AND later.started_at >= position.started_at
                AND (later.started_at, coalesce(later.ended_at, '-infinity'), later.trip_key)
                > (position.started_at, coalesce(position.ended_at, '-infinity'), position.trip_key)
            ORDER BY started_at, ended_at NULLS FIRST, trip_key
            LIMIT 1
        ) following
    )
    SELECT array_agg(trip_key) FROM affected
$$;

-- Bring bike_move up to the changed trips, and each id's counts since its anchor; give the ids touched.
CREATE FUNCTION apply_moves() RETURNS text[]
LANGUAGE plpgsql
AS $$
DECLARE
    trip_keys text[] := trips_to_place();
    touched text[];
BEGIN
    IF trip_keys IS NULL THEN
        RETURN '{}';
    END IF;
    WITH called_for AS (
        SELECT * FROM moves_of(trip_keys)
    ), known AS (
        SELECT bike_move.*
        FROM unnest(trip_keys) AS named (trip_key)
        JOIN bike_move ON bike_move.trip_key = named.trip_key COLLATE "C"
    ), gone AS (
        DELETE FROM bike_move
        USING known
        WHERE bike_move.trip_key = known.trip_key
            AND NOT EXISTS (SELECT FROM called_for WHERE called_for.trip_key = known.trip_key)
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

-- A station's moves per minute of the departures that told of them, in [p_from, p_until).
CREATE FUNCTION station_moves(p_station_id text, p_from timestamptz, p_until timestamptz)
RETURNS TABLE (minute timestamptz, moved_in bigint, moved_out bigint)
LANGUAGE sql STABLE
AS $$
    SELECT date_trunc('minute', seen_at, 'UTC'), sum(came), sum(went)
    FROM station_alias here
    CROSS JOIN LATERAL (
        SELECT seen_at, from_alias AS other, 1 AS came, 0 AS went
        FROM bike_move
        WHERE to_alias = here.alias AND seen_at >= p_from AND seen_at < p_until
        UNION ALL
        SELECT seen_at, to_alias, 0, 1
        FROM bike_move
        WHERE from_alias = here.alias AND seen_at >= p_from AND seen_at < p_until
    ) side
    JOIN station_alias there ON there.alias = side.other
    WHERE here.station_id = p_station_id COLLATE "C" AND there.component <> here.component
    GROUP BY 1
$$;
GRANT SELECT ON bike_move TO bikeshare_api;
GRANT EXECUTE ON FUNCTION station_moves TO bikeshare_api;

-- A database that already holds trips gets the moves they tell of.
INSERT INTO bike_move
SELECT moves.*
FROM (SELECT array_agg(trip_key) AS keys FROM trip WHERE bike_id IS NOT NULL) every
CROSS JOIN LATERAL moves_of(every.keys) moves;
