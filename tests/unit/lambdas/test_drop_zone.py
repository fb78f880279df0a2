import hashlib
import io
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import IO, Any, cast

import pytest
from botocore.exceptions import ClientError

from bikeshare.drops import Drop
from bikeshare.errors import MissingObjectError
from lambdas.drop_zone import DropZone

LANDED_AT = datetime(2021, 3, 1, 12, tzinfo=UTC)


def refusal(status: int) -> ClientError:
    """S3's answer when it refuses an object."""
    answer = {"Error": {"Code": str(status)}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(cast("Any", answer), "GetObject")


@dataclass
class FakeS3:
    """The part of S3's client that we use: versions in memory, and a record of requests."""

    versions: dict[str, bytes] = field(default_factory=dict)
    status: int = 404
    uploaded: dict[str, bytes] = field(default_factory=dict)

    def _content(self, asked: dict[str, Any]) -> bytes:
        version = asked.get("VersionId", "latest")
        content = self.versions.get(version)
        if content is None:
            raise refusal(self.status)
        if "IfMatch" in asked and asked["IfMatch"] != f'"{etag(content)}"':
            raise refusal(412)
        return content

    def head_object(self, **asked: Any) -> dict[str, Any]:
        """Describe an object."""
        tokyo = timezone(timedelta(hours=9))
        return {
            "ContentLength": len(self._content(asked)),
            "LastModified": LANDED_AT.astimezone(tokyo),
        }

    def get_object(self, **asked: Any) -> dict[str, Any]:
        """Return an object, starting at the requested offset."""
        content = self._content(asked)
        first, _, last = asked.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        start = int(first) if first else len(content) - int(last)
        return {
            "ResponseMetadata": {"HTTPStatusCode": 206, "RetryAttempts": 0},
            "ContentRange": f"bytes {start}-{len(content) - 1}/{len(content)}",
            "Body": io.BytesIO(content[start:]),
        }

    def upload_fileobj(self, content: IO[bytes], bucket: str, key: str) -> None:
        """Store an object."""
        assert bucket == "drops"
        self.uploaded[key] = content.read()


def etag(content: bytes) -> str:
    """Return S3's ETag of an object in one part."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def drop_zone(client: FakeS3) -> DropZone:
    """The bucket of this client."""
    return DropZone(cast("Any", client), "drops")


def drop(*, version_id: str | None = "v1", content: bytes = b"old") -> Drop:
    """A drop as a notification described it."""
    return Drop(
        key="live/JC 1 #?.csv",
        version_id=version_id,
        etag=etag(content),
        size_bytes=0,
        received_at=LANDED_AT,
    )


class TestDropZone:
    def test_reads_the_version_that_landed(self) -> None:
        """A newer upload under the same key is another drop."""
        zone = drop_zone(FakeS3({"v1": b"old", "v2": b"newer", "latest": b"newer"}))

        assert zone.described(drop()) == replace(drop(), size_bytes=3, received_at=LANDED_AT)
        with zone.open(drop()) as stream:
            assert stream.read() == b"old"

    def test_can_seek(self) -> None:
        """The directory of a zip is at its end."""
        with drop_zone(FakeS3({"v1": b"0123456789"})).open(drop()) as stream:
            stream.seek(-3, io.SEEK_END)

            assert stream.read() == b"789"

    def test_without_versions_insists_on_the_content(self) -> None:
        """An unversioned object that has since been replaced is not what landed."""
        zone = drop_zone(FakeS3({"latest": b"old"}))
        unversioned = drop(version_id=None)

        assert zone.described(unversioned).size_bytes == 3
        with zone.open(unversioned) as stream:
            assert stream.read() == b"old"
        replaced = drop_zone(FakeS3({"latest": b"new"}))
        with pytest.raises(MissingObjectError, match="replaced"):
            replaced.described(unversioned)
        with pytest.raises(MissingObjectError, match="replaced"):
            replaced.open(unversioned)

    def test_a_drop_without_an_etag_is_read_as_it_is(self) -> None:
        """Some emulators omit it."""
        bare = replace(drop(version_id=None), etag="")

        assert drop_zone(FakeS3({"latest": b"old"})).described(bare).size_bytes == 3

    @pytest.mark.parametrize("status", [404, 405])
    def test_what_is_gone_is_gone(self, status: int) -> None:
        """Deleted, or hidden by a delete marker: retrying would never end."""
        zone = drop_zone(FakeS3(status=status))

        with pytest.raises(MissingObjectError, match="deleted"):
            zone.described(drop())
        with pytest.raises(MissingObjectError, match="deleted"):
            zone.open(drop())

    @pytest.mark.parametrize("status", [403, 500, 503])
    def test_other_troubles_are_raised(self, status: int) -> None:
        """A missing permission or a busy S3 may be resolved in a minute; the message stays."""
        zone = drop_zone(FakeS3(status=status))

        with pytest.raises(ClientError):
            zone.described(drop())
        with pytest.raises(ClientError):
            zone.open(drop())

    def test_writes(self) -> None:
        """Rejected rows go to the bucket that their drop came from."""
        client = FakeS3()
        drop_zone(client).put("rejected/d/a.csv", io.BytesIO(b"rows"))

        assert client.uploaded == {"rejected/d/a.csv": b"rows"}

    def test_reads_what_it_wrote(self) -> None:
        """What the parts of a large drop set aside becomes one listing."""
        with drop_zone(FakeS3({"latest": b"rows"})).open_written("unfinished/d/a/0.csv") as stream:
            assert stream.read() == b"rows"
