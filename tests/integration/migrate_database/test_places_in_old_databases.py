"""Places known to an older database, now that their rank is that of the row alone."""

import uuid
from contextlib import closing

import psycopg2
import pytest

from glue_jobs.availability.database import DatabaseSettings
from glue_jobs.availability.sink import connect_to_staging
from lambdas.migrate_database.migration import upgrade
from tests.support.availability import at, chunks, trip
from tests.support.batches import apply_batch, create_database

pytestmark = pytest.mark.integration

RANKED_AS_TEXT = "0030"
PLACES = "SELECT lat, lon FROM station WHERE station_id = 'A'"


class TestPlacesInOldDatabases:
    @pytest.mark.parametrize(
        ("hour", "lon", "shown"),
        [(8, "-73.9", -73.9), (8, "-74.1", -74.0), (7, "-73.9", -74.0), (9, "-74.1", -74.1)],
        ids=["a greater place", "a lesser one", "an older row", "a newer row"],
    )
    def test_a_row_is_weighed_against_what_was_known(
        self, postgres: str, hour: int, lon: str, shown: float
    ) -> None:
        """Its rank included the place, which was compared as text."""
        dsn = create_database(postgres, f"places_{uuid.uuid4().hex[:12]}", RANKED_AS_TEXT)
        with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
            apply_batch(lane, 0, chunks([row(8, "-74.0")], 1))

        upgrade(dsn)
        with closing(connect_to_staging(DatabaseSettings(url=dsn), "live")) as lane:
            apply_batch(lane, 1, chunks([row(hour, lon)], 1))

        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
            cursor.execute(PLACES)
            assert cursor.fetchall() == [(40.7, shown)]


def row(hour: int, lon: str) -> object:
    """A trip from A, with A's place."""
    return trip("A", "B", at(hour), at(10), key="R", lat="40.7", lon=lon)
