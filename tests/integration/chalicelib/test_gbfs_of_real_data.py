from pathlib import Path

import pytest

from local_stack.sample_day.day import write_sample_day
from tests.support.gbfs_checks import VERSIONS, Tree, contradictions, findings
from tests.support.real_files import apply_files
from tests.support.served_stations import ServedState

pytestmark = pytest.mark.integration

BAY_AREA = "America/Los_Angeles"
# What is uploaded, in which time zone, and how many stations are then in information and status.
MIXES = {
    # These give no station's position, so GBFS can list none.
    "trips of 2013, before GBFS": (["babs/201309*.csv"], BAY_AREA, (0, 0)),
    "trips with bike ids": (["citibike_jc/JC-201902*"], "", (52, 52)),
    "trips without bike ids": (["citibike_jc/JC-202102*"], "", (56, 0)),
    "trips re-saved by a spreadsheet": (["boston/201501*"], "", (58, 58)),
    "a station list of 2015": (["gbfs/citibike_2015*/*"], "", (329, 329)),
    "that list, and trips": (
        ["citibike_jc/JC-201509*", "gbfs/citibike_2015*/*"], "", (364, 364),
    ),
    "feeds of 2019, and trips with ids and without": (
        ["citibike_jc/JC-201902*", "gbfs/citibike_2019*/*", "citibike_jc/JC-202102*"],
        "", (849, 846),
    ),
    "a station_information of 2025, and trips of two eras": (
        ["citibike_jc/JC-201902*", "gbfs/citibike_2025*/*", "citibike_jc/JC-202102*"],
        "", (2291, 52),
    ),
    "feeds with e-bikes": (
        ["gbfs/baywheels*/station_information*", "gbfs/baywheels*/*1683727656*"],
        BAY_AREA, (516, 516),
    ),
}  # fmt: skip


def assert_valid(address: str, counts: tuple[int, int]) -> None:
    """Assert that the validator and our checks find no error, and that all stations are listed."""
    for version in VERSIONS:
        discovery = f"http://{address}/gbfs/{version}/gbfs.json"
        tree = Tree(discovery)

        assert findings(discovery) == []
        assert contradictions(tree) == []
        assert (len(tree.information), len(tree.status)) == counts


class TestRealData:
    """Third-party validators read these feeds, made from real-world data."""

    @pytest.mark.parametrize("mix", MIXES)
    def test_makes_feeds_without_an_error(
        self, address: str, served: ServedState, data: Path, mix: str
    ) -> None:
        """Every kind of file, and mixes of them."""
        patterns, zone, counts = MIXES[mix]
        files = [path for pattern in patterns for path in sorted(data.glob(pattern))]
        assert len(files) >= len(patterns)
        apply_files(served.dsn, files, zone=zone or "America/New_York")

        assert_valid(address, counts)

    def test_makes_feeds_of_the_sample_day(
        self, address: str, served: ServedState, tmp_path: Path
    ) -> None:
        """What `make demo` shows."""
        day = write_sample_day(tmp_path, seed=7, stations=60)
        apply_files(served.dsn, [day.station_information, day.station_status, day.trips])

        assert_valid(address, (60, 60))
