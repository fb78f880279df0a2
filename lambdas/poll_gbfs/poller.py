"""Poll a system's feeds: ask when it is time, drop what is new, keep the last good state."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.documents import DEFAULT_TTL_S, Discovery, StationFeed, document_of
from lambdas.poll_gbfs.fetching import Fetched, Validators
from lambdas.poll_gbfs.notebook import Note

LONGEST_PAUSE_S: Final = 3600
MOST_DOUBLINGS: Final = 10


class Outcome(StrEnum):
    """What polling one address came to."""

    DROPPED = "dropped"
    LISTED = "listed"
    UNCHANGED = "unchanged"
    NOT_DUE = "not_due"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Polled:
    """One address, what it came to, and why."""

    url: str
    outcome: Outcome
    key: str | None = None
    reason: str | None = None
    failures: int = 0


class Getter(Protocol):
    """What a poller fetches with."""

    def get(self, url: str, known: Validators) -> Fetched:
        """Fetch an address; raise UnavailableFeedError if that fails."""


class Book(Protocol):
    """What keeps the notes, and drops feeds."""

    def read(self) -> dict[str, Note]:
        """Return the notes of the last run."""

    def write(self, notes: dict[str, Note]) -> None:
        """Keep these instead."""

    def drop(self, key: str, content: bytes) -> None:
        """Drop a feed."""


class Poller:
    """One run over the configured addresses and those they list."""

    def __init__(self, *, getter: Getter, book: Book, now: datetime) -> None:
        self._getter = getter
        self._book = book
        self._now = now
        self._before = book.read()
        self._after: dict[str, Note] = {}
        self._written = self._before

    def run(self, urls: Iterable[str]) -> list[Polled]:
        """Poll each address once; one that fails holds up no other."""
        polled: list[Polled] = []
        waiting = list(urls)
        while waiting:
            url = waiting.pop(0)
            if url in self._after:
                continue
            done, note = self._poll(url, self._before.get(url) or Note(due_at=self._now))
            polled.append(done)
            self._after[url] = note
            # Now and not at the end: a later address may use up the function's time.
            self._write({**self._before, **self._after})
            waiting += note.urls
        self._write(self._after)
        return polled

    def _write(self, notes: dict[str, Note]) -> None:
        if notes != self._written:
            self._book.write(notes)
            self._written = notes

    def _poll(self, url: str, note: Note) -> tuple[Polled, Note]:
        if self._now < note.due_at:
            return Polled(url=url, outcome=Outcome.NOT_DUE, failures=note.failures), note
        try:
            fetched = self._getter.get(url, note.validators)
            if fetched.content is None:
                return Polled(url=url, outcome=Outcome.UNCHANGED), self._again(note, note.ttl_s)
            document = document_of(fetched.content, now=self._now)
            return self._taken(url, note, fetched, document)
        except UnavailableFeedError as error:
            failed = self._failed(note, error)
            reason = " ".join(str(error).split())
            told = Polled(url=url, outcome=Outcome.FAILED, reason=reason, failures=failed.failures)
            return told, failed

    def _taken(
        self, url: str, note: Note, fetched: Fetched, document: Discovery | StationFeed
    ) -> tuple[Polled, Note]:
        """Use a good document; only now does its version count as the one we have."""
        note = replace(
            self._again(note, document.ttl_s),
            etag=fetched.validators.etag,
            last_modified=fetched.validators.last_modified,
        )
        if isinstance(document, Discovery):
            return Polled(url=url, outcome=Outcome.LISTED), replace(note, urls=document.urls)
        if (note.key, note.digest) == (document.key, document.digest):
            return Polled(url=url, outcome=Outcome.UNCHANGED), note
        self._book.drop(document.key, fetched.content or b"")
        dropped = Polled(url=url, outcome=Outcome.DROPPED, key=document.key)
        return dropped, replace(note, key=document.key, digest=document.digest)

    def _again(self, note: Note, ttl_s: int) -> Note:
        due_at = self._now + timedelta(seconds=ttl_s)
        return replace(note, due_at=due_at, ttl_s=ttl_s, failures=0)

    def _failed(self, note: Note, error: UnavailableFeedError) -> Note:
        """Keep everything that was good, and wait longer each time."""
        doubled = DEFAULT_TTL_S * 2 ** min(note.failures, MOST_DOUBLINGS)
        pause_s = max(error.retry_after_s or 0, min(doubled, LONGEST_PAUSE_S))
        due_at = self._now + timedelta(seconds=pause_s)
        return replace(note, due_at=due_at, failures=note.failures + 1)
