-- Staging is the gate: a record that COPY takes can be applied. What COPY refuses is set aside alone, with the
-- constraint's name as the reason; what failed later, in apply_batch, would fail at every try and stop its lane.
-- The publishers send nothing of the kind; whoever else writes to a topic might.

-- Times that clients can read, ids that an index can hold.
CREATE FUNCTION is_usable_time(p_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_at IS NULL OR p_at BETWEEN '1900-01-01Z' AND '2200-01-01Z';

CREATE FUNCTION is_usable_id(p_id text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_id IS NULL OR octet_length(p_id) <= 2400;

CREATE FUNCTION is_usable_place(p_lat double precision, p_lon double precision) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN (p_lat IS NULL AND p_lon IS NULL) OR (p_lat BETWEEN -90 AND 90 AND p_lon BETWEEN -180 AND 180) IS TRUE;

CREATE FUNCTION is_usable_count(p_count integer) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_count IS NULL OR p_count BETWEEN 0 AND 1000000;

CREATE FUNCTION are_usable_aliases(p_aliases jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN p_aliases IS NULL OR (
    jsonb_typeof(p_aliases) = 'array'
    AND NOT p_aliases @? '$[*] ? (@.type() != "string")'
    AND octet_length(p_aliases::text) <= 2400
);

DO $$
DECLARE
    lane name;
BEGIN
    FOREACH lane IN ARRAY ARRAY['live', 'backfill'] LOOP
        EXECUTE format($checks$
            ALTER TABLE %1$I.staged_record
                ADD CONSTRAINT says_which_record_of_which_attempt_it_is CHECK (
                    topic = 'drops' OR (
                        drop_id IS NOT NULL AND attempt_id IS NOT NULL AND drop_lane IS NOT NULL
                        AND chunk IS NOT NULL AND rows IS NOT NULL
                    )
                ),
                ADD CONSTRAINT has_ids_of_usable_length CHECK (
                    octet_length(drop_id) <= 200 AND octet_length(attempt_id) <= 200
                );
            ALTER TABLE %1$I.staged_trip
                ADD CONSTRAINT has_usable_ids CHECK (
                    is_usable_id(trip_key) AND is_usable_id(bike_id)
                    AND is_usable_id(start_station_id) AND is_usable_id(end_station_id)
                ),
                ADD CONSTRAINT has_usable_times CHECK (is_usable_time(started_at) AND is_usable_time(ended_at)),
                ADD CONSTRAINT has_usable_places CHECK (
                    is_usable_place(start_lat, start_lon) AND is_usable_place(end_lat, end_lon)
                );
            ALTER TABLE %1$I.staged_station
                ADD CONSTRAINT has_usable_ids CHECK (is_usable_id(station_id) AND are_usable_aliases(aliases)),
                ADD CONSTRAINT has_usable_times CHECK (is_usable_time(feed_at) AND is_usable_time(last_reported)),
                ADD CONSTRAINT has_usable_places CHECK (is_usable_place(lat, lon)),
                ADD CONSTRAINT has_usable_counts CHECK (
                    is_usable_count(capacity)
                    AND is_usable_count(num_bikes_available) AND is_usable_count(num_ebikes_available)
                    AND is_usable_count(num_bikes_disabled) AND is_usable_count(num_docks_available)
                    AND is_usable_count(num_docks_disabled)
                );
            ALTER TABLE %1$I.staged_summary
                ADD CONSTRAINT has_ids_of_usable_length CHECK (
                    octet_length(drop_id) <= 200 AND octet_length(attempt_id) <= 200
                ),
                ADD CONSTRAINT has_usable_times CHECK (
                    is_usable_time(received_at) AND is_usable_time(first_event_at)
                    AND is_usable_time(last_event_at) AND is_usable_time(started_at)
                    AND is_usable_time(finished_at)
                ),
                ADD CONSTRAINT has_usable_counts CHECK (
                    rows_read BETWEEN 0 AND 1000000000000 AND rows_published BETWEEN 0 AND 1000000000000
                    AND rows_rejected BETWEEN 0 AND 1000000000000
                );
        $checks$, lane);
    END LOOP;
END
$$;
