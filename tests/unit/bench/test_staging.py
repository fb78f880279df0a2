"""Staging: what every rival of the stream does with its records."""

from unittest.mock import patch

from bikeshare.drops import Lane
from tests.bench.rivals.staging import Database, Record
from tests.support.decoding import TripChunk, encode_trips


def record(partition: int, offset: int, published_at: int) -> Record:
    """A record without trips."""
    chunk = TripChunk(
        drop_id="a",
        attempt_id="b",
        lane=Lane.BACKFILL,
        chunk=offset,
        trips=(),
        member=None,
        first_line=2,
    )
    return Record("trips", partition, offset, encode_trips(chunk), published_at)


class TestApply:
    def test_a_batch_is_staged_in_the_order_of_publication(self) -> None:
        """The product does so; trips that go back in time cost the database more."""
        with patch("psycopg2.connect"), patch.object(Database, "apply_text") as apply_text:
            Database("").apply([record(0, 5, 10), record(0, 6, 30), record(1, 2, 20)])

        about, _ = apply_text.call_args.args
        assert [line.split(",")[1:3] for line in about.splitlines()] == [
            ["0", "5"],
            ["1", "2"],
            ["0", "6"],
        ]
