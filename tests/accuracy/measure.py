"""The way from the files to the page."""

from datetime import timedelta
from pathlib import Path

from tests.accuracy.cases import cases
from tests.accuracy.docks import departure_known_late, docks_of
from tests.accuracy.history import EVERY_STATION, STATION_2_HOURLY, read_status, read_trips
from tests.accuracy.page import page

# The hourly file has rows by the minute in the first hour of each day; one an hour is enough.
HOURLY = timedelta(minutes=40)


def measured_page(folder: Path) -> str:
    """Measure every estimator on the files of this folder."""
    trips = read_trips(folder)
    every = read_status(folder / EVERY_STATION)
    one = read_status(folder / STATION_2_HOURLY, apart=HOURLY)
    docks, late = docks_of(trips), docks_of(trips, departure_known_late)
    return page(
        every=list(cases(every, docks)),
        one=list(cases(one, docks)),
        every_late=list(cases(every, late)),
        one_late=list(cases(one, late)),
        trips=len(trips),
    )
