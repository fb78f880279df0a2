"""Plan what to read: each file is inspected once, and cut into parts for one task each."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from bikeshare.archives import LONGEST_MARK, Source, is_packed
from bikeshare.contents import Member
from bikeshare.cuts import next_cut
from bikeshare.errors import UnreadableFileError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.recognise import Layout
from bikeshare.formats.trip_format import TripFormat
from bikeshare.lines import BLOCK_BYTES
from bikeshare.trip_file import open_trip_file
from bikeshare.trip_members import trip_members
from glue_jobs.prepare_trips.storage import RawFile, identity, on_disk, opened

# A last part of up to this many times the usual size is not cut in two.
SLACK: Final = 1.25


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one task reads: a file, a byte range of it, or a file in a zip."""

    number: int = 0
    file: RawFile
    member: str | None = None
    start: int = 0
    end: int | None = None
    # Set for a part after the first, which has no header of its own.
    layout: Layout | None = None

    @property
    def name(self) -> str:
        """The file's name as people know it."""
        return f"{self.file.name}/{self.member}" if self.member else self.file.name


@dataclass(frozen=True, kw_only=True)
class FilePlan:
    """What a file holds, or why none of it is read; `note` says what is left out of a zip."""

    file: RawFile
    identity: str
    formats: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    refused: str | None = None
    note: str | None = None


def plan_of(
    file: RawFile, *, part_bytes: int, formats: Sequence[TripFormat] = KNOWN_FORMATS
) -> FilePlan:
    """Inspect a file; an archive is verified whole, since a truncated one is refused."""
    plan = FilePlan(file=file, identity=identity(file))
    try:
        with source_of(file) as source:
            members, note = trip_members(source, formats)
            _check_names([member.name for member in members])
            layouts = [_layout_of(member, formats) for member in members]
            names = tuple(sorted({layout.format.name for layout in layouts}))
            if members[0].name is None and not _is_packed(file):
                parts = tuple(_stretches(file, layouts[0], part_bytes))
            else:
                parts = tuple(Part(file=file, member=member.name) for member in members)
    except UnreadableFileError as error:
        return replace(plan, refused=str(error))
    return replace(plan, formats=names, parts=parts, note=note)


@contextmanager
def source_of(file: RawFile) -> Iterator[Source]:
    """Yield what opens a file, any number of times; an archive is brought to local disk first."""
    if not _is_packed(file):
        yield lambda: opened(file)
        return
    with on_disk(file) as path:
        yield lambda: path.open("rb")


def _layout_of(member: Member, formats: Sequence[TripFormat]) -> Layout:
    with member.open() as stream:
        return open_trip_file(stream, formats).layout


def _check_names(names: Sequence[str | None]) -> None:
    twice = sorted(str(name) for name, count in Counter(names).items() if count > 1)
    if twice:
        message = f"The zip holds two files named {twice[0]}. Give each its own name."
        raise UnreadableFileError(message)


def _is_packed(file: RawFile) -> bool:
    with opened(file) as content:
        return is_packed(content.read(LONGEST_MARK))


def _stretches(file: RawFile, layout: Layout, part_bytes: int) -> Iterator[Part]:
    """Cut a plain file between rows, about every `part_bytes` bytes."""
    start = 0
    can_be_cut = _can_be_cut(file, layout, part_bytes)
    while can_be_cut and file.size_bytes - start > SLACK * part_bytes:
        near = start + part_bytes
        with opened(file, near) as rest:
            cut = next_cut(rest, layout, within=file.size_bytes - near)
        if cut is None:
            break
        yield _stretch(file, layout, start, near + cut)
        start = near + cut
    yield _stretch(file, layout, start, None)


def _stretch(file: RawFile, layout: Layout, start: int, end: int | None) -> Part:
    return Part(file=file, start=start, end=end, layout=layout if start else None)


def _can_be_cut(file: RawFile, layout: Layout, part_bytes: int) -> bool:
    """Return whether a file begins with its header, and ends its lines with line feeds."""
    with opened(file, 0, min(part_bytes, BLOCK_BYTES)) as stream:
        beginning = stream.read(BLOCK_BYTES)
    try:
        open_trip_file(io.BytesIO(beginning), [layout.format])
    except UnreadableFileError:
        return False
    return b"\n" in beginning
