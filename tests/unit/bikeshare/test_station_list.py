from datetime import UTC, datetime

import pytest

from bikeshare.snapshots import Snapshot
from bikeshare.stations import Feed, StationInformation, StationStatus
from tests.support.station_feeds import read


class TestStationBeanList:
    def document(self, **said: object) -> dict[str, object]:
        """Citi Bike's feed of 2015 with one station."""
        station = {
            "id": 72,
            "stationName": "W 52 St & 11 Ave",
            "availableDocks": 29,
            "totalDocks": 39,
            "latitude": 40.76727216,
            "longitude": -73.99392888,
            "statusValue": "In Service",
            "statusKey": 1,
            "availableBikes": 9,
            "lastCommunicationTime": None,
            **said,
        }
        return {"executionTime": "2015-05-14 08:00:22 PM", "stationBeanList": [station]}

    def test_is_information_and_status_at_once(self) -> None:
        """One file anchors the counts and names the stations, on the system's own clock."""
        at = datetime(2015, 5, 15, 0, 0, 22, tzinfo=UTC)

        assert read(self.document()) == [
            Snapshot(
                feed=Feed.INFORMATION,
                feed_at=at,
                stations=(
                    StationInformation(
                        station_id="72",
                        name="W 52 St & 11 Ave",
                        lat=40.76727216,
                        lon=-73.99392888,
                        capacity=39,
                    ),
                ),
                rejected=(),
            ),
            Snapshot(
                feed=Feed.STATUS,
                feed_at=at,
                stations=(
                    StationStatus(
                        station_id="72",
                        num_bikes_available=9,
                        num_docks_available=29,
                        is_installed=True,
                        is_renting=True,
                        is_returning=True,
                    ),
                ),
                rejected=(),
            ),
        ]

    @pytest.mark.parametrize(
        ("value", "installed_and_open"),
        [("Not In Service", (True, False)), ("Planned", (False, False)), ("", (None, None))],
    )
    def test_a_closed_station_is_not_an_empty_one(
        self, value: str, installed_and_open: tuple[bool | None, bool | None]
    ) -> None:
        """T6: the flags say closed, never the counts."""
        station = read(self.document(statusValue=value))[1].stations[0]

        assert isinstance(station, StationStatus)
        assert (station.is_installed, station.is_renting) == installed_and_open
        assert station.is_returning == station.is_renting

    def test_a_time_of_report_is_on_the_systems_clock(self) -> None:
        """As is the time of the whole feed."""
        document = self.document(lastCommunicationTime="2015-05-14 07:58:13 PM")
        station = read(document)[1].stations[0]

        assert isinstance(station, StationStatus)
        assert station.last_reported == "2015-05-14T23:58:13.000000Z"
