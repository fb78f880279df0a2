from datetime import UTC, datetime

import pytest

from bikeshare.drops import Lane
from bikeshare.errors import SettingsError
from glue_jobs.prepare_trips.settings import Settings, slice_seconds

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GIVEN = {
    "inputs": "s3://drops/raw/2019/,s3://drops/raw/a%2Cb.csv",
    "output": "s3://drops/",
    "lane": "backfill",
    "time_zone": "America/New_York",
}


def settings(**changes: str) -> Settings:
    """Arguments of which a test states only what it is about, as Glue passes them."""
    given = {"JOB_NAME": "prepare", **GIVEN, **changes}
    return Settings.from_arguments(
        [part for name, value in given.items() for part in (f"--{name}", value)], now=NOW
    )


class TestSettings:
    def test_says_what_is_read_and_where_it_goes(self) -> None:
        """A comma in a name is escaped as in URLs."""
        found = settings()

        assert found.inputs == ("s3://drops/raw/2019/", "s3://drops/raw/a%2Cb.csv")
        assert (found.output, found.lane, found.slice_s) == ("s3://drops", Lane.BACKFILL, 3600)
        assert not found.open_rows
        assert found.received_at == NOW

    def test_a_moment_may_be_given(self) -> None:
        """Old files are checked against the clock of their time."""
        assert settings(received_at="2019-02-01T00:00:00Z").received_at == datetime(
            2019, 2, 1, tzinfo=UTC
        )

    def test_formats_are_the_systems(self) -> None:
        """As in publishing, so that a row means the same either way."""
        assert len(settings().formats) > 20
        overrides = '{"tfl-2012": {"encoding": "utf-8"}}'
        london = settings(trip_formats="tfl-2012,lyft-2020", trip_format_overrides=overrides)
        assert [(each.name, each.encoding) for each in london.formats] == [
            ("tfl-2012", "utf-8"),
            ("lyft-2020", "utf-8"),
        ]

    @pytest.mark.parametrize(
        "formats",
        [
            {"trip_formats": "tfl-2012"},
            {"trip_format_overrides": '{"*": {"encoding": "windows-1252"}}'},
        ],
    )
    def test_drops_must_stay_readable(self, formats: dict[str, str]) -> None:
        """What is written here is read by the publisher under the same settings."""
        with pytest.raises(SettingsError, match="lyft-2020 in UTF-8"):
            settings(**formats)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("trip_formats", "nonsense"),
            ("inputs", "http://elsewhere/a.csv"),
            ("output", "drops"),
            ("slice", "an hour"),
            ("time_zone", "Mars/Olympus"),
            ("time_zone", "Europe"),
            ("received_at", "yesterday"),
        ],
    )
    def test_a_value_that_cannot_be_meant_is_named(self, name: str, value: str) -> None:
        """The message says what was given and what would do."""
        with pytest.raises(SettingsError, match=value):
            settings(**{name: value})


class TestSliceSeconds:
    @pytest.mark.parametrize(("text", "seconds"), [("15m", 900), ("1h", 3600), ("1d", 86_400)])
    def test_reads_minutes_hours_and_days(self, text: str, seconds: int) -> None:
        """The three units that are used most."""
        assert slice_seconds(text) == seconds

    @pytest.mark.parametrize("text", ["", "0h", "7m7", "7h", "2d", "-1h", "1w"])
    def test_slices_start_alike_every_day(self, text: str) -> None:
        """Slices of seven hours would begin at a different time each day."""
        with pytest.raises(SettingsError, match="divide a day"):
            slice_seconds(text)
