"""Third-party programs read us as their users would have them do."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.gbfs_checks import VERSIONS
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".build" / "clients" / "bin" / "python"


@pytest.fixture
def city(served: ServedState) -> ServedState:
    """A city with a full, a closed and an unknown station, and one known only from trips."""
    served.put(
        station_row(),
        station_row("full", name="Full & <b>", num_bikes_available=20, num_docks_available=0),
        station_row("closed", lat=40.75, is_renting=False, num_ebikes_available=0),
        station_row("unknown", num_bikes_available=None, num_ebikes_available=None),
        station_row("of trips", capacity=None, num_docks_available=None, is_installed=None,
                    is_renting=None, is_returning=None, num_ebikes_available=None),
    )  # fmt: skip
    served.put_events("3186", CLOCK - timedelta(minutes=40), departures=4, arrivals=1)
    return served


def understood(reader: str, address: str) -> Any:
    """Return what a program understands of us."""
    assert PYTHON.exists(), "run `make .build/setup-clients` first"
    read = subprocess.run(
        [PYTHON, ROOT / "tests" / "clients" / "read.py", reader, f"http://{address}"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr
    return json.loads(read.stdout)


class TestStrangers:
    """Each finds what the API itself says."""

    @pytest.mark.parametrize("reader", ["pybikes_2", "pybikes_3"])
    def test_pybikes_reads_both_versions(
        self, address: str, city: ServedState, reader: str
    ) -> None:
        """So CityBikes can list us; what is unknown is left out."""
        assert city
        stations = understood(reader, address)

        assert stations.keys() == {"3186", "full", "closed", "of trips"}
        assert stations["3186"] == {
            "name": "Grove St PATH",
            "bikes": 8,
            "free": 12,
            "ebikes": 2,
            "slots": 20,
            "renting": True,
            "place": [40.7195, -74.0431],
        }
        assert stations["full"]["name"] == "Full & <b>"
        assert (stations["full"]["free"], stations["full"]["renting"]) == (0, True)
        assert stations["closed"]["renting"] is False
        assert (stations["of trips"]["free"], stations["of trips"]["slots"]) == (None, None)

    def test_a_second_validator_has_no_complaint(self, address: str, city: ServedState) -> None:
        """Two validators of the same schemas do not always agree."""
        assert city
        read = understood("java_validator", address)

        for version in VERSIONS:
            assert read[version]["errors"] == []
            assert read[version]["version"] == version
            assert {"system_information", "station_status"} < set(read[version]["read"])

    def test_a_gbfs_client_finds_the_feeds(self, address: str, city: ServedState) -> None:
        """Through the links of the discovery document."""
        assert city
        read = understood("gbfs_client", address)

        assert {"station_information", "station_status", "system_information"} < set(read["feeds"])
        assert read["updated"] == "2019-07-01T12:00:00"
        assert read["bikes"] == {"3186": 8, "full": 20, "closed": 8, "of trips": 8}

    def test_geopandas_reads_the_map(self, address: str, city: ServedState) -> None:
        """Places are where they belong, in a known coordinate system."""
        assert city
        read = understood("geopandas", address)

        assert read["crs"] == "EPSG:4326"
        assert read["stations"] == ["3186", "closed", "full", "of trips", "unknown"]
        assert read["bikes"] == 44
        assert read["span_m"] == pytest.approx(3388, abs=5)

    def test_pandas_adds_up_the_history(self, address: str, city: ServedState) -> None:
        """A table with times in UTC that needs no cleaning."""
        assert city
        read = understood("pandas", address)

        assert read == {
            "zone": "UTC",
            "departures": {"2019-07-01 11:00:00+00:00": 4},
            "last_bikes": 8,
        }
