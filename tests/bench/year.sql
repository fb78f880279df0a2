-- A year of a city's trips straight into the ledger, the same in every run; %(trips)s of them, until %(until)s.
-- The newest come one by one into indexes that are there: such pages are half to quite full, each in its own way, while
-- those of a new index are all as full, so that the next trips would split them all.
-- Bikes are ridden as unevenly as tests/bench/city.py draws them.
CREATE TEMPORARY TABLE wanted AS
SELECT %(trips)s::bigint AS trips, %(until)s::timestamptz AS until, greatest(0, %(trips)s - 4000000)::bigint AS at_once;

CREATE FUNCTION pg_temp.ride(p_first bigint, p_last bigint) RETURNS SETOF trip
LANGUAGE sql STABLE
AS $$
    SELECT bike_id || '@' || to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        bike_id, started_at, started_at + interval '11 minutes', start_station_id, end_station_id
    FROM (
        SELECT (10000 + floor(20000 * sqrt((hashint8(number) & 1048575) / 1048576.0)))::text AS bike_id,
            until - (trips - number + 1) * (interval '365 days' / trips) AS started_at,
            (3000 + (hashint8(number * 7 + 1) & 1048575) %% 2200)::text AS start_station_id,
            (3000 + (hashint8(number * 7 + 2) & 1048575) %% 2200)::text AS end_station_id
        FROM wanted
        CROSS JOIN generate_series(p_first, p_last) AS number
    ) ride
$$;

-- Sorting for the indexes in memory, as far as it goes.
SET LOCAL maintenance_work_mem = '1GB';

DROP INDEX trip_of_bike, trip_departure, trip_arrival;
ALTER TABLE trip DROP CONSTRAINT trip_pkey;

INSERT INTO trip SELECT ride.* FROM wanted CROSS JOIN pg_temp.ride(1, at_once) AS ride;

ALTER TABLE trip ADD PRIMARY KEY (trip_key);
CREATE INDEX trip_of_bike ON trip (bike_id, started_at DESC) WHERE bike_id IS NOT NULL;
CREATE INDEX trip_departure ON trip (start_station_id, started_at) WHERE start_station_id IS NOT NULL;
CREATE INDEX trip_arrival ON trip (end_station_id, ended_at) WHERE end_station_id IS NOT NULL;

INSERT INTO trip SELECT ride.* FROM wanted CROSS JOIN pg_temp.ride(at_once + 1, trips) AS ride;

-- Every bike is where its last trip left it.
INSERT INTO bike (bike_id, trip_key, started_at, ended_at, station_id)
SELECT last_trip.bike_id, last_trip.trip_key, last_trip.started_at, last_trip.ended_at, last_trip.end_station_id
FROM generate_series(10000, 29999) AS number
CROSS JOIN LATERAL (
    SELECT bike_id, trip_key, started_at, ended_at, end_station_id
    FROM trip
    WHERE bike_id = number::text
    ORDER BY started_at DESC
    LIMIT 1
) last_trip;

UPDATE system_state SET trips = (SELECT trips FROM wanted);
