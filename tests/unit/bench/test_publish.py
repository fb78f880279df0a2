"""Publishing: a rival that leaves rows out is not fast, it fails."""

import gzip
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, Mock, patch

import pytest

from tests.bench.parts.publish import INFLATED_BY_ISAL, Parties
from tests.bench.rivals import publish_kafka_python, publish_product
from tests.support import availability

HEADER, *ROWS = LINES = [b"id,name\r\n", b"1,a\r\n", b"2,b\r\n", b"3,c\r\n", b"4,d\r\n", b"5,e\r\n"]


@pytest.fixture
def plain(tmp_path: Path) -> str:
    """The address of a plain file."""
    path = tmp_path / "trips.csv"
    path.write_bytes(b"".join(LINES))
    return path.as_uri()


@pytest.fixture
def packed(tmp_path: Path) -> str:
    """The address of a gzip of several members."""
    path = tmp_path / "trips.csv.gz"
    path.write_bytes(b"".join(map(gzip.compress, LINES)))
    return path.as_uri()


def reported(capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether a rival has reported a sample."""
    return "rows_per_s" in (capsys.readouterr().out.splitlines() or ["{}"])[-1]


@dataclass
class Producer:
    """Takes records as confluent-kafka does; `full` times its queue has no room."""

    settings: dict[str, Any] = field(default_factory=dict)
    full: int = 0
    loses: bytes | None = None
    taken: list[bytes] = field(default_factory=list)
    lost: list[Callable[[], None]] = field(default_factory=list)

    def produce(self, _topic: str, value: bytes, *, on_delivery: Callable[..., None]) -> None:
        """Take a record, or lose it."""
        if self.full:
            self.full -= 1
            raise BufferError
        if value == self.loses:
            self.lost.append(lambda: on_delivery("no broker", None))
        else:
            self.taken.append(value)

    def poll(self, _seconds: float) -> None:
        """Have nothing to say yet."""

    def flush(self) -> None:
        """Say what was lost."""
        for told in self.lost:
            told()


@pytest.fixture
def producer() -> Producer:
    """What confluent-kafka's rival sends to."""
    return Producer()


@pytest.fixture
def confluent(producer: Producer) -> Iterator[Any]:
    """The rival, whose client is installed in the benchmark's own environment only."""
    name = "tests.bench.rivals.publish_confluent"
    library = Mock(Producer=lambda _settings: producer)
    with patch.dict(sys.modules, {"confluent_kafka": library}):
        sys.modules.pop(name, None)
        yield import_module(name)
        sys.modules.pop(name, None)


class TestConfluent:
    @pytest.mark.parametrize("form", ["plain", "packed"])
    def test_a_row_a_record(
        self,
        confluent: Any,
        producer: Producer,
        form: str,
        request: pytest.FixtureRequest,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Every row but the header, whether plain or packed, and although the queue was full."""
        producer.full = 2

        confluent.main(request.getfixturevalue(form), "broker:9092", "trips", 1, len(ROWS))

        assert producer.taken == ROWS
        assert reported(capsys)

    def test_several_rows_a_record(self, confluent: Any, producer: Producer, plain: str) -> None:
        """The last record holds what is left."""
        confluent.main(plain, "broker:9092", "trips", 2, len(ROWS))

        assert producer.taken == [b"1,a\r\n2,b\r\n", b"3,c\r\n4,d\r\n", b"5,e\r\n"]

    @pytest.mark.parametrize("rows_per_record", [1, 2, 200])
    @pytest.mark.parametrize("rows", [4, 6, 1_000])
    def test_another_number_of_rows_is_no_measurement(
        self,
        confluent: Any,
        plain: str,
        rows_per_record: int,
        rows: int,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Neither fewer nor more."""
        with pytest.raises(SystemExit, match=f"5 rows of {rows:,}"):
            confluent.main(plain, "broker:9092", "trips", rows_per_record, rows)

        assert not reported(capsys)

    @pytest.mark.parametrize("rows_per_record", [1, 200])
    def test_no_rows_are_no_measurement(
        self, confluent: Any, tmp_path: Path, rows_per_record: int
    ) -> None:
        """Nothing to send is sent at once."""
        empty = tmp_path / "empty.csv"
        empty.write_bytes(HEADER)

        with pytest.raises(SystemExit, match="to 0 rows of 5"):
            confluent.main(empty.as_uri(), "broker:9092", "trips", rows_per_record, 5)

    def test_a_lost_record_is_no_measurement(
        self, confluent: Any, producer: Producer, plain: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The client tells of it while it is flushed."""
        producer.loses = ROWS[2]

        with pytest.raises(SystemExit, match="1 records were not taken, such as no broker"):
            confluent.main(plain, "broker:9092", "trips", 1, len(ROWS))

        assert not reported(capsys)


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """The producer that the prototype's way sends to."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "broker:9092")
    monkeypatch.setenv("KAFKA_SECURITY", "PLAINTEXT")
    with patch.object(publish_kafka_python, "KafkaProducer") as made:
        yield made.return_value


class TestPrototype:
    def test_a_row_a_record(
        self, kafka: Mock, plain: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Every row but the header."""
        publish_kafka_python.main(plain, "trips", len(ROWS))

        assert [call.args for call in kafka.send.call_args_list] == [("trips", r) for r in ROWS]
        assert reported(capsys)

    def test_another_number_of_rows_is_no_measurement(self, kafka: Mock, plain: str) -> None:
        """Fewer are faster."""
        with pytest.raises(SystemExit, match="5 rows of 6"):
            publish_kafka_python.main(plain, "trips", 6)

        kafka.flush.assert_called_once()

    def test_a_lost_record_is_no_measurement(self, kafka: Mock, plain: str) -> None:
        """Its future tells of it."""
        kafka.send.return_value.add_errback = lambda told: told(RuntimeError("no broker"))

        with pytest.raises(SystemExit, match="5 records were not taken, such as no broker"):
            publish_kafka_python.main(plain, "trips", len(ROWS))


def summary(attempt_id: str, rows: int) -> Mock:
    """A record of the topic of drops."""
    _topic, value = availability.summary(rows, attempt=attempt_id)
    return Mock(value=value)


@pytest.fixture
def drops(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Mock]]:
    """What is in the topic of drops once a function that says that all is well has returned."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "broker:9092")
    monkeypatch.setenv("KAFKA_SECURITY", "PLAINTEXT")
    monkeypatch.setattr(publish_product.time, "time_ns", lambda: 7)
    head = {"VersionId": "1", "ETag": "a", "ContentLength": 1}
    records: list[Mock] = []
    consumer = MagicMock()
    consumer.__iter__.side_effect = lambda: iter(records)
    with (
        patch.object(publish_product, "boto3") as boto3,
        patch.object(publish_product, "landing"),
        patch.object(publish_product, "handler", return_value={"batchItemFailures": []}),
        patch.object(publish_product, "KafkaConsumer", return_value=consumer),
    ):
        boto3.client.return_value.head_object.return_value = head
        yield records


class TestProduct:
    def test_its_summary_tells_of_all_rows(self, drops: list[Mock]) -> None:
        """That of this attempt, among those of others."""
        drops += [summary("bench-6", 4), summary("bench-7", 5)]

        publish_product.main("bucket", "live/trips.csv", 5)

    @pytest.mark.parametrize("rows", [0, 4, 6])
    def test_another_number_of_rows_is_no_measurement(self, drops: list[Mock], rows: int) -> None:
        """A refused file is answered as a published one is, only sooner."""
        drops += [summary("bench-6", 5), summary("bench-7", rows)]

        with pytest.raises(SystemExit, match=f"to {rows} rows of 5"):
            publish_product.main("bucket", "live/trips.csv", 5)

    def test_no_summary_is_no_measurement(self, drops: list[Mock]) -> None:
        """Another attempt's does not count."""
        drops.append(summary("bench-6", 5))

        with pytest.raises(SystemExit, match="to 0 rows of 5"):
            publish_product.main("bucket", "live/trips.csv", 5)


class TestRivals:
    def test_each_says_what_it_reads_with(self) -> None:
        """A slow reader would be measured as a slow producer."""
        missing: Any = Mock()
        files = (Path("trips.csv"), Path("trips.csv.gz"), Path("long.csv.gz"))

        for rival in Parties("http://aws", missing, 5).rivals(*files):
            told = "; ".join(rival.settings)
            assert "reads " in told
            assert (INFLATED_BY_ISAL in told) == ("gzip" in rival.name)

    def test_each_is_told_how_many_rows_there_are(self) -> None:
        """So that it can fail if it did not send them."""
        broker: Any = Mock(bootstrap="broker:9092")
        files = (Path("trips.csv"), Path("trips.csv.gz"), Path("long.csv.gz"))
        with patch("tests.bench.parts.publish.sample_of_module", return_value={}) as sample:
            broker.folder.glob.return_value = []
            for rival in Parties("http://aws", broker, 1_234).rivals(*files):
                rival.run()

                rows = 12_340 if "ten times" in rival.name else 1_234
                assert sample.call_args.args[1][-1] == str(rows)
