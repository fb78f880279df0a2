-- What the publishers let through, staging takes, and what staging takes, can be applied.

-- All that a published time may be: SQL Server's 1900 and .NET's year 1 are no reason to refuse a record.
CREATE OR REPLACE FUNCTION is_usable_time(p_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_at IS NULL OR p_at BETWEEN '0001-01-02Z' AND '9999-12-30Z';

-- A row of an index holds 2,704 bytes: two ids, as in trip_of_bike and station_link, and two times. A key made of a
-- bike and a start is longer than a bike.
CREATE OR REPLACE FUNCTION is_usable_id(p_id text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_id IS NULL OR octet_length(p_id) <= 1200;

CREATE OR REPLACE FUNCTION are_usable_aliases(p_aliases jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_aliases IS NULL OR CASE
    WHEN jsonb_typeof(p_aliases) <> 'array' OR p_aliases @? '$[*] ? (@.type() != "string")' THEN false
    ELSE coalesce((SELECT bool_and(is_usable_id(alias)) FROM jsonb_array_elements_text(p_aliases) AS alias), true)
END;
