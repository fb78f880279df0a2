"""How a run of the preparation is named: what would write other drops has another name."""

from datetime import UTC, datetime

import pytest

from glue_jobs.prepare_trips.plan import FilePlan
from glue_jobs.prepare_trips.preparing import run_of
from glue_jobs.prepare_trips.settings import Settings
from glue_jobs.prepare_trips.storage import RawFile

GIVEN = {
    "inputs": "s3://drops/raw/",
    "output": "s3://drops",
    "lane": "backfill",
    "time_zone": "Europe/London",
}
PLANS = [FilePlan(file=RawFile(url="s3://drops/raw/a.csv", size_bytes=1), identity="etag")]


def name_of(*, now: datetime = datetime(2026, 1, 1, tzinfo=UTC), **changes: str) -> str:
    """Return the name of a run that differs from a plain one in what a test states."""
    given = {**GIVEN, **changes}
    words = [part for name, value in given.items() for part in (f"--{name}", value)]
    return run_of(PLANS, Settings.from_arguments(words, now=now)).name


class TestRuns:
    @pytest.mark.parametrize(
        "changes",
        [
            {"slice": "1d"},
            {"open_rows": "true"},
            {"time_zone": "Europe/Paris"},
            {"rows_per_drop": "7"},
            {"trip_formats": "tfl-2012,lyft-2020"},
            {"trip_format_overrides": '{"tfl-2012": {"date_order": "month first"}}'},
            {"received_at": "2012-01-01T00:00:00Z"},
        ],
    )
    def test_what_makes_other_drops_makes_another_run(self, changes: dict[str, str]) -> None:
        """Drops from two readings in one folder would be published together."""
        assert name_of(**changes) != name_of()

    def test_the_same_run_has_the_same_name_later(self) -> None:
        """What is there already is not written or published again."""
        later = datetime(2026, 2, 1, tzinfo=UTC)
        assert name_of(now=later, part_mib="7") == name_of()
