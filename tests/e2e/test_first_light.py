"""A file dropped in the bucket reaches the API, exactly: the whole stack on real files."""

import gzip
import json
import subprocess
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, TopicPartition

from local_stack.deployment import BUCKET
from local_stack.emulated_aws import EmulatedAws
from local_stack.services.broker import PARTITIONS
from tests.chaos.database import Database
from tests.support.comparison import as_expected, as_served
from tests.support.stack import LocalStack
from tests.support.truth import Truth, recompute

pytestmark = pytest.mark.e2e

HEADER = (
    '"tripduration","starttime","stoptime","start station id","start station name",'
    '"start station latitude","start station longitude","end station id","end station name",'
    '"end station latitude","end station longitude","bikeid","usertype","birth year","gender"\n'
)
ROW = (
    '600,"2019-01-0{day} 08:00:00.0000","2019-01-0{day} 08:10:00.0000",{start},"A",40.7,-74.0,'
    '{end},"B",40.8,-74.1,{bike},"Subscriber",1980,1\n'
)
PIECES = 24


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """One stack for this module's tests, each of which adds to it."""
    # Small parts make every month large: it is published by a chain of function invocations.
    with LocalStack(tmp_path_factory.mktemp("stack"), PART_LINES="1000") as running:
        yield running


@pytest.fixture(scope="module")
def months(data: Path) -> list[Path]:
    """Files with bike ids, files with ride ids, and a snapshot between these two Citi Bike eras."""
    jersey, feeds = data / "citibike_jc", data / "gbfs" / "citibike_2019-07-05"
    return [
        jersey / "JC-201509-citibike-tripdata.csv",
        jersey / "JC-201704-citibike-tripdata.csv.gz",
        jersey / "JC-202102-citibike-tripdata.csv",
        feeds / "station_information.json",
        feeds / "station_status.json",
    ]


def assert_serves(stack: LocalStack, truth: Truth) -> None:
    """Assert that exactly the recomputed stations are served, with the recomputed numbers."""
    served = {one: as_served(station) for one, station in stack.stations().items()}
    expected = {one: as_expected(station) for one, station in truth.stations.items()}
    wrong = {
        one: (served.get(one), expected.get(one))
        for one in served.keys() | expected.keys()
        if served.get(one) != expected.get(one)
    }
    assert wrong == {}


class TestFirstLight:
    def test_every_station_equals_the_recomputation(
        self, stack: LocalStack, months: list[Path]
    ) -> None:
        """The central promise: what is served is what the files say, station by station."""
        trips = [path for path in months if ".json" not in path.name]
        snapshots = [path for path in months if ".json" in path.name]

        stack.upload(*trips)
        stack.upload(*snapshots, lane="stations")
        stack.drain()

        assert_serves(stack, recompute(months, received_at=datetime.now(tz=UTC)))

    def test_rows_are_conserved(self, stack: LocalStack, months: list[Path]) -> None:
        """T8: read = published + rejected, and published = applied + duplicates."""
        truth = recompute(months, received_at=datetime.now(tz=UTC))
        expected = sorted((file.rows_read, file.rows_rejected) for file in truth.files)
        drops = stack.drops()

        assert {drop["state"] for drop in drops} == {"complete"}
        assert sorted((drop["rows_read"], drop["rows_rejected"]) for drop in drops) == expected
        for drop in drops:
            assert drop["rows_read"] == drop["rows_published"] + drop["rows_rejected"]
            assert drop["rows_published"] == drop["rows_applied"] + drop["rows_duplicate"]

    def test_the_months_went_from_function_to_function(
        self, stack: LocalStack, months: list[Path]
    ) -> None:
        """Without this, the tests above would prove nothing about files published in parts."""
        s3 = EmulatedAws(stack.endpoints["s3_endpoint"]).s3()
        parts = s3.list_objects_v2(Bucket=BUCKET, Prefix="unfinished/")

        trips = [path for path in months if ".json" not in path.name]
        assert parts["KeyCount"] > len(trips)

    def test_the_same_file_again_changes_only_the_duplicates(
        self, stack: LocalStack, months: list[Path]
    ) -> None:
        """An operator who is not sure may drop a file again."""
        before = stack.stations()

        for _ in range(3):
            stack.upload(months[0])
        stack.drain()

        assert stack.stations() == before
        again = [drop for drop in stack.drops() if drop["key"].endswith(months[0].name)]
        assert len(again) == 4
        assert sorted(drop["rows_applied"] for drop in again) == [0, 0, 0, again[0]["rows_read"]]


def forget_records(bootstrap: str) -> None:
    """Have Kafka delete every record, as it does by itself when they are old."""
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        newest = {
            TopicPartition(topic, partition): -1
            for topic, partitions in PARTITIONS.items()
            for partition in range(partitions)
        }
        admin.delete_records(newest)


class TestRebuild:
    def test_the_drops_alone_give_everything_back(
        self, stack: LocalStack, months: list[Path]
    ) -> None:
        """Without database, checkpoints or Kafka records, the drops rebuild the same state."""
        database, before = Database(stack.endpoints["postgres_dsn"]), stack.get("/api/v1/stations")
        state, accounts = database.state_hash(), len(stack.drops())
        forget_records(stack.endpoints["kafka_bootstrap"])

        stack.run("rebuild")
        emptied, batches = database.state_hash(), database.batches()
        swept = json.loads(stack.run("--json", "sweep", "--older-than", "0"))
        stack.drain()

        assert (emptied == state, batches) == (False, 0)
        assert swept["queued"] == accounts
        assert database.state_hash() == state
        assert_serves(stack, recompute(months, received_at=datetime.now(tz=UTC)))
        assert stack.get("/api/v1/stations")["version"] > before["version"]


@pytest.fixture(scope="module")
def pieces(data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One month split into many files, to be dropped one after the other."""
    folder = tmp_path_factory.mktemp("pieces")
    header, *rows = gzip.decompress(
        (data / "citibike_jc" / "JC-201901-citibike-tripdata.csv.gz").read_bytes()
    ).splitlines(keepends=True)
    written = [folder / f"piece-{number:02}.csv" for number in range(PIECES)]
    for number, piece in enumerate(written):
        piece.write_bytes(b"".join([header, *rows[number::PIECES]]))
    return written


class TestDeploying:
    def test_a_new_version_of_the_job_goes_on_where_the_old_one_was(
        self, stack: LocalStack, months: list[Path], pieces: list[Path]
    ) -> None:
        """The job restarts from its checkpoint while files land; each row is applied just once."""
        waiting = iter(pieces)
        stack.upload(*(next(waiting) for _ in range(PIECES // 4)))
        landed_meanwhile = 0
        with ThreadPoolExecutor(1) as pool:
            deploying = pool.submit(stack.run, "restart", "stream", timeout_s=180)
            while not deploying.done() and (piece := next(waiting, None)):
                stack.upload(piece)
                landed_meanwhile += 1
            deploying.result()
        if rest := list(waiting):
            stack.upload(*rest)
        stack.drain()

        assert landed_meanwhile > 0
        truth = recompute([*months, *pieces], received_at=datetime.now(tz=UTC))
        assert_serves(stack, truth)
        counted = {
            drop["key"].rpartition("/")[2]: (drop["rows_read"], drop["rows_applied"])
            for drop in stack.drops()
        }
        for file in truth.files[len(months) :]:
            assert counted[file.path.name] == (file.rows_read, file.rows_published)


class TestPrepare:
    def test_prepared_drops_are_worth_the_file_they_are_made_of(
        self, stack: LocalStack, months: list[Path]
    ) -> None:
        """Prepared by the command, dropped in the bucket: every row arrives as a duplicate."""
        before = stack.stations()
        verb = ("--json", "prepare", str(months[0]), "--slice", "1d")

        report = json.loads(stack.run(*verb, timeout_s=300))
        stack.drain()

        folder = f"backfill/{report['run']}/"
        drops = [drop for drop in stack.drops() if drop["key"].startswith(folder)]
        assert len(drops) == report["drops"] > 1
        assert report["rows_written"] == sum(drop["rows_published"] for drop in drops)
        assert report["rows_read"] == report["rows_written"] + report["rows_duplicate"]
        assert {drop["rows_applied"] for drop in drops} == {0}
        assert stack.stations() == before
        again = json.loads(stack.run(*verb, timeout_s=300))
        assert again["drops_unchanged"] == again["drops"] == report["drops"]


class TestBadInput:
    def test_each_bad_file_is_accounted_for_and_the_next_goes_on(
        self, stack: LocalStack, tmp_path: Path
    ) -> None:
        """A broken file is reported with what is wrong with it, and stops nothing."""
        good = ROW.format(day=1, start=9001, end=9002, bike=1)
        files = {
            "empty.csv": b"",
            "header.csv": b"what,is,this\n1,2,3\n",
            "cut.csv.gz": gzip.compress((HEADER + good * 500).encode())[:-20],
            "column.csv": (HEADER + "1,2\n" + good).encode(),
            "bytes.csv": HEADER.encode() + good.encode().replace(b'"A"', b'"\xff"') + good.encode(),
        }
        paths = [tmp_path / name for name in files]
        for path in paths:
            path.write_bytes(files[path.name])
        with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
            archive.writestr("readme.txt", "no rows here")

        stack.upload(*paths, tmp_path / "none.zip")
        stack.drain()

        drops = {drop["key"].rpartition("/")[2]: drop for drop in stack.drops()}
        refused = ["empty.csv", "header.csv", "cut.csv.gz", "none.zip"]
        assert {drops[name]["state"] for name in refused} == {"refused"}
        assert all(len(drops[name]["reason"]) > 20 for name in refused)
        assert [drops[name]["rows_published"] for name in refused] == [0, 0, 0, 0]
        for name in ("column.csv", "bytes.csv"):
            assert (drops[name]["state"], drops[name]["rows_rejected"]) == ("complete", 1)
        assert stack.stations()["9002"]["num_bikes_available"] == 1


class TestCommand:
    def test_status_names_every_service_and_its_pid(self, stack: LocalStack) -> None:
        """Operators and the chaos suite find each process this way."""
        services = json.loads(stack.run("--json", "status"))["services"]

        assert {one["name"] for one in services} >= {"postgres", "kafka", "aws", "stream", "api"}
        for one in services:
            assert one["state"] == "running"
            subprocess.run(["kill", "-0", str(one["pid"])], check=True)  # noqa: S607
