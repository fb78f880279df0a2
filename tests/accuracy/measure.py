"""From the files to the page."""

from datetime import timedelta
from pathlib import Path

from tests.accuracy.cases import cases
from tests.accuracy.docks import docks_of
from tests.accuracy.history import EVERY_STATION, STATION_2_HOURLY, read_status, read_trips
from tests.accuracy.page import page

# The hourly file has rows by the minute in the first hour of each day; one an hour is enough.
HOURLY = timedelta(minutes=40)


def measured_page(folder: Path) -> str:
    """Measure every estimator on the files of this folder."""
    trips = read_trips(folder)
    docks = docks_of(trips)
    return page(
        every=list(cases(read_status(folder / EVERY_STATION), docks)),
        one=list(cases(read_status(folder / STATION_2_HOURLY, apart=HOURLY), docks)),
        trips=len(trips),
    )
