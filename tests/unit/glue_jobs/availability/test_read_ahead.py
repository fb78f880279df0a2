"""Records that are read while those before them are applied."""

import threading
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from glue_jobs.availability.sink import read_ahead

SOON_S = 10


def by(count: int) -> Callable[[Iterator[int]], list[int]]:
    """Read so many at a time."""
    return lambda left: list(islice(left, count))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("length", [0, 1, 6, 7, 8])
def test_gives_every_record_once_and_in_order(length: int, count: int) -> None:
    """Whatever the two sizes are."""
    assert list(read_ahead(range(length), by(count))) == list(range(length))


def test_reads_the_next_ones_while_the_first_is_worked_on() -> None:
    """Nobody asks for the second record yet."""
    read: list[int] = []
    is_ahead = threading.Event()

    def records() -> Iterator[int]:
        for number in range(10):
            read.append(number)
            if len(read) == 6:
                is_ahead.set()
            yield number

    assert next(read_ahead(records(), by(3))) == 0
    assert is_ahead.wait(SOON_S)


def test_reads_no_further_than_that() -> None:
    """What is ahead is in memory."""
    read: list[int] = []
    ahead = read_ahead((read.append(number) for number in range(100)), by(5))
    list(islice(ahead, 3))
    ahead.close()
    assert len(read) == 10


def test_raises_what_reading_raises_behind_the_records_before_it() -> None:
    """They are applied, and the task fails only then."""

    def records() -> Iterator[int]:
        yield from range(3)
        message = "the executor is gone"
        raise ConnectionError(message)

    given = []
    with pytest.raises(ConnectionError, match="gone"):  # noqa: PT012 - what came before counts
        for record in read_ahead(records(), by(2)):
            given.append(record)  # noqa: PERF402 - a list would lose them
    assert given == [0, 1]
