"""Several streams as one, each opened when those before it have been read."""

import io
from collections import deque
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Opening = Callable[[], IO[bytes]]


def joined(openings: Iterable[Opening]) -> IO[bytes]:
    """Return streams joined as one, which can be read once."""
    return io.BufferedReader(_Joined(openings))


class _Joined(io.RawIOBase):
    def __init__(self, openings: Iterable[Opening]) -> None:
        super().__init__()
        self._to_open = deque(openings)
        self._opened: IO[bytes] | None = None

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill some of a buffer; return 0 only at the end of the last stream."""
        room = memoryview(buffer).cast("B")
        while self._opened or self._to_open:
            self._opened = self._opened or self._to_open.popleft()()
            data = self._opened.read(len(room))
            if data:
                room[: len(data)] = data
                return len(data)
            self._opened.close()
            self._opened = None
        return 0
