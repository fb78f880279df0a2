"""The job's arguments."""

import pytest

from glue_jobs.availability.settings import Settings
from glue_jobs.availability.streams import security_options, sources

NEEDED = [
    "--bootstrap_servers", "127.0.0.1:9092",
    "--kafka_security", "PLAINTEXT",
    "--database_url", "postgresql://bikeshare@127.0.0.1/bikeshare",
    "--checkpoint_root", "file:///tmp/checkpoints",
]  # fmt: skip


class TestFromArguments:
    def test_arguments_of_the_platform_are_left_alone(self) -> None:
        """Glue adds its own arguments to every job."""
        settings = Settings.from_arguments([*NEEDED, "--JOB_NAME", "availability"])

        assert settings.bootstrap_servers == "127.0.0.1:9092"
        assert settings.starting_offsets == "earliest"

    def test_a_missing_argument_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A job that lacks a setting fails at its start and says which."""
        with pytest.raises(SystemExit):
            Settings.from_arguments(NEEDED[2:])

        assert "--bootstrap_servers" in capsys.readouterr().err


class TestSources:
    def test_backfill_has_a_query_of_its_own(self) -> None:
        """Rows that may take their time must never hold up live ones."""
        live, backfill = sources(Settings.from_arguments(NEEDED))

        assert live.topics == ("trips", "stations", "drops")
        assert backfill.topics == ("trips-backfill",)


class TestSecurityOptions:
    def test_msk_is_reached_over_tls_with_iam(self) -> None:
        """On AWS nothing is sent in clear and there is no password."""
        options = security_options("IAM")

        assert options["security.protocol"] == "SASL_SSL"
        assert options["sasl.mechanism"] == "AWS_MSK_IAM"
