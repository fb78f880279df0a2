-- Snapshots of a feed: the newest record of each station, which ids are one place (T10), and the anchor (T4).

-- Keep the newest record of each station of each feed; of two with one time the greater content wins, so
-- that the outcome never depends on which came first. Gives the feed ids whose records changed.
CREATE FUNCTION apply_snapshots(OUT informed text[], OUT anchored text[])
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

    -- A status without a count of bikes can be nobody's anchor: the one before it stays.
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
END
$$;

-- Learn which ids the batch's snapshots state to be one place; true when that was news.
CREATE FUNCTION learn_aliases() RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    learned bigint;
BEGIN
    WITH link AS (
        INSERT INTO station_link (station_id, alias)
        SELECT station_id, station_id
        FROM staged_station
        UNION
        SELECT station_id, alias COLLATE "C"
        FROM staged_station, jsonb_array_elements_text(coalesce(aliases, '[]')) AS alias
        ON CONFLICT DO NOTHING
        RETURNING alias
    ), known AS (
        INSERT INTO station_alias (alias, station_id, component)
        SELECT DISTINCT alias, alias, alias FROM link
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) INTO learned FROM link;
    IF learned = 0 THEN
        RETURN false;
    END IF;

    WITH RECURSIVE edge AS (
        SELECT station_id AS here, alias AS there FROM station_link
        UNION
        SELECT alias, station_id FROM station_link
    ), reach AS (
        SELECT here AS alias, here AS reached FROM edge
        UNION
        SELECT reach.alias, edge.there
        FROM reach
        JOIN edge ON edge.here = reach.reached
    ), component AS (
        SELECT alias, min(reached) AS component FROM reach GROUP BY alias
    )
    UPDATE station_alias
    SET component = component.component
    FROM component
    WHERE station_alias.alias = component.alias AND station_alias.component <> component.component;
    RETURN true;
END
$$;

-- Give every id of the named components the station it is served as: the newest snapshot's id, else its own.
CREATE FUNCTION name_components(p_aliases text[]) RETURNS void
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
        ORDER BY component, greatest(information.feed_at, status.feed_at) DESC NULLS LAST, alias DESC
    )
    UPDATE station_alias
    SET station_id = served.station_id
    FROM served
    WHERE station_alias.component = served.component AND station_alias.station_id <> served.station_id
$$;

-- Count each id's arrivals less departures after its station's snapshot anew: the snapshot, or the station,
-- has changed. Costs the ledger rows after the snapshot, at these stations only.
CREATE FUNCTION recount_net_flow(p_aliases text[]) RETURNS void
LANGUAGE sql
AS $$
    WITH anchor AS (
        SELECT member.component, max(status.feed_at) AS anchored_at
        FROM (SELECT DISTINCT component FROM station_alias WHERE alias = ANY (p_aliases)) touched
        JOIN station_alias member USING (component)
        LEFT JOIN station_status_snapshot status ON status.station_id = member.alias
        GROUP BY member.component
    )
    UPDATE station_alias known
    SET net_after_anchor = CASE WHEN anchor.anchored_at IS NULL THEN 0 ELSE (
            SELECT count(*) FROM trip WHERE end_station_id = known.alias AND ended_at > anchor.anchored_at
        ) - (
            SELECT count(*) FROM trip WHERE start_station_id = known.alias AND started_at > anchor.anchored_at
        ) END
    FROM anchor
    WHERE known.component = anchor.component
$$;
