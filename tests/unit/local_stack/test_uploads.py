from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bikeshare.drops import Lane
from local_stack.errors import UsageError
from local_stack.uploads import Upload, lane_of_file, plan, send

NOON = datetime(2019, 7, 1, 12, tzinfo=UTC)


def file(folder: Path, name: str) -> Path:
    """Write a file of that name."""
    path = folder / name
    path.write_text("x")
    return path


class TestLaneOfFile:
    """Where a file goes when the user does not say."""

    @pytest.mark.parametrize(
        ("name", "lane"),
        [
            ("station_status.json", Lane.STATIONS),
            ("STATION_STATUS.JSON.gz", Lane.STATIONS),
            ("201509-citibike-tripdata.csv", Lane.LIVE),
            ("201509-citibike-tripdata.csv.gz", Lane.LIVE),
            ("201509-citibike-tripdata.zip", Lane.LIVE),
        ],
    )
    def test_goes_by_the_name(self, name: str, lane: Lane) -> None:
        """JSON is a snapshot, and everything else is trips."""
        assert lane_of_file(Path(name)) is lane


class TestPlan:
    """Keys are chosen before anything is sent, so a mistake sends nothing."""

    def test_puts_a_file_into_its_lane(self, tmp_path: Path) -> None:
        """Each keeps its own name."""
        trips, status = file(tmp_path, "a.csv"), file(tmp_path, "b.json")

        assert list(plan([trips, status], lane=None, key=None)) == [
            Upload(file=trips, key="live/a.csv"),
            Upload(file=status, key="stations/b.json"),
        ]

    def test_obeys_the_lane(self, tmp_path: Path) -> None:
        """Old months must not hold up live ones."""
        trips = file(tmp_path, "a.csv")

        assert next(plan([trips], lane=Lane.BACKFILL, key=None)).key == "backfill/a.csv"

    @pytest.mark.parametrize("key", ["x/y z.csv", "live/x/y z.csv"])
    def test_obeys_the_key(self, tmp_path: Path, key: str) -> None:
        """With its lane or without it."""
        trips = file(tmp_path, "a.csv")

        assert next(plan([trips], lane=None, key=key)).key == "live/x/y z.csv"

    def test_refuses_a_key_of_another_lane(self, tmp_path: Path) -> None:
        """One of the two is a mistake, and nobody can say which."""
        trips = file(tmp_path, "a.csv")

        with pytest.raises(UsageError, match="not in the lane 'backfill'"):
            list(plan([trips], lane=Lane.BACKFILL, key="live/a.csv"))

    def test_refuses_one_key_for_two_files(self, tmp_path: Path) -> None:
        """The second would look like a new version of the first."""
        files = [file(tmp_path, "a.csv"), file(tmp_path, "b.csv")]

        with pytest.raises(UsageError, match="one file"):
            list(plan(files, lane=None, key="c.csv"))

    def test_refuses_what_is_no_file(self, tmp_path: Path) -> None:
        """A folder or a mistyped name is reported at once."""
        with pytest.raises(UsageError, match="is not a file"):
            list(plan([tmp_path], lane=None, key=None))


class FakeS3:
    """A bucket that keeps versions, or not yet."""

    def __init__(self, *versions: str) -> None:
        self.answer = {"VersionId": versions[0]} if versions else {}

    def put_object(self, **_: Any) -> dict[str, str]:
        """Accept anything."""
        return self.answer

    def head_object(self, **asked: Any) -> dict[str, Any]:
        """Describe the version that was uploaded, and no other."""
        assert asked.get("VersionId") == self.answer.get("VersionId")
        return {"ETag": '"e"', "ContentLength": 1, "LastModified": NOON}


class TestSend:
    """What became of a file once it is in the bucket."""

    @pytest.mark.parametrize("versions", [("v1",), ()])
    def test_names_the_drop_with_or_without_a_version(
        self, tmp_path: Path, versions: tuple[str, ...]
    ) -> None:
        """A restarted emulator answers before its bucket is versioned again."""
        upload = Upload(file=file(tmp_path, "a.csv"), key="live/a.csv")

        drop: Any = send(FakeS3(*versions), upload, lambda _: None)  # type: ignore[arg-type]

        assert (drop.version_id, drop.etag) == (versions[0] if versions else None, '"e"')
