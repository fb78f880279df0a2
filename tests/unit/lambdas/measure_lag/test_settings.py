import pytest

from bikeshare.errors import SettingsError
from lambdas.measure_lag.settings import MeasureSettings

GOOD = {
    "KAFKA_BOOTSTRAP": "a:9098",
    "KAFKA_SECURITY": "PLAINTEXT",
    "DATABASE_URL": "postgresql://x",
    "CHECKPOINTS": "s3://files/checkpoints",
}


class TestMeasureSettings:
    def test_the_jobs_own_address_of_its_checkpoints_is_taken_apart(self) -> None:
        """The same text that the job is given as its argument."""
        settings = MeasureSettings.from_env(GOOD)
        assert (settings.checkpoint_bucket, settings.checkpoint_prefix) == ("files", "checkpoints")

    @pytest.mark.parametrize("value", ["", "file:///x", "s3://files"])
    def test_anything_else_is_refused_by_name(self, value: str) -> None:
        """With a typo, it would measure an empty folder: behind by everything."""
        with pytest.raises(SettingsError, match="CHECKPOINTS"):
            MeasureSettings.from_env(GOOD | {"CHECKPOINTS": value})
