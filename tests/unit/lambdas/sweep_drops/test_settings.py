from datetime import timedelta

import pytest

from bikeshare.drops import Lane
from bikeshare.errors import SettingsError
from lambdas.sweep_drops.settings import SweepSettings

ENVIRONMENT = {
    "DROPS_BUCKET": "drops",
    "DATABASE_URL": "postgresql://bikeshare_api@127.0.0.1/bikeshare",
    "LIVE_QUEUE_URL": "https://queue/trips",
    "BACKFILL_QUEUE_URL": "https://queue/backfill",
    "STATIONS_QUEUE_URL": "https://queue/stations",
}


class TestSweepSettings:
    def test_reads_what_it_needs(self) -> None:
        """Patience has a default that outlasts a publisher's longest try."""
        settings = SweepSettings.from_env(ENVIRONMENT)

        assert settings.bucket == "drops"
        assert settings.queue_urls[Lane.BACKFILL] == "https://queue/backfill"
        assert settings.patience.grace == settings.patience.stalled_after == timedelta(hours=2)

    @pytest.mark.parametrize("name", ENVIRONMENT)
    def test_names_what_is_missing(self, name: str) -> None:
        """A deployment that lacks one must learn which."""
        with pytest.raises(SettingsError, match=f"{name} is not set"):
            SweepSettings.from_env({**ENVIRONMENT, name: " "})

    @pytest.mark.parametrize("value", ["0", "-1", "an hour", "1.5"])
    def test_refuses_a_grace_that_is_none(self, value: str) -> None:
        """Without one, every sweep would queue what is just being published."""
        with pytest.raises(SettingsError, match="SWEEP_GRACE_S"):
            SweepSettings.from_env({**ENVIRONMENT, "SWEEP_GRACE_S": value})
