"""The API as clients see it: Chalice's local server in its own process, with real data."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from local_stack.services.api import Api
from tests.support.served_stations import CLOCK, ServedState, station_row

NASTY = "'; DROP TABLE station; -- <script>alert(1)</script> \u202e${jndi:x} =1+1 %00"


@contextmanager
def served_api(home: Path, dsn: str) -> Iterator[str]:
    """Serve a migrated database as the read-only role; yield the URL."""
    with Api(home=home, dsn=dsn.replace("bikeshare@", "bikeshare_api@")) as api:
        yield api.url


def put_city(served: ServedState) -> None:
    """Insert stations, files and flows of every kind, some with malicious texts."""
    served.put(
        station_row("3186", aliases=["JC005", "0d6a-uuid"]),
        station_row("519", name="W 52 St & 11 Ave", lat=40.767, lon=-73.994),
        station_row("520", name="Broadway & W 60 St", lat=40.77, lon=-73.98, capacity=0),
        station_row(
            "8358.10", name=None, lat=None, lon=None, capacity=None, num_docks_available=None,
            num_bikes_available=None, num_ebikes_available=None, is_renting=None, drift=None,
            anchored_at=None, source="trips", estimated_bikes=None, estimate_method=None,
        ),
        station_row(NASTY, name=NASTY, aliases=["../../etc/passwd", "a b/c", "?x=1#y"]),
        station_row("gone"),
    )  # fmt: skip
    served.remove("gone")
    for n in range(30):
        lane = ("live", "backfill", "stations")[n % 3]
        received = None if n == 0 else CLOCK + timedelta(minutes=n)
        served.put_drop(f"d{n}", key=f"{lane}/{n}{NASTY}", lane=lane, received_at=received)
        served.put_attempt(
            f"d{n}", "t1", rows_read=4, rows_published=3, rows_rejected=1, rows_seen=3,
            rows_applied=n % 4, rejected={NASTY: 1},
        )  # fmt: skip
        served.put_events("3186", CLOCK - timedelta(minutes=7 * n), departures=2, arrivals=1)
        served.put_events("519", CLOCK - timedelta(minutes=7 * n), arrivals=3)
    served.put_attempt("d1", "t2", outcome="refused", reason=NASTY)
    served.execute(
        """
        INSERT INTO applied_batch (
            lane, batch_id, records, rows_seen, rows_applied, newest_record_at, applied_at
        )
        VALUES ('live', 1, 2, 4, 4, %(at)s, %(at)s)
        """,
        {"at": CLOCK},
    )
    served.execute("INSERT INTO error_by_age VALUES (24, 2, 6, 4, 3)")
