-- Good rows of a record that was set aside are applied: from now on their attempt has them, too.

-- As before; a record that is staged and set aside counts what it changed, and as rows seen only once it comes whole.
CREATE OR REPLACE FUNCTION count_rows() RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    counted bigint;
BEGIN
    WITH whole AS (
        SELECT staged_record.*
        FROM staged_record
        LEFT JOIN staged_unreadable USING (topic, kafka_partition, kafka_offset)
        WHERE staged_unreadable.topic IS NULL
    ), fresh AS (
        INSERT INTO applied_chunk (drop_id, attempt_id, chunk)
        SELECT DISTINCT drop_id, attempt_id, chunk
        FROM whole
        JOIN attempt USING (drop_id, attempt_id)
        WHERE attempt.completed_at IS NULL
        ON CONFLICT DO NOTHING
        RETURNING drop_id, attempt_id, chunk
    ), record AS (
        SELECT drop_id, attempt_id, chunk, max(rows) AS rows, sum(rows_applied) AS rows_applied
        FROM fresh
        JOIN whole USING (drop_id, attempt_id, chunk)
        LEFT JOIN record_change USING (topic, kafka_partition, kafka_offset)
        GROUP BY drop_id, attempt_id, chunk
        UNION ALL
        SELECT drop_id, attempt_id, chunk, 0, record_change.rows_applied
        FROM staged_record
        JOIN staged_unreadable USING (topic, kafka_partition, kafka_offset)
        JOIN record_change USING (topic, kafka_partition, kafka_offset)
        JOIN attempt USING (drop_id, attempt_id)
        WHERE attempt.completed_at IS NULL
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

    PERFORM count_drops(staged_drops(), 1);
    RETURN counted;
END
$$;

-- As before; until then an attempt may have applied more rows than it has seen.
CREATE OR REPLACE VIEW drop_account AS
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
            'rows_duplicate', greatest(rows_seen - rows_applied, 0),
            'started_at', started_at,
            'finished_at', finished_at,
            'completed_at', completed_at
        ) ORDER BY started_at NULLS LAST, attempt_id) AS attempts
    FROM attempt
    WHERE attempt.drop_id = drop.drop_id
) total;

-- A topic made anew numbers its records from 0 again: one set aside is known by what it holds, too.
ALTER TABLE unreadable_record DROP CONSTRAINT unreadable_record_pkey;
CREATE UNIQUE INDEX unreadable_record_known
    ON unreadable_record (topic, kafka_partition, kafka_offset, md5(coalesce(value, '')));
