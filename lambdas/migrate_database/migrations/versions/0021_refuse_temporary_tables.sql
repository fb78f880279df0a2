-- Postgres lets everyone make temporary tables: room on the disk without a limit, and a session that is pinned in
-- the proxy. The streaming job signs in as the owner, who keeps the right and makes none.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;
