import io
from typing import BinaryIO

import pytest

from bikeshare.errors import BrokenArchiveError, UnpublishedRecordError
from bikeshare.messages import DropSummary
from lambdas.attempt import Attempt, published_drop
from tests.support.fakes import FakeSender, FakeStore
from tests.support.publication import NOW, Publication, file_of, ride


class TestFailingSurroundings:
    def test_an_unconfirmed_record_sends_no_summary(self) -> None:
        """The attempt raises, the message stays in its queue, and the next attempt does it all."""
        sender = FakeSender(fails_at=1)
        publication = Publication(file_of(ride(1)), sender=sender)

        with pytest.raises(UnpublishedRecordError):
            publication.run()
        assert sender.summaries() == []

    def test_an_unconfirmed_summary_is_tried_again(self) -> None:
        """Without it nobody would know that the drop is complete."""
        publication = Publication(file_of(ride(1)), sender=FakeSender(fails_at=2))

        with pytest.raises(UnpublishedRecordError):
            publication.run()

    def test_a_bucket_that_breaks_off_is_tried_again(self) -> None:
        """A lost connection says nothing about the file."""

        class Torn(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                if self.tell():
                    raise ConnectionResetError
                return super().read(size)

        def torn(stream: BinaryIO) -> BinaryIO:
            return Torn(stream.read())

        store = FakeStore(received_at=NOW, wrap=torn)
        publication = Publication(file_of(*map(ride, range(5000))), store=store)

        with pytest.raises(ConnectionResetError):
            publication.run()
        assert publication.sender.summaries() == []

    def test_a_second_attempt_sends_the_same_rows(self) -> None:
        """Two attempts are distinguishable, and their rows are the same trips."""
        publication = Publication(file_of(*map(ride, range(300))))
        publication.run("a1")
        publication.run("a2")

        first, second = (
            [t for c in publication.sender.trip_chunks() if c.attempt_id == a for t in c.trips]
            for a in ("a1", "a2")
        )
        assert first == second
        assert len({summary.drop_id for summary in publication.sender.summaries()}) == 1

    def test_a_file_that_breaks_after_it_was_proved_whole_is_tried_again(self) -> None:
        """Rows are out already, so the attempt must not say that it published nothing."""

        def breaking(attempt: Attempt) -> DropSummary:
            attempt.send(b"rows", rows=1)
            message = "The gzip file breaks after 9 readable bytes."
            raise BrokenArchiveError(message, readable_bytes=9)

        publication = Publication(file_of(ride(1)))

        with pytest.raises(BrokenArchiveError):
            published_drop(publication.drop, "a1", publication.around, breaking)
        assert publication.sender.summaries() == []
