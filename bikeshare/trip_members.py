"""The trip files in a drop: itself, or those of a zip that can be read."""

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
    Give the files to read and, of a zip, what was left out of it and why.

    Raises UnreadableFileError where nothing can be read. A file that is no zip is not opened.
    """
    contents = contents_of(
        source, suffixes=TRIP_SUFFIXES, limit_bytes=limit_bytes, is_proven=is_proven
    )

    def opened(member: Member) -> None:
        with member.open() as stream:
            open_trip_file(stream, formats)

    return contents.readable(opened, what="trip file")
