-- The status counts all drops and their rows. To look at each of 20,000 costs a tenth of a second; so the sums are kept
-- as they change: a batch takes its drops out of them as they stand, and puts them back as it leaves them.

CREATE TABLE drop_total (
    state text PRIMARY KEY,
    drops bigint NOT NULL,
    rows_read bigint NOT NULL,
    rows_published bigint NOT NULL,
    rows_rejected bigint NOT NULL,
    rows_applied bigint NOT NULL,
    rows_duplicate bigint NOT NULL
);
GRANT SELECT ON drop_total TO bikeshare_api;

-- Count these drops as they stand (p_times is 1), or count them out again (-1).
CREATE FUNCTION count_drops(p_drop_ids text[], p_times integer) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO drop_total AS total
    SELECT state, p_times * count(*),
        p_times * coalesce(sum(rows_read), 0),
        p_times * coalesce(sum(rows_published), 0),
        p_times * coalesce(sum(rows_rejected), 0),
        p_times * coalesce(sum(rows_applied), 0),
        p_times * coalesce(sum(rows_duplicate), 0)
    FROM drop_account
    WHERE drop_id = ANY (p_drop_ids)
    GROUP BY state
    ON CONFLICT (state) DO UPDATE SET
        drops = total.drops + excluded.drops,
        rows_read = total.rows_read + excluded.rows_read,
        rows_published = total.rows_published + excluded.rows_published,
        rows_rejected = total.rows_rejected + excluded.rows_rejected,
        rows_applied = total.rows_applied + excluded.rows_applied,
        rows_duplicate = total.rows_duplicate + excluded.rows_duplicate;
$$;

SELECT count_drops(array_agg(drop_id), 1) FROM drop;

-- The drops whose records or summaries are staged.
CREATE FUNCTION staged_drops() RETURNS text[]
LANGUAGE sql
AS $$
    SELECT array_agg(drop_id)
    FROM (
        SELECT drop_id FROM staged_record
        UNION
        SELECT drop_id FROM staged_summary
    ) staged
$$;

-- As before, once the batch's drops are out of the totals.
CREATE OR REPLACE FUNCTION note_attempts() RETURNS void
LANGUAGE sql
AS $$
    SELECT count_drops(staged_drops(), -1);

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

-- As before, and the batch's drops are back in the totals.
CREATE OR REPLACE FUNCTION count_rows() RETURNS bigint
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

    PERFORM count_drops(staged_drops(), 1);
    RETURN counted;
END
$$;
