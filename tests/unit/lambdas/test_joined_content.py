import io
from functools import partial

from lambdas.joined_content import joined


class TestJoined:
    def test_gives_one_after_the_other(self) -> None:
        """Empty ones too; a reader may ask for any size."""
        contents = [b"one\n", b"", b"two\n", b"three"]

        for size in (1, 3, 1000, -1):
            stream = joined(partial(io.BytesIO, each) for each in contents)
            pieces = list(iter(lambda stream=stream, size=size: stream.read(size), b""))
            assert b"".join(pieces) == b"one\ntwo\nthree"

    def test_opens_each_when_it_is_its_turn(self) -> None:
        """A thousand open connections would be too many."""
        opened: list[io.BytesIO] = []

        def opening() -> io.BytesIO:
            assert all(stream.closed for stream in opened)
            opened.append(io.BytesIO(b"x" * 100))
            return opened[-1]

        stream = joined([opening] * 3)

        assert opened == []
        assert len(stream.read()) == 300
        assert len(opened) == 3
