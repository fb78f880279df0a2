"""A drop published in parts and its account in Postgres (T8), whatever happens to a part."""

import random
from collections.abc import Sequence
from contextlib import closing

import psycopg2
import pytest

from bikeshare.errors import UnpublishedRecordError
from lambdas.continuation import Continuation
from tests.support.publication import Publication, file_of, ride
from tests.support.staging import Record, applied_one_by_one

pytestmark = pytest.mark.integration

ROWS, BAD_ROWS, PART_LINES = 3000, 300, 500
ACCOUNT = """
    SELECT state, rows_read, rows_published, rows_rejected, rows_applied, rows_duplicate
    FROM drop_account
    WHERE drop_id = %s
"""
COMPLETE = ("complete", ROWS + BAD_ROWS, ROWS, BAD_ROWS, ROWS, 0)


def publication() -> Publication:
    """A drop of several parts, some of whose rows are bad."""
    rows = [*map(ride, range(ROWS)), *["a,bad,row"] * BAD_ROWS]
    random.Random(7).shuffle(rows)  # noqa: S311 - an order, not a secret
    return Publication(file_of(*rows))


def run_from(drop: Publication, ended: object) -> None:
    """Publish what an attempt has left."""
    while isinstance(ended, Continuation):
        ended = drop.run_part(PART_LINES, ended)


def accounts(dsn: str, drop_id: str, batches: Sequence[Sequence[Record]]) -> list[tuple[object]]:
    """Apply batches; yield the drop's account after each."""
    found = []
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        for _ in applied_one_by_one(dsn, batches):
            cursor.execute(ACCOUNT, (drop_id,))
            found += cursor.fetchall()
            connection.rollback()
    return found


class TestPartsInTheLedger:
    def test_each_part_twice_counts_once(self, database: str) -> None:
        """SQS delivers every part at least once; Kafka keeps no order between partitions."""
        drop = publication()
        rests = list(drop.parts(PART_LINES))
        for rest in rests[:-1]:
            assert isinstance(rest, Continuation)
            drop.run_part(PART_LINES, rest, request_id="again")
        records = list(drop.sender.sent)
        random.Random(7).shuffle(records)  # noqa: S311
        batches = [records[start : start + 7] for start in range(0, len(records), 7)]

        found = accounts(database, drop.drop.drop_id, batches)

        assert len(rests) == (ROWS + BAD_ROWS) // PART_LINES + 1
        assert found[-1] == COMPLETE

    def test_it_is_unfinished_until_the_last_part(self, database: str) -> None:
        """The sweep and operators see that a part is missing, however much has arrived."""
        drop = publication()
        batches, sent = [], 0
        for _ in drop.parts(PART_LINES):
            batches.append(drop.sender.sent[sent:])
            sent = len(drop.sender.sent)

        found = accounts(database, drop.drop.drop_id, batches)

        assert {state for state, *_ in found[:-1]} == {"publishing"}
        assert found[-1] == COMPLETE

    def test_a_part_that_died_is_counted_with_its_next_try(self, database: str) -> None:
        """What it sent before it died counts, and nothing twice."""
        drop = publication()
        first = drop.run_part(PART_LINES)
        assert isinstance(first, Continuation)
        drop.sender.fails_at = 1
        with pytest.raises(UnpublishedRecordError):
            drop.run_part(PART_LINES, first)
        drop.sender.fails_at = None
        # The last record of the part never reached the brokers.
        del drop.sender.sent[-1]
        run_from(drop, first)

        found = accounts(database, drop.drop.drop_id, [drop.sender.sent])

        assert found == [COMPLETE]

    def test_a_part_that_always_dies_leaves_the_drop_to_another_attempt(
        self, database: str
    ) -> None:
        """The sweep queues the drop from its beginning; a later redrive changes nothing."""
        drop = publication()
        first = drop.run_part(PART_LINES)
        assert isinstance(first, Continuation)
        died = list(drop.sender.sent)
        run_from(drop, drop.run_part(PART_LINES, request_id="a2"))
        second = drop.sender.sent[len(died) :]
        run_from(drop, first)
        third = drop.sender.sent[len(died) + len(second) :]

        found = accounts(database, drop.drop.drop_id, [died, second, third])

        assert found[0][0] == "publishing"
        assert found[1:] == [COMPLETE, COMPLETE]
