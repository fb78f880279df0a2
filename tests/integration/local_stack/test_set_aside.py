"""Rows that were set aside, from the bucket to a file that can be dropped again."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bikeshare.drops import Drop, Lane
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.overrides import chosen_formats
from bikeshare.formats.trip_format import TripFormat
from bikeshare.messages import DropSummary
from lambdas.attempt import Attempt, Surroundings, published_drop
from lambdas.drop_zone import DropZone
from lambdas.publish_stations.publisher import publish_station_file
from lambdas.publish_trips.publisher import publish_trip_file
from local_stack.deployment import BUCKET
from local_stack.emulated_aws import EmulatedAws
from local_stack.errors import LocalStackError, UsageError
from local_stack.mending import write_for_mending
from local_stack.set_aside import SetAside, all_set_aside, rows_of
from local_stack.uploads import send_bytes
from tests.support.bucket import SilentAws
from tests.support.fakes import FakeSender
from tests.support.publication import HEADER, ride, zipped

pytestmark = pytest.mark.integration

UNFINISHED = "R2,docked_bike,not a time,2021-02-03 23:18:28,,JC005,,JC034,,,,,member"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SilentAws]:
    """One emulator for this module."""
    with SilentAws(home=tmp_path_factory.mktemp("aside")) as running:
        yield running


class Bucket:
    """A bucket whose drops are published by the product's own code, without brokers."""

    def __init__(self, aws: SilentAws) -> None:
        self.s3 = EmulatedAws(aws.endpoint).s3()
        self.sender = FakeSender()
        self._around = Surroundings(
            sender=self.sender,
            store=DropZone(self.s3, BUCKET),
            zone=ZoneInfo("America/New_York"),
            now=lambda: datetime.now(UTC),
        )

    def drop(self, key: str, content: bytes, attempt_id: str = "a1") -> tuple[Drop, DropSummary]:
        """Drop a file and publish it."""
        drop = send_bytes(self.s3, key, content)
        return drop, self.publish(drop, attempt_id)

    def read_with(self, formats: Sequence[TripFormat]) -> None:
        """Publish from now on as a system does whose files have these formats."""
        self._around = replace(self._around, formats=formats)

    def publish(self, drop: Drop, attempt_id: str) -> DropSummary:
        """Make one attempt."""
        is_stations = drop.lane is Lane.STATIONS
        publish: Callable[[Attempt], DropSummary] = (
            publish_station_file if is_stations else publish_trip_file
        )
        return published_drop(drop, attempt_id, self._around, publish)

    def aside(self, drop: Drop) -> SetAside:
        """Return what was set aside of a drop."""
        (found,) = [one for one in all_set_aside(self.s3) if one.drop_id == drop.drop_id]
        return found


@pytest.fixture
def bucket(aws: SilentAws) -> Bucket:
    """The module's emulator, with nothing sent yet."""
    return Bucket(aws)


class TestSetAside:
    def test_gives_each_row_as_it_was(self, bucket: Bucket) -> None:
        """A person has to find it in the file, and see what is wrong with it."""
        drop, _ = bucket.drop("live/a.csv", f'{HEADER}\n{ride(1)}\n{UNFINISHED}\n"x,y\n'.encode())

        aside = bucket.aside(drop)
        first, second = rows_of(bucket.s3, aside)

        assert aside.name == "live/a.csv"
        assert (first.line, first.reason, first.row) == (3, "unreadable_time", UNFINISHED)
        assert (second.line, second.reason, second.row) == (4, "unbalanced_quote", '"x,y')

    def test_lists_a_drop_once_however_often_it_was_tried(self, bucket: Bucket) -> None:
        """Attempts at the same object set aside the same rows."""
        drop, _ = bucket.drop("live/twice.csv", f"{HEADER}\n{UNFINISHED}\n".encode())
        bucket.publish(drop, "a2")

        assert bucket.aside(drop).object_key.startswith(f"rejected/{drop.drop_id}/")


class TestWriteForMending:
    def test_a_mended_file_can_be_dropped(self, bucket: Bucket, tmp_path: Path) -> None:
        """It has the original header and only these rows: what was published is not sent again."""
        content = f"{HEADER}\n{ride(1)}\n{UNFINISHED}\n".encode()
        drop, _ = bucket.drop("live/mend.csv", content)
        out = tmp_path / "mend.csv"

        (written,) = write_for_mending(bucket.s3, bucket.aside(drop), out)
        out.write_text(out.read_text().replace("not a time", "2021-02-03 23:11:28"))
        _, summary = bucket.drop("live/mended.csv", out.read_bytes())

        assert (written.rows, summary.rows_read, summary.rows_published) == (1, 1, 1)
        assert [trip.trip_key for trip in bucket.sender.trips()] == ["R1", "R2"]

    def test_writes_in_the_encoding_that_the_drop_was_read_in(
        self, bucket: Bucket, tmp_path: Path
    ) -> None:
        """A system whose overrides say so writes UTF-8 where others write windows-1252."""
        header = (
            "Rental Id,Duration,Bike Id,End Date,EndStation Id,EndStation Name,Start Date,"
            "StartStation Id,StartStation Name"
        )
        bad = "1,60,2,then,3,Caf\N{LATIN SMALL LETTER E WITH ACUTE},then,4,Here"
        formats = tuple(chosen_formats("", '{"tfl-2012": {"encoding": "utf-8"}}', KNOWN_FORMATS))
        bucket.read_with(formats)
        drop, _ = bucket.drop("live/tfl.csv", f"{header}\n{bad}\n".encode())
        out = tmp_path / "tfl.csv"

        list(write_for_mending(bucket.s3, bucket.aside(drop), out, formats=formats))

        assert out.read_bytes().decode() == f"{header}\n{bad}\n"

    def test_gives_each_file_of_a_zip_its_own(self, bucket: Bucket, tmp_path: Path) -> None:
        """Two files in one zip may have two formats."""
        other = "Start station,Start time,End station,End time"
        bad = "206,then,225,2016-10-01 06:11:12 +0200"
        content = zipped(
            ("a.csv", f"{HEADER}\n{UNFINISHED}\n".encode()), ("b.csv", f"{other}\n{bad}\n".encode())
        )
        drop, _ = bucket.drop("live/two.zip", content)

        written = list(write_for_mending(bucket.s3, bucket.aside(drop), tmp_path / "out.csv"))

        assert [(one.member, one.file.name) for one in written] == [
            ("a.csv", "out.csv"),
            ("b.csv", "out-2.csv"),
        ]
        assert (tmp_path / "out.csv").read_text() == f"{HEADER}\n{UNFINISHED}\n"
        assert (tmp_path / "out-2.csv").read_text() == f"{other}\n{bad}\n"

    def test_a_mended_snapshot_can_be_dropped(self, bucket: Bucket, tmp_path: Path) -> None:
        """The feed's own time stays: its counts were true then, not now."""
        feed = {
            "last_updated": 1_560_000_000,
            "data": {
                "stations": [
                    {"station_id": "1", "num_bikes_available": 3},
                    {"station_id": "2", "num_bikes_available": "many"},
                ]
            },
        }
        drop, _ = bucket.drop("stations/status.json", json.dumps(feed).encode())
        out = tmp_path / "mend.json"

        list(write_for_mending(bucket.s3, bucket.aside(drop), out))
        out.write_text(out.read_text().replace('"many"', "5"))
        _, summary = bucket.drop("stations/mended.json", out.read_bytes())

        assert summary.rows_published == 1
        first, mended = bucket.sender.station_chunks()
        assert mended.feed_at == first.feed_at
        assert [station.station_id for station in mended.stations] == ["2"]

    def test_overwrites_nothing(self, bucket: Bucket, tmp_path: Path) -> None:
        """It may be the file that is being mended."""
        drop, _ = bucket.drop("live/keep.csv", f"{HEADER}\n{UNFINISHED}\n".encode())
        out = tmp_path / "keep.csv"
        out.write_text("my work")

        with pytest.raises(UsageError, match="exists"):
            list(write_for_mending(bucket.s3, bucket.aside(drop), out))

    def test_says_when_the_drop_is_gone(self, bucket: Bucket, tmp_path: Path) -> None:
        """Without its object there is no header, but the rows can still be read."""
        drop, _ = bucket.drop("live/gone.csv", f"{HEADER}\n{UNFINISHED}\n".encode())
        bucket.s3.delete_object(Bucket=BUCKET, Key=drop.key, VersionId=drop.version_id or "")

        aside = bucket.aside(drop)

        assert len(list(rows_of(bucket.s3, aside))) == 1
        with pytest.raises(LocalStackError, match="is gone"):
            list(write_for_mending(bucket.s3, aside, tmp_path / "out.csv"))

    def test_reads_a_very_long_row(self, bucket: Bucket) -> None:
        """A row may be longer than the csv module reads by default."""
        long = f"R9,{'x' * 200_000},2021-02-03 23:11:28\n"
        drop, _ = bucket.drop("live/long.csv", f"{HEADER}\n{long}".encode())

        (row,) = rows_of(bucket.s3, bucket.aside(drop))

        assert len(row.row) > 200_000
        assert row.row == long.rstrip()
