-- A second set of staging tables a lane: one is filled while what is in the other is applied.
DO $$
DECLARE
    lane name;
    staging name;
BEGIN
    FOREACH lane IN ARRAY ARRAY['live', 'backfill'] LOOP
        EXECUTE format('CREATE SCHEMA %I', lane || '_2');
        FOR staging IN SELECT tablename FROM pg_tables WHERE schemaname = lane LOOP
            EXECUTE format('CREATE UNLOGGED TABLE %I.%I (LIKE %I.%I INCLUDING ALL)', lane || '_2', staging, lane, staging);
        END LOOP;
    END LOOP;
END
$$;
