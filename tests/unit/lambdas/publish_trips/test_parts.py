"""A drop published in parts is published once: the same rows, the same account."""

import gzip
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bikeshare.errors import UnpublishedRecordError
from bikeshare.messages import DropSummary
from bikeshare.trips import Trip
from lambdas.continuation import Continuation
from tests.support.decoding import TripChunk
from tests.support.fakes import FakeSender, FakeStore
from tests.support.publication import HEADER, NOW, Publication, file_of, ride, zipped
from tests.unit.support.test_nasty_files import PACKINGS, files

RIDES = [ride(number) for number in range(1000)]
BAD = "a,bad,row"
MIXED = [
    row for number, ride in enumerate(RIDES) for row in ([ride, BAD] if number % 7 else [ride])
]


def published(content: bytes, part_lines: int | None = None) -> tuple[Publication, DropSummary]:
    """Publish a file, whole or in parts."""
    publication = Publication(content, store=FakeStore(received_at=NOW))
    if part_lines is None:
        return publication, publication.run()
    *rests, summary = publication.parts(part_lines)
    assert all(isinstance(rest, Continuation) for rest in rests)
    assert isinstance(summary, DropSummary)
    return publication, summary


def places(chunks: Sequence[TripChunk]) -> list[tuple[str | None, int, Trip]]:
    """Return each record's file, its first line and its first trip."""
    return [(chunk.member, chunk.first_line, chunk.trips[0]) for chunk in chunks]


def set_aside(publication: Publication, summary: DropSummary) -> bytes | None:
    """Return the listing of the rows that were set aside."""
    return publication.store.objects.get(summary.rejected_key or "")


class TestPublishedInParts:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(content=files(), packed=st.sampled_from(PACKINGS), part_lines=st.integers(1, 12))
    def test_gives_what_the_whole_file_gives(
        self, content: bytes, packed: Callable[[bytes], bytes], part_lines: int
    ) -> None:
        """Whatever is wrong with a file, and however it is packed."""
        drop = packed(content)
        whole, expected = published(drop)

        publication, summary = published(drop, part_lines)

        assert publication.sender.trips() == whole.sender.trips()
        assert set_aside(publication, summary) == set_aside(whole, expected)
        assert replace(summary, chunks=expected.chunks) == expected

    def test_every_record_has_a_number_of_its_own(self) -> None:
        """Records are counted by attempt and number together."""
        publication, summary = published(file_of(*MIXED), 300)

        chunks = publication.sender.trip_chunks()
        assert [chunk.chunk for chunk in chunks] == list(range(summary.chunks))
        assert {chunk.attempt_id for chunk in chunks} == {"a1"}

    def test_lines_are_those_of_the_whole_file(self) -> None:
        """A person looks for a row in the file that was dropped, not in a part of it."""
        publication, summary = published(file_of(*MIXED), 301)

        lines = file_of(*MIXED).decode().split("\n")
        for member, line, trip in places(publication.sender.trip_chunks()):
            assert member is None
            assert lines[line - 1].startswith(f"{trip.trip_key},")
        listed = (set_aside(publication, summary) or b"").decode().splitlines()[1:]
        assert len(listed) == MIXED.count(BAD) == summary.rows_rejected
        assert all(lines[int(row.split(",")[0]) - 1] == BAD for row in listed)

    def test_parts_go_on_from_file_to_file_of_a_zip(self) -> None:
        """A year is zipped as twelve files, of which a part may hold one and a half."""
        names = [f"{month:02d}.csv" for month in range(1, 8)]
        drop = zipped(*((name, file_of(*RIDES[:100], BAD)) for name in names))
        whole, expected = published(drop)

        for part_lines in (1, 50, 101, 102, 103, 250, 10_000):
            publication, summary = published(drop, part_lines)

            assert publication.sender.trips() == whole.sender.trips()
            assert {chunk.member for chunk in publication.sender.trip_chunks()} == set(names)
            assert set_aside(publication, summary) == set_aside(whole, expected)

    def test_a_part_takes_files_of_a_zip_as_far_as_its_lines_go(self) -> None:
        """Twelve files of a part each would be one function's work, twelve times over."""
        files = [(f"{month:02d}.csv", file_of(*RIDES[:100])) for month in range(1, 8)]
        rests = list(Publication(zipped(*files)).parts(250))

        assert len(rests) == -(-7 * 101 // 250)
        assert [rest.member for rest in rests if isinstance(rest, Continuation)] == [2, 4]

    def test_a_part_ends_at_its_line_in_the_middle_of_a_run(self) -> None:
        """Where a run of ordinary rows ends depends on blocks, and so on where reading began."""
        publication = Publication(file_of(*RIDES))
        rests = [rest for rest in publication.parts(301) if isinstance(rest, Continuation)]

        assert [rest.start.line for rest in rests] == [302, 603, 904]
        assert [rest.account.rows_published for rest in rests] == [300, 601, 902]
        assert [trip.trip_key for trip in publication.sender.trips()] == [
            f"R{number}" for number in range(1000)
        ]

    def test_a_small_drop_is_one_part(self) -> None:
        """Nothing is different for it: no queue, no extra object."""
        publication = Publication(file_of(*RIDES))

        (summary,) = publication.parts(len(RIDES) + 1)

        assert isinstance(summary, DropSummary)
        assert set(publication.store.objects) == {publication.drop.key}


class TestPartTwice:
    def test_sends_the_same_records_and_the_same_rest(self) -> None:
        """A message may be redelivered after the settings have changed; its rows count once."""
        publication = Publication(file_of(*MIXED))
        rests = list(publication.parts(300))
        once = dict(publication.store.objects)
        chunks = {chunk.chunk: chunk for chunk in publication.sender.trip_chunks()}

        for before, after in itertools.pairwise(rests):
            assert isinstance(before, Continuation)
            again = publication.run_part(77, before, request_id="again")
            assert again == after

        assert publication.store.objects == once
        assert all(chunks[each.chunk] == each for each in publication.sender.trip_chunks())

    def test_goes_on_after_a_part_that_died(self) -> None:
        """What it had sent is sent again under the same numbers."""
        publication = Publication(file_of(*MIXED))
        first = publication.run_part(300)
        assert isinstance(first, Continuation)
        sent = len(publication.sender.sent)
        publication.sender.fails_at = sent + 1
        with pytest.raises(UnpublishedRecordError):
            publication.run_part(300, first, request_id="dies")

        publication.sender.fails_at = None
        again = publication.run_part(300, first, request_id="lives")

        assert isinstance(again, Continuation)
        assert publication.sender.summaries() == []
        records = [value for _, value in publication.sender.sent[sent:]]
        half = len(records) // 2
        assert records[:half] == records[half:]


class TestDropThatIsGone:
    def test_is_refused_by_an_attempt_that_published_nothing(self) -> None:
        """Rows of the first part are out, so its own attempt cannot say that it was refused."""
        publication = Publication(file_of(*MIXED))
        first = publication.run_part(300)
        assert isinstance(first, Continuation)
        del publication.store.objects[publication.drop.key]

        summary = publication.run_part(300, first, request_id="a2")

        assert isinstance(summary, DropSummary)
        assert (summary.attempt_id, summary.outcome, summary.rows_read) == ("a2", "refused", 0)
        assert "deleted or replaced" in (summary.reason or "")

    def test_a_part_that_cannot_be_read_is_tried_again(self) -> None:
        """The object has not changed, so something else is wrong: nothing is concluded from it."""
        publication = Publication(gzip.compress(file_of(*MIXED)))
        first = publication.run_part(300)
        assert isinstance(first, Continuation)
        sender = publication.sender = FakeSender()
        publication.around = replace(publication.around, sender=sender)
        publication.store.objects[publication.drop.key] = HEADER.encode()[:-20] + b"\n"

        with pytest.raises(Exception, match="header"):
            publication.run_part(300, first, request_id="a2")

        assert sender.sent == []
