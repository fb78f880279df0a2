import bz2
import gzip
import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

import pytest

from bikeshare.archives import contents_of, whole_content
from bikeshare.errors import BrokenArchiveError, UnreadableFileError

TEXT = b"header\n" + b"row\n" * 50_000


def source(content: bytes) -> Callable[[], BinaryIO]:
    """A source that yields this content."""
    return lambda: io.BytesIO(content)


def zipped(*files: tuple[str, bytes]) -> bytes:
    """A zip of these files, in this order."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


def contents(drop: bytes) -> list[tuple[str | None, bytes]]:
    """Return every member of a drop with its content."""
    found = []
    for member in contents_of(source(drop), suffixes=(".csv",)).members:
        with member.open() as stream:
            found.append((member.name, stream.read()))
    return found


class TestPlain:
    def test_is_its_own_only_member(self) -> None:
        """Nothing is unpacked, nothing is read twice."""
        assert contents(TEXT) == [(None, TEXT)]

    @pytest.mark.parametrize("size", [1, 5, 6, 7, 1000, -1])
    def test_is_opened_once_however_it_is_read(self, size: int) -> None:
        """Opening costs a request; the bytes that identified the type are not read again."""
        opened: list[BinaryIO] = []

        def counted() -> BinaryIO:
            opened.append(io.BytesIO(TEXT))
            return opened[-1]

        (member,) = contents_of(counted, suffixes=(".csv",)).members
        with member.open() as stream:
            read = b"".join(iter(lambda: stream.read(size), b""))
        assert read == TEXT
        assert len(opened) == 1
        assert opened[0].closed

        with member.open() as stream:
            assert stream.read() == TEXT
        assert len(opened) == 2

    @pytest.mark.parametrize("passed", [0, 3, 100])
    def test_may_be_read_from_any_place_on(self, passed: int) -> None:
        """A later part of a large file begins there."""
        (member,) = contents_of(source(TEXT), suffixes=(".csv",)).members
        with member.open() as stream:
            stream.read(passed)
            stream.seek(10)
            assert stream.read() == TEXT[10:]

    @pytest.mark.parametrize("content", [TEXT[:0], bz2.compress(TEXT), gzip.compress(TEXT)])
    def test_what_is_not_read_on_is_closed(self, content: bytes) -> None:
        """Connections that nobody closes run out."""
        opened: list[BinaryIO] = []

        def kept() -> BinaryIO:
            opened.append(io.BytesIO(content))
            return opened[-1]

        with suppress(UnreadableFileError):
            (member,) = contents_of(kept, suffixes=(".csv",)).members
            with member.open():
                pass
        assert all(stream.closed for stream in opened)

    def test_an_empty_file_is_left_to_its_reader(self) -> None:
        """Trips and snapshots each report what is missing."""
        assert contents(b"") == [(None, b"")]

    @pytest.mark.parametrize(
        ("content", "name"),
        [(bz2.compress(TEXT), "bzip2"), (b"PAR1abc", "Parquet"), (b"7z\xbc\xaf\x27\x1c", "7-Zip")],
    )
    def test_other_compressions_are_refused_by_name(self, content: bytes, name: str) -> None:
        """The uploader learns what the file is and what to upload instead."""
        with pytest.raises(UnreadableFileError, match=f"saved as {name}.*gzip or as zip"):
            contents_of(source(content), suffixes=(".csv",))


class TestGzip:
    def test_is_known_by_its_content(self) -> None:
        """Publishers forget the .gz, and browsers remove it."""
        assert contents(gzip.compress(TEXT)) == [(None, TEXT)]

    def test_may_have_several_parts(self) -> None:
        """Two gzip files concatenated are one file."""
        assert contents(gzip.compress(b"a\n") + gzip.compress(b"b\n")) == [(None, b"a\nb\n")]

    def test_cut_off_is_refused(self) -> None:
        """Its last rows are missing; publishing the rest would look complete."""
        with pytest.raises(BrokenArchiveError, match=r"readable bytes.*upload it again") as raised:
            contents(gzip.compress(TEXT)[:-100])

        assert 0 < raised.value.readable_bytes <= len(TEXT)

    @pytest.mark.parametrize("position", [-1, -5, 40])
    def test_damaged_is_refused(self, position: int) -> None:
        """A flipped bit in the data, its checksum or its length is found before publishing."""
        damaged = bytearray(gzip.compress(TEXT))
        damaged[position] ^= 0xFF

        with pytest.raises(BrokenArchiveError):
            contents(bytes(damaged))

    def test_garbage_behind_the_end_is_refused(self) -> None:
        """It may be the start of rows that are lost."""
        with pytest.raises(BrokenArchiveError, match=f"{len(TEXT):,} readable bytes"):
            contents(gzip.compress(TEXT) + b"garbage")


class TestZip:
    def test_gives_each_csv_in_order_without_litter(self) -> None:
        """A Mac's Finder adds folders, shadow files and its own metadata."""
        drop = zipped(
            ("2021/", b""),
            ("2021/JC-1.csv", b"one"),
            ("__MACOSX/2021/._JC-1.csv", b"litter"),
            ("__MACOSX/2021/JC-1.csv", b"litter"),
            ("2021/.hidden.csv", b"litter"),
            (".DS_Store", b"litter"),
            ("readme.txt", b"litter"),
            ("2021/JC-2.CSV", b"two"),
        )

        assert contents(drop) == [("2021/JC-1.csv", b"one"), ("2021/JC-2.CSV", b"two")]

    @pytest.mark.parametrize(
        ("files", "hint"),
        [
            ([], "holds no .csv file; it holds nothing"),
            ([("readme.txt", b"x")], "it holds readme.txt"),
            ([("2023/01.zip", b"x")], "upload the zips in it"),
            ([("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")], "Excel"),
        ],
    )
    def test_without_a_csv_is_refused(self, files: list[tuple[str, bytes]], hint: str) -> None:
        """The reason says what is in it instead."""
        with pytest.raises(UnreadableFileError, match=hint):
            contents(zipped(*files))

    def test_cut_off_is_refused(self) -> None:
        """The directory of a zip is at its end."""
        with pytest.raises(BrokenArchiveError, match=r"cannot be opened.*upload it again"):
            contents(zipped(("a.csv", TEXT))[:-30])

    def test_a_damaged_member_is_refused(self) -> None:
        """Found by its checksum, before a row of any member is published."""
        whole = zipped(("a.csv", b"fine"), ("b.csv", TEXT))
        damaged = bytearray(whole)
        damaged[whole.rindex(b"b.csv", 0, whole.index(b"PK\x01\x02")) + 60] ^= 0xFF

        with pytest.raises(BrokenArchiveError, match=r"b.csv in the zip breaks"):
            contents(bytes(damaged))

    def test_a_password_is_refused(self) -> None:
        """Nobody is there to type it."""
        locked = bytearray(zipped(("a.csv", b"x")))
        locked[locked.index(b"PK\x01\x02") + 8] |= 1

        with pytest.raises(UnreadableFileError, match="has a password"):
            contents(bytes(locked))

    def test_an_unknown_method_is_refused(self) -> None:
        """Python lacks Deflate64, which Windows uses for large files."""
        odd = bytearray(zipped(("a.csv", b"x")))
        odd[odd.index(b"PK\x01\x02") + 10] = 9
        odd[8] = 9

        with pytest.raises(UnreadableFileError, match="Zip it again"):
            contents(bytes(odd))


class TestWholeContent:
    def test_refuses_what_cannot_be_meant(self) -> None:
        """A feed is read whole, so its size must be limited."""
        assert whole_content(io.BytesIO(b"1234"), 4) == b"1234"
        with pytest.raises(UnreadableFileError, match="larger than 4 bytes"):
            whole_content(io.BytesIO(b"12345"), 4)


class TestTooLargeToUnpack:
    @pytest.mark.parametrize(
        "drop", [gzip.compress(TEXT), zipped(("a.csv", TEXT[:-9]), ("b.csv", TEXT[-9:]))]
    )
    def test_is_refused_before_it_is_read_to_its_end(self, drop: bytes) -> None:
        """The uploader learns at once, not through dead letters, and is told what to do instead."""
        with pytest.raises(UnreadableFileError, match=r"more than .*Upload it plain"):
            contents_of(source(drop), suffixes=(".csv",), limit_bytes=len(TEXT) - 1)

        assert contents_of(source(drop), suffixes=(".csv",), limit_bytes=len(TEXT)).members

    def test_a_plain_file_has_no_limit(self) -> None:
        """It can be read from any position."""
        assert contents_of(source(TEXT), suffixes=(".csv",), limit_bytes=1).members


class TestProven:
    @pytest.mark.parametrize(
        "drop", [gzip.compress(TEXT * 9), zipped(("a.csv", TEXT * 9), ("b.csv", TEXT))]
    )
    def test_is_not_read_through_again(self, drop: bytes) -> None:
        """Each part of a large drop would first decompress all of it."""

        class Counted(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                read.append(data := super().read(size))
                return data

        read: list[bytes] = []
        members = contents_of(lambda: Counted(drop), suffixes=(".csv",), is_proven=True).members
        assert len(b"".join(read)) < len(drop)

        with members[0].open() as stream:
            assert stream.read() == TEXT * 9
