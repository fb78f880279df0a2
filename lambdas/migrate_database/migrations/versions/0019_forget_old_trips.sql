-- Trips may be forgotten by age. The ledger stays one table: a trip is known by its key alone, whenever it was.
-- docs/decisions/0011 says what stays exact.

-- Trips that ended before this are forgotten, and rows of such trips that come now change nothing.
ALTER TABLE system_state ADD COLUMN forgotten_before timestamptz NOT NULL DEFAULT '-infinity';

-- Trips come about in the order of their starts, so that a few kilobytes tell where the old ones lie.
CREATE INDEX trip_age ON trip USING brin (started_at) WITH (autosummarize = on);

-- Forget up to p_limit trips that ended before p_before, and before every anchor: what the counts (T4) and the
-- places of bikes (T3) need is kept. Gives how many it forgot; call it until that is none.
CREATE FUNCTION forget_trips(p_before timestamptz, p_limit integer) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    forgotten bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('bikeshare.apply_batch'));
    UPDATE system_state
    SET forgotten_before = greatest(
        forgotten_before, least(p_before, (SELECT min(anchored_at) FROM station_status))
    );
    WITH old AS (
        SELECT trip_key
        FROM trip
        CROSS JOIN system_state
        WHERE started_at < forgotten_before AND greatest(started_at, ended_at) < forgotten_before
            AND NOT EXISTS (SELECT FROM bike WHERE bike.bike_id = trip.bike_id AND bike.trip_key = trip.trip_key)
        LIMIT p_limit
    ), moves AS (
        DELETE FROM bike_move USING old WHERE bike_move.trip_key = old.trip_key
    ), gone AS (
        DELETE FROM trip USING old WHERE trip.trip_key = old.trip_key RETURNING trip.trip_key
    ), counted AS (
        UPDATE system_state SET trips = trips - (SELECT count(*) FROM gone)
    )
    SELECT count(*) INTO forgotten FROM gone;
    RETURN forgotten;
END
$$;

-- As before, without what is forgotten.
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
    CROSS JOIN system_state
    WHERE CASE
        WHEN trip.trip_key IS NULL THEN greatest(candidate.started_at, candidate.ended_at) >= forgotten_before
        ELSE (coalesce(candidate.ended_at, '-infinity'), coalesce(candidate.end_station_id, ''), candidate.started_at,
            coalesce(candidate.start_station_id, ''), coalesce(candidate.bike_id, ''))
        > (coalesce(trip.ended_at, '-infinity'), coalesce(trip.end_station_id, ''), trip.started_at,
            coalesce(trip.start_station_id, ''), coalesce(trip.bike_id, ''))
    END;

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
