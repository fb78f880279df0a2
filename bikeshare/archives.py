"""The files in a drop: the file itself, or what a verified gzip or zip holds."""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from isal import igzip, isal_zlib

from bikeshare.contents import Contents, Member
from bikeshare.errors import BrokenArchiveError, UnreadableFileError
from bikeshare.lines import ByteStream

READ_BYTES: Final = 256 * 1024

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_UNREAD_FORMATS: Final = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"\xd0\xcf\x11\xe0": "old Excel",
    b"PAR1": "Parquet",
}
# How many bytes at the start of a file identify its type.
LONGEST_MARK: Final = max(map(len, _UNREAD_FORMATS))
_ENCRYPTED: Final = 0x1

# Opens the same bytes from the start, as often as it is called; a zip needs a seekable stream.
Source = Callable[[], BinaryIO]

# zipfile trusts the directory, even an offset before the file's start or an undecodable name.
_BROKEN_ZIP: Final = (zipfile.BadZipFile, ValueError, struct.error, OverflowError)
_BROKEN: Final = (EOFError, zlib.error, isal_zlib.IsalError, igzip.BadGzipFile, *_BROKEN_ZIP)


def is_packed(start: bytes) -> bool:
    """Return whether a file is a gzip or a zip, judging by its first bytes."""
    return start.startswith((_GZIP, *_ZIP))


def contents_of(
    source: Source,
    *,
    suffixes: tuple[str, ...],
    limit_bytes: int | None = None,
    is_proven: bool = False,
) -> Contents:
    """
    Inspect a drop by its content, since names lie; raise UnreadableFileError if it is not whole.

    An archive that unpacks to more than `limit_bytes` is refused too. `is_proven` skips verifying
    an archive that was verified before.
    """
    with ExitStack() as stack:
        stream = stack.enter_context(source())
        start = stream.read(LONGEST_MARK)
        _check_mark(start)
        if not is_packed(start):
            stack.pop_all()
            return Contents([Member(None, _ReadOn(start, stream, source))])
    if start.startswith(_ZIP):
        return _zip_contents(source, suffixes, limit_bytes, is_proven=is_proven)
    if not is_proven:
        _prove_gzip_whole(source, limit_bytes)
    return Contents([Member(None, lambda: _unzipped(source))])


def _check_mark(start: bytes) -> None:
    for mark, name in _UNREAD_FORMATS.items():
        if start.startswith(mark):
            message = (
                f"The file is compressed or saved as {name}, which is not read. "
                "Upload it plain, as gzip or as zip."
            )
            raise UnreadableFileError(message)


class _Begun:
    """A stream that returns bytes already read from its start before it reads on."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes; none only at the end."""
        if not self._start:
            return self._stream.read(size)
        if 0 <= size < len(self._start):
            given, self._start = self._start[:size], self._start[size:]
            return given
        start, self._start = self._start, b""
        return start + self._stream.read(size - len(start) if size >= 0 else size)

    def seek(self, offset: int, /) -> int:
        """Seek to a byte, counted from 0."""
        self._start = b""
        return self._stream.seek(offset)


class _ReadOn:
    """Opens a file from its start; the first call reuses the stream it was inspected with."""

    def __init__(self, start: bytes, stream: BinaryIO, source: Source) -> None:
        self._start = start
        self._looked_at: BinaryIO | None = stream
        self._source = source

    @contextmanager
    def __call__(self) -> Iterator[ByteStream]:
        """Open the file; may be called again."""
        looked_at, self._looked_at = self._looked_at, None
        if looked_at is None:
            with self._source() as stream:
                yield stream
            return
        with looked_at:
            yield _Begun(self._start, looked_at)


def member_again(source: Source, name: str | None) -> Member:
    """Return a member that `contents_of` returned before, without verifying it again."""
    if name is not None:
        with source() as stream, zipfile.ZipFile(stream) as archive:
            return _zip_member(source, archive.getinfo(name))
    with source() as stream:
        is_gzip = stream.read(len(_GZIP)) == _GZIP
    return Member(None, (lambda: _unzipped(source)) if is_gzip else source)


@contextmanager
def _unzipped(source: Source) -> Iterator[ByteStream]:
    with source() as stream, igzip.GzipFile(fileobj=stream) as content:
        yield content


def _prove_gzip_whole(source: Source, limit_bytes: int | None) -> None:
    unpacked_bytes = 0
    try:
        with _unzipped(source) as content:
            while block := content.read(READ_BYTES):
                unpacked_bytes += len(block)
                _check_size(unpacked_bytes, limit_bytes)
    except _BROKEN as error:
        readable_bytes = _readable_bytes(source)
        message = (
            f"The gzip file breaks after {readable_bytes:,} readable bytes ({_said(error)}). "
            "It was cut off or damaged on its way: upload it again, whole."
        )
        raise BrokenArchiveError(message, readable_bytes=readable_bytes) from error


def _readable_bytes(source: Source) -> int:
    """Count the bytes before the damage, exactly: zlib returns them all before it raises."""
    readable_bytes = 0
    with suppress(*_BROKEN), source() as stream, gzip.GzipFile(fileobj=stream) as content:
        while block := content.read1(READ_BYTES):
            readable_bytes += len(block)
    return readable_bytes


def _check_size(unpacked_bytes: int, limit_bytes: int | None) -> None:
    if limit_bytes is not None and unpacked_bytes > limit_bytes:
        message = (
            f"The file holds more than {limit_bytes:,} bytes when it is unpacked, too many to be "
            "gone through each time. Upload it plain, which has no limit, or in several files."
        )
        raise UnreadableFileError(message)


def _zip_contents(
    source: Source, suffixes: tuple[str, ...], limit_bytes: int | None, *, is_proven: bool
) -> Contents:
    try:
        with source() as stream, zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            files = [info for info in infos if _is_file(info)]
            wanted = [info for info in files if _ends_in(info, suffixes)]
            if not wanted:
                raise UnreadableFileError(_nothing_in_zip(infos, suffixes))
            # No more of a member is read than its directory entry says, whatever it holds.
            _check_size(sum(info.file_size for info in wanted), limit_bytes)
            for info in () if is_proven else wanted:
                _prove_member_whole(archive, info)
    except (*_BROKEN_ZIP, NotImplementedError) as error:
        message = (
            f"The zip file cannot be opened ({_said(error)}). "
            "It was cut off or damaged on its way: upload it again, whole."
        )
        raise BrokenArchiveError(message, readable_bytes=0) from error
    unread = [info.filename for info in files if not _ends_in(info, suffixes)]
    return Contents([_zip_member(source, info) for info in wanted], unread)


def _is_file(info: zipfile.ZipInfo) -> bool:
    """Exclude folders and what a Mac's Finder adds: __MACOSX/._a.csv, .DS_Store."""
    path = PurePosixPath(info.filename)
    return not (info.is_dir() or "__MACOSX" in path.parts or path.name.startswith("."))


def _ends_in(info: zipfile.ZipInfo, suffixes: tuple[str, ...]) -> bool:
    return info.filename.lower().endswith(suffixes)


def _nothing_in_zip(infos: list[zipfile.ZipInfo], suffixes: tuple[str, ...]) -> str:
    names = [info.filename for info in infos]
    if "[Content_Types].xml" in names:
        return "The file is an Excel or Office document. Save it as CSV UTF-8 and upload that."
    found = ", ".join(names[:5]) or "nothing"
    nested = any(name.lower().endswith(".zip") for name in names)
    what = "Unpack it and upload the zips in it." if nested else "Check what was zipped."
    return f"The zip holds no {' or '.join(suffixes)} file; it holds {found}. {what}"


def _prove_member_whole(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        message = f"{info.filename} in the zip has a password. Upload it without one."
        raise UnreadableFileError(message)
    readable_bytes = 0
    try:
        with archive.open(info) as content:
            while block := content.read(READ_BYTES):
                readable_bytes += len(block)
    except NotImplementedError as error:
        message = (
            f"{info.filename} is compressed in a way that is not read ({_said(error)}). "
            "Zip it again with the usual method (deflate)."
        )
        raise UnreadableFileError(message) from error
    except _BROKEN as error:
        message = (
            f"{info.filename} in the zip breaks after {readable_bytes:,} readable bytes "
            f"({_said(error)}). It was damaged on its way: upload the zip again, whole."
        )
        raise BrokenArchiveError(message, readable_bytes=readable_bytes) from error


def _zip_member(source: Source, info: zipfile.ZipInfo) -> Member:
    @contextmanager
    def content() -> Iterator[ByteStream]:
        with source() as stream, zipfile.ZipFile(stream) as archive, archive.open(info) as member:
            yield member

    return Member(info.filename, content)


def _said(error: BaseException) -> str:
    return str(error).rstrip(".") or type(error).__name__


def whole_content(stream: ByteStream, limit_bytes: int) -> bytes:
    """Read a file that has to be held in memory; raise UnreadableFileError above `limit_bytes`."""
    content = stream.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        message = f"The file is larger than {limit_bytes:,} bytes, which no such feed is."
        raise UnreadableFileError(message)
    return content
