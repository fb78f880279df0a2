-- The account of every drop (T8), and the one function a batch calls.

-- Enter the batch's attempts: which drops they try, what their summaries say.
CREATE FUNCTION note_attempts() RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO drop (drop_id, lane)
    SELECT DISTINCT drop_id, drop_lane
    FROM staged_record
    WHERE drop_id IS NOT NULL
    ON CONFLICT DO NOTHING;

    INSERT INTO attempt (drop_id, attempt_id)
    SELECT DISTINCT drop_id, attempt_id
    FROM staged_record
    WHERE drop_id IS NOT NULL
    ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION note_summaries() RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO drop AS known (drop_id, key, version_id, lane, size_bytes, received_at)
    SELECT DISTINCT ON (drop_id) drop_id, key, version_id, lane, size_bytes, received_at
    FROM staged_summary
    ORDER BY drop_id, received_at DESC NULLS LAST
    ON CONFLICT (drop_id) DO UPDATE SET
        key = excluded.key,
        version_id = excluded.version_id,
        lane = excluded.lane,
        size_bytes = coalesce(excluded.size_bytes, known.size_bytes),
        received_at = coalesce(excluded.received_at, known.received_at);

    INSERT INTO attempt (
        drop_id, attempt_id, outcome, reason, rows_read, rows_published, rows_rejected, rejected, rejected_key,
        first_event_at, last_event_at, started_at, finished_at
    )
    SELECT DISTINCT ON (drop_id, attempt_id)
        drop_id, attempt_id, outcome, reason, rows_read, rows_published, rows_rejected, rejected, rejected_key,
        first_event_at, last_event_at, started_at, finished_at
    FROM staged_summary
    ORDER BY drop_id, attempt_id
    ON CONFLICT (drop_id, attempt_id) DO UPDATE SET
        outcome = excluded.outcome,
        reason = excluded.reason,
        rows_read = excluded.rows_read,
        rows_published = excluded.rows_published,
        rows_rejected = excluded.rows_rejected,
        rejected = excluded.rejected,
        rejected_key = excluded.rejected_key,
        first_event_at = excluded.first_event_at,
        last_event_at = excluded.last_event_at,
        started_at = excluded.started_at,
        finished_at = excluded.finished_at;
$$;

-- Count each record's rows once, whoever reads it how often, and close the attempts that are whole.
-- Gives the rows counted now.
CREATE FUNCTION count_rows() RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    counted bigint;
BEGIN
    WITH fresh AS (
        INSERT INTO applied_chunk (drop_id, attempt_id, chunk)
        SELECT DISTINCT drop_id, attempt_id, chunk
        FROM staged_record
        JOIN attempt USING (drop_id, attempt_id)
        WHERE attempt.completed_at IS NULL
        ON CONFLICT DO NOTHING
        RETURNING drop_id, attempt_id, chunk
    ), record AS (
        SELECT drop_id, attempt_id, chunk, max(rows) AS rows, sum(rows_applied) AS rows_applied
        FROM fresh
        JOIN staged_record USING (drop_id, attempt_id, chunk)
        LEFT JOIN record_change USING (topic, kafka_partition, kafka_offset)
        GROUP BY drop_id, attempt_id, chunk
    ), total AS (
        SELECT drop_id, attempt_id, sum(rows) AS rows, coalesce(sum(rows_applied), 0) AS rows_applied
        FROM record
        GROUP BY drop_id, attempt_id
    ), updated AS (
        UPDATE attempt
        SET rows_seen = rows_seen + total.rows, rows_applied = attempt.rows_applied + total.rows_applied
        FROM total
        WHERE attempt.drop_id = total.drop_id AND attempt.attempt_id = total.attempt_id
    )
    SELECT coalesce(sum(rows), 0) INTO counted FROM total;

    WITH complete AS (
        UPDATE attempt
        SET completed_at = clock_timestamp()
        WHERE completed_at IS NULL
            AND (outcome = 'refused' OR (outcome = 'published' AND rows_seen = rows_published))
            AND (drop_id, attempt_id) IN (
                SELECT drop_id, attempt_id FROM staged_record
                UNION ALL
                SELECT drop_id, attempt_id FROM staged_summary
            )
        RETURNING drop_id, attempt_id
    )
    DELETE FROM applied_chunk
    USING complete
    WHERE applied_chunk.drop_id = complete.drop_id AND applied_chunk.attempt_id = complete.attempt_id;

    RETURN counted;
END
$$;

-- The ids a batch of trips touches: those its rows name, and those a beaten version named.
CREATE FUNCTION touched_aliases() RETURNS text[]
LANGUAGE sql
AS $$
    SELECT coalesce(array_agg(alias), '{}')
    FROM (
        SELECT start_station_id AS alias FROM staged_trip
        UNION
        SELECT end_station_id FROM staged_trip
        UNION
        SELECT old_start_station_id FROM trip_change
        UNION
        SELECT old_end_station_id FROM trip_change
    ) touched
    WHERE alias IS NOT NULL
$$;

-- Snapshots of the batch: newest records, places that are one, anchors. Gives the ids touched.
CREATE FUNCTION apply_stations() RETURNS text[]
LANGUAGE plpgsql
AS $$
DECLARE
    informed text[];
    anchored text[];
BEGIN
    IF NOT EXISTS (SELECT FROM staged_station) THEN
        RETURN '{}';
    END IF;
    SELECT * INTO informed, anchored FROM apply_snapshots();
    IF learn_aliases() THEN
        -- Rare, and it may join any two places: look at all of them.
        SELECT array_agg(alias) INTO anchored FROM station_alias;
    END IF;
    PERFORM name_components(informed || anchored);
    PERFORM recount_net_flow(anchored);
    PERFORM forget_renamed_stations();
    RETURN informed || anchored;
END
$$;

-- Apply what the streaming job staged for one lane's batch. One writer at a time: the lock makes a batch a
-- step from one whole state to the next, and readers never wait for it.
CREATE FUNCTION apply_batch(p_lane text, p_batch_id bigint)
RETURNS TABLE (rows_seen bigint, rows_applied bigint)
LANGUAGE plpgsql
AS $$
DECLARE
    aliases text[];
    stations text[];
    current_version bigint;
    seen bigint;
    applied bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('bikeshare.apply_batch'));
    TRUNCATE record_change;

    PERFORM note_attempts();
    PERFORM note_stations();
    PERFORM apply_trips(p_lane);
    PERFORM apply_dock_events();
    PERFORM note_summaries();
    aliases := apply_bikes() || touched_aliases() || apply_stations();

    UPDATE system_state
    SET version = version + 1,
        trips = trips + (SELECT count(*) FROM trip_change WHERE is_new),
        event_clock = greatest(
            event_clock,
            (SELECT greatest(max(started_at), max(ended_at)) FROM staged_trip),
            (SELECT max(feed_at) FROM staged_station)
        )
    RETURNING version INTO current_version;

    SELECT coalesce(array_agg(DISTINCT station_id), '{}') INTO stations
    FROM station_alias
    WHERE alias = ANY (aliases);
    PERFORM refresh_station(stations);
    PERFORM refresh_station_status(stations, current_version);

    seen := count_rows();
    SELECT coalesce(sum(record_change.rows_applied), 0) INTO applied FROM record_change;

    INSERT INTO unreadable_record (topic, kafka_partition, kafka_offset, reason, value)
    SELECT topic, kafka_partition, kafka_offset, reason, value
    FROM staged_unreadable
    ON CONFLICT DO NOTHING;

    INSERT INTO applied_batch (lane, batch_id, records, rows_seen, rows_applied, newest_record_at, applied_at)
    SELECT p_lane, p_batch_id, count(*), seen, applied, max(published_at), clock_timestamp()
    FROM staged_record;
    DELETE FROM applied_batch
    WHERE lane = p_lane AND applied_batch.applied_at < clock_timestamp() - interval '1 day';

    RETURN QUERY SELECT seen, applied;
END
$$;

-- What happened to each drop. Its numbers are those of its whole attempt where there is one; rows are applied
-- by whichever attempt brought them first, so rows_applied adds up over all attempts.
CREATE VIEW drop_account AS
SELECT drop.drop_id, key, version_id, lane, size_bytes, received_at,
    CASE
        WHEN telling.outcome = 'refused' THEN 'refused'
        WHEN telling.completed_at IS NOT NULL THEN 'complete'
        WHEN telling.outcome = 'published' THEN 'applying'
        ELSE 'publishing'
    END AS state,
    telling.reason, telling.rows_read, telling.rows_published, telling.rows_rejected, telling.rejected,
    telling.rejected_key, total.rows_applied,
    greatest(telling.rows_published - total.rows_applied, 0) AS rows_duplicate,
    telling.first_event_at, telling.last_event_at, telling.completed_at, total.attempts
FROM drop
CROSS JOIN LATERAL (
    SELECT *
    FROM attempt
    WHERE attempt.drop_id = drop.drop_id
    ORDER BY (completed_at IS NOT NULL AND outcome = 'published') DESC, outcome NULLS LAST, finished_at, attempt_id
    LIMIT 1
) telling
CROSS JOIN LATERAL (
    SELECT sum(rows_applied)::bigint AS rows_applied,
        jsonb_agg(jsonb_build_object(
            'attempt_id', attempt_id,
            'outcome', outcome,
            'reason', reason,
            'rows_read', rows_read,
            'rows_published', rows_published,
            'rows_rejected', rows_rejected,
            'rejected', rejected,
            'rows_applied', rows_applied,
            'rows_duplicate', rows_seen - rows_applied,
            'started_at', started_at,
            'finished_at', finished_at,
            'completed_at', completed_at
        ) ORDER BY started_at NULLS LAST, attempt_id) AS attempts
    FROM attempt
    WHERE attempt.drop_id = drop.drop_id
) total;
GRANT SELECT ON drop_account TO bikeshare_api;
