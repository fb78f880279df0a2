"""Where raw files are and drops go: a bucket in S3, or a folder on this machine."""

import hashlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, Self, cast
from urllib.parse import quote, unquote, urlsplit

from bikeshare.errors import MissingObjectError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DIGEST: Final = "content-sha256"
READ_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class RawFile:
    """A file as it was when it was listed."""

    url: str
    size_bytes: int
    etag: str | None = None

    @property
    def name(self) -> str:
        """The last part of its address."""
        return unquote(self.url.rpartition("/")[2])


@cache
def s3() -> "S3Client":
    """Return the S3 client, made once per process."""
    import boto3

    return boto3.client("s3")


def files_at(url: str) -> Iterator[RawFile]:
    """Find the file at an address, or all files below one that ends in a slash."""
    if urlsplit(url).scheme == "file":
        return _files_in_folder(_path(url)) if url.endswith("/") else _file(_path(url))
    return _objects_at(url)


def _file(path: Path) -> Iterator[RawFile]:
    if not path.is_file():
        message = f"{path} is not a file"
        raise MissingObjectError(message)
    yield RawFile(url=path.as_uri(), size_bytes=path.stat().st_size)


def _files_in_folder(folder: Path) -> Iterator[RawFile]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield RawFile(url=path.as_uri(), size_bytes=path.stat().st_size)


def _objects_at(url: str) -> Iterator[RawFile]:
    bucket, key = _bucket_and_key(url)
    below = not key or key.endswith("/")
    for page in s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
        for found in page.get("Contents", ()):
            name = found["Key"]
            if (below and not name.endswith("/")) or name == key:
                where = f"s3://{bucket}/{quote(name)}"
                yield RawFile(url=where, size_bytes=found["Size"], etag=found["ETag"])


def opened(file: RawFile, start: int = 0, end: int | None = None) -> BinaryIO:
    """Open a byte range of a file; an object in S3 is exactly the one that was listed."""
    if urlsplit(file.url).scheme == "file":
        content = _path(file.url).open("rb")
        content.seek(start)
        return content if end is None else cast("BinaryIO", _Stretch(content, end - start))
    if not file.size_bytes:
        return io.BytesIO()
    bucket, key = _bucket_and_key(file.url)
    stretch = f"bytes={start}-{'' if end is None else end - 1}"
    found = s3().get_object(Bucket=bucket, Key=key, Range=stretch, IfMatch=file.etag or "*")
    return cast("BinaryIO", found["Body"])


class _Stretch:
    """A file that appears to end earlier."""

    def __init__(self, content: BinaryIO, size: int) -> None:
        self._content = content
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        """Read on, to the apparent end at most."""
        block = self._content.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        return block

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._content.close()


@contextmanager
def on_disk(file: RawFile) -> Iterator[Path]:
    """Yield a path to a file that can be read back and forth: itself, or a temporary copy."""
    if urlsplit(file.url).scheme == "file":
        yield _path(file.url)
        return
    with tempfile.NamedTemporaryFile() as copy:
        with opened(file) as content:
            shutil.copyfileobj(content, copy, READ_BYTES)
        copy.flush()
        yield Path(copy.name)


def identity(file: RawFile) -> str:
    """Return what tells a file's content from any other: its ETag in S3, or its digest."""
    if file.etag:
        return file.etag.strip('"')
    with opened(file) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]


def put(url: str, content: IO[bytes]) -> bool:
    """Write a file; return False if the same content is already there and nothing was done."""
    digest = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    content.seek(0)
    if urlsplit(url).scheme == "file":
        return _put_file(_path(url), content, digest)
    bucket, key = _bucket_and_key(url)
    if _digest_at(bucket, key) == digest:
        return False
    s3().upload_fileobj(content, bucket, key, ExtraArgs={"Metadata": {DIGEST: digest}})
    return True


def _put_file(path: Path, content: IO[bytes], digest: str) -> bool:
    if path.is_file():
        with path.open("rb") as present:
            if hashlib.file_digest(present, "sha256").hexdigest() == digest:
                return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as written:
        shutil.copyfileobj(content, written)
    partial.replace(path)
    return True


def _digest_at(bucket: str, key: str) -> str | None:
    from botocore.exceptions import ClientError

    try:
        return s3().head_object(Bucket=bucket, Key=key)["Metadata"].get(DIGEST)
    except ClientError as error:
        answer: dict[str, Any] = dict(error.response.get("ResponseMetadata", {}))
        if answer.get("HTTPStatusCode") == 404:  # noqa: PLR2004 - what HTTP calls "not found"
            return None
        raise


def _path(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def _bucket_and_key(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, unquote(parts.path.lstrip("/"))
