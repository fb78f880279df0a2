"""The publishers in the emulator's functions, fed by its bucket, in front of a real Kafka."""

import gzip
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaConsumer

from bikeshare.drops import Drop
from bikeshare.errors import MissingObjectError
from bikeshare.messages import DropSummary
from bikeshare.topics import ALL_TOPICS, DROPS, TRIPS, TRIPS_BACKFILL
from lambdas.drop_zone import DropZone
from local_stack.emulated_aws import EmulatedAws
from local_stack.services.aws import Aws
from local_stack.services.broker import Broker
from tests.support.decoding import decode_summary, decode_trips

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.integration

BUCKET = "bikeshare-drops"
HEADER = "Start station,Start time,End station,End time"
PART_LINES = 500
ROW = "206,2016-10-01 06:00:08 +0200,225,2016-10-01 06:11:12 +0200"


@dataclass
class Publishing:
    """A bucket with the product behind it, and what it has sent to Kafka so far."""

    s3: "S3Client"
    consumer: KafkaConsumer
    records: list[tuple[str, bytes]]

    def summary_of(self, key: str, content: bytes) -> DropSummary:
        """Drop a file and wait for its account."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for records in self.consumer.poll(timeout_ms=200).values():
                self.records += [(record.topic, record.value) for record in records]
            summaries = (decode_summary(value) for topic, value in self.records if topic == DROPS)
            found = next((summary for summary in summaries if summary.key == key), None)
            if found:
                return found
        pytest.fail(f"no account of {key} came within a minute")


@pytest.fixture(scope="module")
def publishing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publishing]:
    """Kafka and the emulator, with the functions deployed in it."""
    home = tmp_path_factory.mktemp("publishing")
    with Broker(home=home) as broker:
        settings = {
            "KAFKA_BOOTSTRAP": broker.bootstrap,
            "KAFKA_SECURITY": "PLAINTEXT",
            "PART_LINES": str(PART_LINES),
        }
        with Aws(home=home, function_settings=settings) as aws:
            consumer = KafkaConsumer(
                *ALL_TOPICS,
                bootstrap_servers=broker.bootstrap,
                auto_offset_reset="earliest",
                group_id=None,
            )
            yield Publishing(EmulatedAws(aws.endpoint).s3(), consumer, [])
            consumer.close()


class TestPublishing:
    def test_a_file_reaches_kafka_whole(self, publishing: Publishing) -> None:
        """From an upload with an awkward name to confirmed records and their account."""
        rows = "\n".join([HEADER, *[ROW] * 450, "a,bad,row"])

        summary = publishing.summary_of("live/JC 1+(2) é.csv", rows.encode())

        chunks = [decode_trips(value) for topic, value in publishing.records if topic == TRIPS]
        assert (summary.outcome, summary.rows_read, summary.rows_published) == (
            "published",
            451,
            450,
        )
        assert sum(len(c.trips) for c in chunks if c.drop_id == summary.drop_id) == 450
        assert summary.rejected == {"wrong_columns": 1}
        rejected = publishing.s3.get_object(Bucket=BUCKET, Key=summary.rejected_key or "")
        assert (
            rejected["Body"]
            .read()
            .decode()
            .endswith('452,wrong_columns,3 columns; the header has 4,"a,bad,row"\n')
        )

    @pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
    def test_a_large_file_goes_over_the_queue_part_by_part(
        self, publishing: Publishing, pack: Callable[[bytes], bytes]
    ) -> None:
        """Each part is another message on the same queue; the account is that of one attempt."""
        rows = [f"{number},{ROW[4:]}" if number % 10 else "a,bad,row" for number in range(6000)]
        key = f"backfill/year-{pack.__name__}.csv"

        summary = publishing.summary_of(key, pack("\n".join([HEADER, *rows]).encode()))

        assert (summary.rows_read, summary.rows_published) == (6000, 5400)
        assert summary.rejected == {"wrong_columns": 600}
        chunks = [
            chunk
            for topic, value in publishing.records
            if topic == TRIPS_BACKFILL and (chunk := decode_trips(value)).drop_id == summary.drop_id
        ]
        assert sorted(chunk.chunk for chunk in chunks) == list(range(summary.chunks))
        assert {chunk.attempt_id for chunk in chunks} == {summary.attempt_id}
        stations = [
            (chunk.first_line, chunk.trips[0].start_station_id)
            for chunk in sorted(chunks, key=lambda chunk: chunk.chunk)
        ]
        assert stations == [(line, str(line - 2)) for line, _ in stations]
        listed = publishing.s3.get_object(Bucket=BUCKET, Key=summary.rejected_key or "")
        lines = listed["Body"].read().decode().splitlines()
        assert lines[0] == "line,reason,detail,row"
        assert [int(line.split(",")[0]) for line in lines[1:]] == list(range(2, 6002, 10))
        parts = publishing.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"unfinished/{summary.drop_id}")
        assert parts["KeyCount"] == 6000 // PART_LINES

    def test_bad_files_do_not_hold_up_the_next_one(self, publishing: Publishing) -> None:
        """Each gets an account with a reason, and the queue goes on."""
        empty = publishing.summary_of("live/empty.csv", b"")
        unknown = publishing.summary_of("live/unknown.csv", b"a,b\n1,2\n")
        good = publishing.summary_of("live/good.csv", f"{HEADER}\n{ROW}\n".encode())

        assert [s.outcome for s in (empty, unknown, good)] == ["refused", "refused", "published"]


class TestDropZone:
    def test_reads_the_version_that_landed_or_says_that_it_is_gone(
        self, publishing: Publishing
    ) -> None:
        """Against a server that answers as S3 does: versions, deletions and conditions."""
        s3, zone = publishing.s3, DropZone(publishing.s3, BUCKET)
        key = "elsewhere/a ?#.csv"
        version = s3.put_object(Bucket=BUCKET, Key=key, Body=b"old")["VersionId"]
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"newer")
        drop = Drop(
            key=key, version_id=version, etag="", size_bytes=0, received_at=datetime.now(UTC)
        )

        with zone.open(drop) as stream:
            assert stream.read() == b"old"
        assert zone.described(drop).size_bytes == 3
        s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version)
        with pytest.raises(MissingObjectError):
            zone.described(drop)
        with pytest.raises(MissingObjectError):
            zone.open(drop)

    def test_writes_what_can_be_read(self, publishing: Publishing) -> None:
        """Rejected rows are for people to fetch."""
        zone = DropZone(publishing.s3, BUCKET)
        zone.put("rejected/d/a.csv", io.BytesIO(b"rows"))

        written = publishing.s3.get_object(Bucket=BUCKET, Key="rejected/d/a.csv")
        assert written["Body"].read() == b"rows"
        with zone.open_written("rejected/d/a.csv") as stream:
            assert stream.read() == b"rows"
