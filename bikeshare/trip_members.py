"""The trip files in a drop: the drop itself, or those in a zip that can be read."""

from collections.abc import Sequence
from typing import Final

from bikeshare.archives import Source, contents_of
from bikeshare.contents import Member
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.trip_format import TripFormat
from bikeshare.trip_file import open_trip_file

# Madrid's trips were lines of JSON until 2021.
TRIP_SUFFIXES: Final = (".csv", ".json")


def trip_members(
    source: Source,
    formats: Sequence[TripFormat] = KNOWN_FORMATS,
    *,
    limit_bytes: int | None = None,
    is_proven: bool = False,
) -> tuple[Sequence[Member], str | None]:
    """
    Return the files to read and, for a zip, a note on what was left out of it and why.

    Raise UnreadableFileError if nothing can be read. Outside a zip, no header is read yet.
    """
    contents = contents_of(
        source, suffixes=TRIP_SUFFIXES, limit_bytes=limit_bytes, is_proven=is_proven
    )

    def opened(member: Member) -> None:
        with member.open() as stream:
            open_trip_file(stream, formats)

    return contents.readable(opened, what="trip file")
