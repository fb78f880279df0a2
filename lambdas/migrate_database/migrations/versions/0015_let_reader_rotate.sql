-- Secrets Manager signs in as the reader and alters its password, which Postgres refuses in a transaction
-- that only reads. What keeps the reader from changing rows is what it was granted, and that the API asks
-- for such transactions at their BEGIN.
ALTER ROLE bikeshare_api RESET default_transaction_read_only;
