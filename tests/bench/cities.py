"""Cities of any size at New York's density, written straight into the tables that the API reads."""

import math
from contextlib import closing

import psycopg2

# New York's docks are some 300 m apart, so more stations make a larger city, not a denser one.
SPACING_DEGREES = 0.003
MIDDLE = (40.7484, -73.9857)

BUILD = """
WITH placed AS (
    SELECT n, 'S' || lpad(n::text, 6, '0') AS station_id,
        %(lat)s + (n / %(side)s - %(side)s / 2) * %(step)s AS lat,
        %(lon)s + (n %% %(side)s - %(side)s / 2) * %(step)s AS lon,
        15 + n %% 40 AS capacity
    FROM generate_series(0, %(stations)s - 1) AS n
), named AS (
    INSERT INTO station (station_id, name, lat, lon, capacity, aliases, source)
    SELECT station_id, 'Avenue ' || n / %(side)s || ' & ' || n %% %(side)s || ' St', lat, lon,
        capacity, '{}', 'both'
    FROM placed
)
INSERT INTO station_status (
    station_id, num_bikes_available, num_ebikes_available, num_docks_available,
    is_installed, is_renting, is_returning, last_reported, anchored_at,
    drift, net_flow, version, estimated_bikes, estimate_method
)
SELECT station_id, n * 7919 %% capacity, 0, capacity - n * 7919 %% capacity,
    true, true, true, now() - n %% 600 * interval '1 second', now() - interval '1 minute',
    0, n %% 5, 1, n * 7919 %% capacity, 'flow'
FROM placed
"""


def build_city(dsn: str, stations: int) -> None:
    """Fill an empty, migrated database and run ANALYZE."""
    asked = {
        "stations": stations,
        "side": math.isqrt(stations),
        "step": SPACING_DEGREES,
        "lat": MIDDLE[0],
        "lon": MIDDLE[1],
    }
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(BUILD, asked)
            cursor.execute("UPDATE system_state SET version = version + 1, event_clock = now()")
            cursor.execute("ANALYZE station")
            cursor.execute("ANALYZE station_status")
