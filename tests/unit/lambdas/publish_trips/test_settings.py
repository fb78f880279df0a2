import pytest

from bikeshare.drops import Lane
from bikeshare.errors import SettingsError
from lambdas.continuation import PART_LINES
from lambdas.publish_trips.settings import PartSettings

ENV = {"LIVE_QUEUE_URL": "https://queue/live", "BACKFILL_QUEUE_URL": "https://queue/backfill"}


class TestPartSettings:
    def test_each_lane_has_its_queue(self) -> None:
        """A continuation in the wrong queue would hold up live files."""
        settings = PartSettings.from_env(ENV)

        assert settings.queue_urls[Lane.LIVE] == "https://queue/live"
        assert settings.queue_urls[Lane.BACKFILL] == "https://queue/backfill"
        assert settings.part_lines == PART_LINES

    def test_a_part_may_be_of_another_size(self) -> None:
        """For a slower function, or a test of many parts."""
        assert PartSettings.from_env({**ENV, "PART_LINES": "300"}).part_lines == 300

    @pytest.mark.parametrize(
        ("env", "reason"),
        [
            ({"LIVE_QUEUE_URL": ""}, "LIVE_QUEUE_URL is not set"),
            ({"BACKFILL_QUEUE_URL": " "}, "BACKFILL_QUEUE_URL is not set"),
            ({"PART_LINES": "0"}, "PART_LINES is '0'"),
            ({"PART_LINES": "many"}, "PART_LINES is 'many'"),
        ],
    )
    def test_names_the_variable_that_is_wrong(self, env: dict[str, str], reason: str) -> None:
        """A missing queue must not show only at the first large file."""
        with pytest.raises(SettingsError, match=reason):
            PartSettings.from_env({**ENV, **env})
