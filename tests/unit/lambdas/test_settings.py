from zoneinfo import ZoneInfo

import pytest

from bikeshare.clocks import DateOrder
from bikeshare.errors import SettingsError
from lambdas.settings import KafkaSecurity, PublisherSettings

ENV = {"KAFKA_BOOTSTRAP": "127.0.0.1:9092", "KAFKA_SECURITY": "PLAINTEXT"}


class TestPublisherSettings:
    def test_reads_the_environment(self) -> None:
        """A deployment serves New York by default."""
        assert PublisherSettings.from_env(ENV) == PublisherSettings(
            kafka_bootstrap="127.0.0.1:9092",
            kafka_security=KafkaSecurity.PLAINTEXT,
            time_zone=ZoneInfo("America/New_York"),
            aws_region=None,
        )

    def test_another_system_has_another_clock(self) -> None:
        """A file from Chicago read on New York's clock is an hour off throughout."""
        settings = PublisherSettings.from_env({**ENV, "SYSTEM_TIME_ZONE": "America/Chicago"})

        assert settings.time_zone == ZoneInfo("America/Chicago")

    def test_a_system_may_write_a_format_otherwise(self) -> None:
        """Toronto's files of 2017 are Divvy's by their header, but have the day first."""
        overrides = '{"divvy-2013": {"date_order": "day first"}}'
        env = {**ENV, "TRIP_FORMATS": "divvy-2013", "TRIP_FORMAT_OVERRIDES": overrides}
        (known,) = PublisherSettings.from_env(env).formats

        assert (known.name, known.date_order) == ("divvy-2013", DateOrder.DAY_FIRST)

    def test_iam_needs_a_region(self) -> None:
        """A token is signed for one region; Lambda always sets it."""
        iam = {**ENV, "KAFKA_SECURITY": "IAM"}

        assert PublisherSettings.from_env({**iam, "AWS_REGION": "us-east-1"}).aws_region
        with pytest.raises(SettingsError, match="AWS_REGION"):
            PublisherSettings.from_env(iam)

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"KAFKA_BOOTSTRAP": " "}, "KAFKA_BOOTSTRAP is not set"),
            ({"KAFKA_SECURITY": ""}, "KAFKA_SECURITY is not set"),
            ({"KAFKA_SECURITY": "plain"}, "KAFKA_SECURITY is 'plain'"),
            ({"SYSTEM_TIME_ZONE": "New York"}, "SYSTEM_TIME_ZONE is 'New York'"),
            ({"SYSTEM_TIME_ZONE": "../etc"}, "SYSTEM_TIME_ZONE"),
            ({"SYSTEM_TIME_ZONE": "Europe"}, "'Europe': it must be the name of a time zone"),
            ({"TRIP_FORMATS": "tfl"}, "TRIP_FORMATS is 'tfl': 'tfl' is no trip-file format"),
            ({"TRIP_FORMAT_OVERRIDES": "{"}, "TRIP_FORMAT_OVERRIDES is '{': it is not JSON"),
        ],
    )
    def test_names_what_is_wrong(self, wrong: dict[str, str], named: str) -> None:
        """It fails at the start of a container, not at its thousandth row."""
        with pytest.raises(SettingsError, match=named):
            PublisherSettings.from_env({**ENV, **wrong})
