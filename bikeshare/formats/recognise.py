"""Find the format that a header line belongs to, and where each of its columns is."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bikeshare.errors import UnknownHeaderError
from bikeshare.formats.amendments import Spellings
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.trip_format import Columns, Role, TripFormat, normal_name

# The comma comes first: a spreadsheet may have saved any file with one of the others.
DELIMITERS: Final = (",", ";", "\t", "|")

ABSENT: Final = -1

# What publishers call a trip's own id; read in a file of any format (T1).
TRIP_IDS: Final = ("ride_id", "trip_id", "rental_id")

_MOST_NAMES_SHOWN: Final = 20


@dataclass(frozen=True, kw_only=True)
class BoundAmendment:
    """An amendment that knows where its columns are in one file."""

    reads: tuple[int, ...]
    amend: Callable[[list[str]], tuple[str, ...]]

    def extend(self, fields: list[str]) -> None:
        """Append what the amendment makes to the fields of a row."""
        fields.extend(self.amend([fields[index] for index in self.reads]))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """
    How the rows of one file are to be read.

    `encoding` is the file's own, as far as it shows. A file of JSON lines has the `keys` of its
    first object instead of a header. `by_name` lists the columns sorted by name, so that their
    order in the file does not matter.
    """

    format: TripFormat
    encoding: str
    keys: tuple[str, ...] = ()
    delimiter: str
    column_count: int
    by_name: tuple[int, ...]
    index_of: Mapping[Role, int]
    amendments: tuple[BoundAmendment, ...]


def recognise(header: str, formats: Sequence[TripFormat] = KNOWN_FORMATS) -> Layout:
    """Read a header line; raise UnknownHeaderError with the nearest format and what is missing."""
    for delimiter in DELIMITERS:
        names = _column_names(header, delimiter)
        complete = [known for known in formats if not _missing(known, names)]
        if complete:
            richest = max(complete, key=lambda known: len(_present(known, names)))
            return _layout(richest, delimiter, names)
    raise _unknown_header(header, formats)


def _column_names(header: str, delimiter: str) -> list[str]:
    try:
        fields = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:  # a carriage return inside it, or a name of over 128 KiB
        fields = []
    return [normal_name(field) for field in fields]


def _layout(known: TripFormat, delimiter: str, names: list[str]) -> Layout:
    bound = []
    extended = list(names)
    for amendment in known.amendments:
        reads = tuple(_index(column, extended) for column in amendment.reads)
        bound.append(BoundAmendment(reads=reads, amend=amendment.amend))
        extended.extend(normal_name(made) for made in amendment.makes)
    wanted = {Role.TRIP_ID: TRIP_IDS, **known.columns, **known.optional}
    return Layout(
        format=known,
        encoding=known.encoding,
        delimiter=delimiter,
        column_count=len(names),
        by_name=tuple(sorted(range(len(names)), key=names.__getitem__)),
        index_of={role: _index(column, extended) for role, column in wanted.items()},
        amendments=tuple(bound),
    )


def _index(column: Spellings, names: Sequence[str]) -> int:
    found = (names.index(name) for name in _spellings(column) if name in names)
    return next(found, ABSENT)


def _spellings(column: Spellings) -> list[str]:
    return [normal_name(name) for name in ([column] if isinstance(column, str) else column)]


def _missing(known: TripFormat, names: Iterable[str]) -> list[str]:
    """Return the columns, as published, that a header lacks to match a format."""
    return [
        column if isinstance(column, str) else column[0]
        for column in _read_columns(known)
        if not set(_spellings(column)) & set(names)
    ]


def _read_columns(known: TripFormat) -> list[Spellings]:
    made = {normal_name(name) for amendment in known.amendments for name in amendment.makes}
    direct = [column for column in known.columns.values() if not set(_spellings(column)) & made]
    return [*direct, *(column for amendment in known.amendments for column in amendment.reads)]


def _present(known: TripFormat, names: Sequence[str]) -> Columns:
    wanted = {**known.columns, **known.optional}
    made = [normal_name(name) for amendment in known.amendments for name in amendment.makes]
    return {r: c for r, c in wanted.items() if _index(c, [*names, *made]) != ABSENT}


def _unknown_header(header: str, formats: Sequence[TripFormat]) -> UnknownHeaderError:
    shown = header.strip()[:300] or "(a blank line)"
    delimiter = max(DELIMITERS, key=header.count)
    names = _column_names(header, delimiter)
    lacks = {known.name: _missing(known, names) for known in formats}
    likeness = {
        known.name: 1 - len(lacks[known.name]) / len(_read_columns(known)) for known in formats
    }
    nearest = max(formats, key=lambda known: likeness[known.name], default=None)
    if nearest is None or not likeness[nearest.name]:
        reason = (
            f"The first line is not the header of a known trip file: {shown!r}. "
            "Check that the file is a trip file with its header line; docs/formats.md lists the "
            "known headers."
        )
        return UnknownHeaderError(reason, nearest=None, missing=())
    missing = lacks[nearest.name]
    reason = (
        f"The header is of no known trip-file format. The nearest is {nearest.name} "
        f"({nearest.title}), which also has: {', '.join(missing[:_MOST_NAMES_SHOWN])}. "
        "Mend the header and upload the file again, or add the format to bikeshare/formats. "
        f"The header found: {shown!r}."
    )
    return UnknownHeaderError(reason, nearest=nearest.name, missing=missing)
