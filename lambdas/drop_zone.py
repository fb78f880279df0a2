"""The bucket that drops land in: read by version, in bounded memory."""

from dataclasses import dataclass, replace
from datetime import UTC
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from botocore.exceptions import ClientError
from smart_open import s3 as smart_open_s3

from bikeshare.drops import Drop
from bikeshare.errors import MissingObjectError
from bikeshare.lines import BLOCK_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

# As much as is read at once. Of a larger read, what arrives while the last one is processed does
# not all fit into the buffers below, so each read would wait for the rest.
BUFFER_BYTES: Final = BLOCK_BYTES

# S3 answers 405 for a delete marker, 412 for an object that was replaced since.
_GONE: Final = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.PRECONDITION_FAILED,
}


class ObjectStore(Protocol):
    """What a publisher needs from a bucket."""

    def described(self, drop: Drop) -> Drop:
        """Return the drop with its size and arrival; raise MissingObjectError if it is gone."""

    def open(self, drop: Drop) -> BinaryIO:
        """Open exactly the bytes that landed, as a seekable stream."""

    def put(self, key: str, content: IO[bytes]) -> None:
        """Write an object."""

    def open_written(self, key: str) -> BinaryIO:
        """Open an object that `put` wrote."""


@dataclass(frozen=True)
class DropZone:
    """A bucket in S3."""

    client: "S3Client"
    bucket: str

    def described(self, drop: Drop) -> Drop:
        """Ask S3 when the object arrived and how large it is."""
        try:
            head = self._head(drop)
        except ClientError as error:
            raise _translated(error, drop) from error
        return replace(
            drop,
            size_bytes=head["ContentLength"],
            received_at=head["LastModified"].astimezone(UTC),
        )

    def _head(self, drop: Drop) -> "HeadObjectOutputTypeDef":
        if drop.version_id:
            return self.client.head_object(
                Bucket=self.bucket, Key=drop.key, VersionId=drop.version_id
            )
        if drop.etag:
            return self.client.head_object(Bucket=self.bucket, Key=drop.key, IfMatch=_quoted(drop))
        return self.client.head_object(Bucket=self.bucket, Key=drop.key)

    def open(self, drop: Drop) -> BinaryIO:
        """Stream the version that landed, or the content that the notification named."""
        # Where there is no version, insist on the content that the notification named.
        pinned = {"IfMatch": _quoted(drop)} if drop.etag and not drop.version_id else {}
        try:
            stream = smart_open_s3.open(
                self.bucket,
                drop.key,
                "rb",
                version_id=drop.version_id,
                buffer_size=BUFFER_BYTES,
                client=self.client,
                client_kwargs={"S3.Client.get_object": pinned},
            )
        except OSError as error:
            # smart_open attaches S3's own answer to the error it raises.
            answer = getattr(error, "backend_error", None)
            if isinstance(answer, ClientError):
                raise _translated(answer, drop) from error
            raise
        return cast("BinaryIO", stream)

    def put(self, key: str, content: IO[bytes]) -> None:
        """Write an object, in parts if it is large."""
        self.client.upload_fileobj(content, self.bucket, key)

    def open_written(self, key: str) -> BinaryIO:
        """Stream an object that `put` wrote."""
        stream = smart_open_s3.open(
            self.bucket, key, "rb", buffer_size=BUFFER_BYTES, client=self.client
        )
        return cast("BinaryIO", stream)


def _quoted(drop: Drop) -> str:
    return f'"{drop.etag}"'


def _translated(error: ClientError, drop: Drop) -> Exception:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if status not in _GONE:
        return error
    message = (
        f"The object {drop.key} was deleted or replaced before it could be read. "
        "Upload it again if it is still wanted."
    )
    return MissingObjectError(message)
