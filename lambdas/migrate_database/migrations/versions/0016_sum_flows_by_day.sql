-- A history is walked back from the present count: what happened since its end is read by the day, not by the
-- minute. Days are those of UTC.
CREATE TABLE station_day_flow (
    alias text COLLATE "C",
    day timestamptz,
    departures integer NOT NULL,
    arrivals integer NOT NULL,
    PRIMARY KEY (alias, day)
) WITH (fillfactor = 50);
INSERT INTO station_day_flow
SELECT alias, date_trunc('day', minute, 'UTC'), sum(departures), sum(arrivals)
FROM station_flow
GROUP BY 1, 2;

CREATE FUNCTION sum_days() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO station_day_flow AS known
        SELECT alias, date_trunc('day', minute, 'UTC'), sum(departures), sum(arrivals)
        FROM new_flow
        GROUP BY 1, 2
        ON CONFLICT (alias, day) DO UPDATE SET
            departures = known.departures + excluded.departures,
            arrivals = known.arrivals + excluded.arrivals;
    ELSE
        UPDATE station_day_flow known
        SET departures = known.departures + change.departures,
            arrivals = known.arrivals + change.arrivals
        FROM (
            SELECT alias, date_trunc('day', minute, 'UTC') AS day,
                sum(departures) AS departures, sum(arrivals) AS arrivals
            FROM (
                SELECT alias, minute, departures, arrivals FROM new_flow
                UNION ALL
                SELECT alias, minute, -departures, -arrivals FROM old_flow
            ) side
            GROUP BY 1, 2
        ) change
        WHERE known.alias = change.alias AND known.day = change.day;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER sum_days_of_new_flows
    AFTER INSERT ON station_flow
    REFERENCING NEW TABLE AS new_flow
    FOR EACH STATEMENT
    EXECUTE FUNCTION sum_days();
CREATE TRIGGER sum_days_of_changed_flows
    AFTER UPDATE ON station_flow
    REFERENCING OLD TABLE AS old_flow NEW TABLE AS new_flow
    FOR EACH STATEMENT
    EXECUTE FUNCTION sum_days();

GRANT SELECT ON station_day_flow TO bikeshare_api;
