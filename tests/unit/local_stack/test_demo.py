from pathlib import Path

from local_stack.deployment import BUCKET
from local_stack.home import Home
from local_stack.verbs.demo import forget_sample


def home_with(folder: Path, *keys: str) -> Home:
    """Create a home whose bucket holds these objects."""
    for key in keys:
        file = folder / "aws" / "s3" / "000000000000" / BUCKET / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return Home(folder)


SAMPLE_KEYS = ("live/sample-day/a.csv", "stations/sample-day/b.json")


class TestForgetSample:
    """A second demo shows a moving map again; the user's own data is never at risk."""

    def test_starts_the_sample_day_afresh(self, tmp_path: Path) -> None:
        """All its trips would be duplicates of yesterday's, and nothing would move."""
        home = home_with(tmp_path, *SAMPLE_KEYS)

        forget_sample(home, keep=False)

        assert not (tmp_path / "aws").exists()

    def test_keeps_a_home_with_any_other_drop(self, tmp_path: Path) -> None:
        """One file of the user's is enough."""
        home = home_with(tmp_path, *SAMPLE_KEYS, "backfill/mine.csv")

        forget_sample(home, keep=False)

        assert (tmp_path / "aws").exists()

    def test_keeps_everything_when_the_user_brings_files(self, tmp_path: Path) -> None:
        """They are added to what is there."""
        home = home_with(tmp_path, *SAMPLE_KEYS)

        forget_sample(home, keep=True)

        assert (tmp_path / "aws").exists()
