"""What a drop holds: the files to read and, in a zip, the names of the others."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from bikeshare.errors import UnreadableFileError
from bikeshare.lines import ByteStream

_MOST_NAMES: Final = 10


@dataclass(frozen=True)
class Member:
    """One file to read: its path in a zip, None outside one, and how to open it from its start."""

    name: str | None
    open: Callable[[], AbstractContextManager[ByteStream]]


@dataclass(frozen=True)
class Contents:
    """The files in a drop that are read, and the names of those in a zip that are not."""

    members: Sequence[Member]
    unread: Sequence[str] = ()

    def readable(
        self, read: Callable[[Member], object], *, what: str
    ) -> tuple[Sequence[Member], str | None]:
        """
        Return the members that `read` accepts, and a note on what is left out of a zip.

        Raise UnreadableFileError if there are none; `what` names their kind in messages. A drop
        that is not a zip is not read.
        """
        if self.members[0].name is None:
            return self.members, None
        readable, left_out = [], []
        for member in self.members:
            try:
                read(member)
                readable.append(member)
            except UnreadableFileError as error:
                left_out.append(f"{member.name}: {error}")
        if not readable:
            message = f"No file in the zip is a {what}. {' '.join(left_out)}"
            raise UnreadableFileError(message)
        return readable, self._note(left_out, what)

    def _note(self, left_out: Sequence[str], what: str) -> str | None:
        notes = []
        # Names first: a long note is cut off.
        if self.unread:
            more = len(self.unread) - _MOST_NAMES
            rest = f" and {more:,} more" if more > 0 else ""
            names = ", ".join(self.unread[:_MOST_NAMES])
            notes.append(f"Not read in the zip, for their names: {names}{rest}.")
        if left_out:
            notes.append(f"Left out of the zip, because they are no {what}s: {' '.join(left_out)}")
        return " ".join(notes) or None
