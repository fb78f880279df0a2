"""What is known about each polled address, kept in the bucket from run to run."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from lambdas.poll_gbfs.fetching import Validators

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NOTEBOOK_KEY: Final = "polls/notebook.json"


@dataclass(frozen=True, kw_only=True)
class Note:
    """One address: which version we have, when to ask again, and how often it has failed."""

    due_at: datetime
    ttl_s: int = 0
    etag: str | None = None
    last_modified: str | None = None
    failures: int = 0
    # Of a list of feeds: what it lists; the last good one stays in use while the list is down.
    urls: tuple[str, ...] = ()
    # Of a feed of stations: what was dropped last.
    key: str | None = None
    digest: str | None = None

    @property
    def validators(self) -> Validators:
        """What tells the server which version we have."""
        return Validators(etag=self.etag, last_modified=self.last_modified)


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """The notes of every address, as one object in the bucket."""

    client: "S3Client"
    bucket: str

    def read(self) -> dict[str, Note]:
        """Return the notes; empty if there are none, or if another version wrote them."""
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=NOTEBOOK_KEY)
        except self.client.exceptions.NoSuchKey:
            return {}
        try:
            written: dict[str, dict[str, Any]] = json.loads(found["Body"].read())
            return {url: _note(**fields) for url, fields in written.items()}
        except (ValueError, TypeError):
            return {}

    def write(self, notes: dict[str, Note]) -> None:
        """Replace the notes."""
        written = {
            url: {**asdict(note), "due_at": note.due_at.isoformat()} for url, note in notes.items()
        }
        body = json.dumps(written).encode()
        self.client.put_object(Bucket=self.bucket, Key=NOTEBOOK_KEY, Body=body)

    def drop(self, key: str, content: bytes) -> None:
        """Put a feed where snapshots are dropped."""
        self.client.put_object(
            Bucket=self.bucket, Key=key, Body=content, ContentType="application/json"
        )


def _note(*, due_at: str, urls: list[str], **fields: Any) -> Note:  # noqa: ANN401 - JSON
    return Note(due_at=datetime.fromisoformat(due_at).astimezone(UTC), urls=tuple(urls), **fields)
