-- What those who come back must be told, and what the whole system did by the minute.

-- The version at which the event clock first showed each of its values: an answer as of then is of that version
-- or a later one. Events that come late change stations and leave the clock, and so the step, as they are.
CREATE TABLE event_clock_step (
    event_clock timestamptz PRIMARY KEY,
    version bigint NOT NULL
);
CREATE INDEX event_clock_step_version ON event_clock_step (version);

-- Answers given before this table was kept may be of any version.
INSERT INTO event_clock_step
SELECT event_clock, 0
FROM system_state
WHERE event_clock IS NOT NULL;

-- Steps older than the newest 100,000 are let go: who asks from before them is told everything.
CREATE FUNCTION keep_event_clock_step() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO event_clock_step VALUES (NEW.event_clock, NEW.version)
    ON CONFLICT DO NOTHING;
    DELETE FROM event_clock_step WHERE version < NEW.version - 100000;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_event_clock_step
    AFTER UPDATE OF event_clock ON system_state
    FOR EACH ROW
    WHEN (NEW.event_clock IS DISTINCT FROM OLD.event_clock AND NEW.event_clock IS NOT NULL)
    EXECUTE FUNCTION keep_event_clock_step();

-- Stations that are served no more, and since which version.
CREATE TABLE station_gone (
    station_id text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL
);

-- A new name or place changes no status, and still is a change; and so is going. Told at the commit, when the
-- batch has its version.
CREATE FUNCTION tell_station_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO station_gone AS known
        SELECT OLD.station_id, version
        FROM system_state
        WHERE NOT EXISTS (SELECT FROM station WHERE station_id = OLD.station_id)
        ON CONFLICT (station_id) DO UPDATE SET version = excluded.version;
    ELSE
        DELETE FROM station_gone WHERE station_id = NEW.station_id;
        UPDATE station_status
        SET version = system_state.version
        FROM system_state
        WHERE station_id = NEW.station_id AND station_status.version <> system_state.version;
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER tell_station_change
    AFTER INSERT OR UPDATE OR DELETE ON station
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION tell_station_change();

-- Departures and arrivals of all stations per minute: a year is half a million rows, however many trips.
CREATE TABLE system_flow (
    minute timestamptz PRIMARY KEY,
    departures integer NOT NULL,
    arrivals integer NOT NULL
) WITH (fillfactor = 50);
INSERT INTO system_flow
SELECT minute, sum(departures), sum(arrivals)
FROM station_flow
GROUP BY minute;

CREATE FUNCTION sum_flows() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO system_flow AS known
        SELECT minute, sum(departures), sum(arrivals)
        FROM new_flow
        GROUP BY minute
        ON CONFLICT (minute) DO UPDATE SET
            departures = known.departures + excluded.departures,
            arrivals = known.arrivals + excluded.arrivals;
    ELSE
        UPDATE system_flow
        SET departures = system_flow.departures + change.departures,
            arrivals = system_flow.arrivals + change.arrivals
        FROM (
            SELECT minute, sum(departures) AS departures, sum(arrivals) AS arrivals
            FROM (
                SELECT minute, departures, arrivals FROM new_flow
                UNION ALL
                SELECT minute, -departures, -arrivals FROM old_flow
            ) side
            GROUP BY minute
        ) change
        WHERE system_flow.minute = change.minute;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER sum_new_flows
    AFTER INSERT ON station_flow
    REFERENCING NEW TABLE AS new_flow
    FOR EACH STATEMENT
    EXECUTE FUNCTION sum_flows();
CREATE TRIGGER sum_changed_flows
    AFTER UPDATE ON station_flow
    REFERENCING OLD TABLE AS old_flow NEW TABLE AS new_flow
    FOR EACH STATEMENT
    EXECUTE FUNCTION sum_flows();

GRANT SELECT ON event_clock_step, station_gone, system_flow TO bikeshare_api;
