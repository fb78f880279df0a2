import csv
import gzip
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bikeshare.errors import UnknownHeaderError, UnreadableFileError
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.local_times import LocalTimes
from bikeshare.trip_file import TripFile, open_trip_file
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import RejectedRow, read_trips
from bikeshare.trips import Trip

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
ARRIVED = datetime(2026, 1, 1, tzinfo=UTC)

DOCUMENTED = Path(__file__).parents[3] / "docs" / "formats.md"
RECORDED = Path(__file__).parents[2] / "support" / "recorded_trips"


def recorded() -> list[tuple[str, str, str, Trip]]:
    """
    One row of each variant, and the trip it makes on its own city's clock.

    Rows are quoted from a file where one was at hand, else put together from published values.
    """
    with (RECORDED / "expected.csv").open(encoding="utf-8", newline="") as expected:
        rows = csv.reader(expected)
        next(rows)
        return [(file, known, zone, Trip._make(trip)) for file, known, zone, *trip in rows]


def read_all(file: TripFile, zone: str) -> tuple[list[Trip], Counter[str]]:
    """Return every trip of a file, and how many rows were set aside for what reason."""
    times = LocalTimes(ZoneInfo(zone), file.layout.format.date_order)
    reader = TripReader(file.layout, times, received_at=ARRIVED)
    trips: list[Trip] = []
    rejected: Counter[str] = Counter()
    for read in read_trips(file, reader):
        if isinstance(read, RejectedRow):
            rejected[str(read.error.reason)] += 1
        else:
            trips += read.trips
    return trips, rejected


def lines_of(file: TripFile) -> list[int]:
    """Return where each row of a file starts."""
    return [line for line, _, _ in file.rows()]


class TestOpenTripFile:
    @pytest.mark.parametrize(("name", "known", "zone", "trip"), recorded())
    def test_reads_a_row_of_every_variant(
        self, name: str, known: str, zone: str, trip: Trip
    ) -> None:
        """A format is known when a row of it becomes exactly the trip it stands for."""
        file = open_trip_file(io.BytesIO((RECORDED / name).read_bytes()))
        trips, rejected = read_all(file, zone)
        if trip.trip_key == "row:":
            trip = trip._replace(trip_key=trips[0].trip_key)

        assert (file.layout.format.name, trips, rejected) == (known, [trip], Counter())

    def test_every_format_has_a_recorded_row(self) -> None:
        """An entry with which no row was ever read is a guess."""
        recorded_formats = {known for _, known, _, _ in recorded()}

        assert {known.name for known in KNOWN_FORMATS} == recorded_formats

    def test_docs_show_every_variant(self) -> None:
        """docs/formats.md lists the known spellings, and each of them was read."""
        shown = re.findall(r"^\| .+ \| `(.+)` \| `(.+)` \|$", DOCUMENTED.read_text(), re.MULTILINE)

        assert sorted(shown) == sorted((known, name) for name, known, _, _ in recorded())

    def test_rows_of_commas_are_set_aside_one_by_one(self) -> None:
        """London's files end in some; each has enough columns, and no start time."""
        content = (RECORDED / "tfl-2012-seconds.csv").read_bytes() + b",,,,,,,,\n,,,,,,,,\n"
        trips, rejected = read_all(open_trip_file(io.BytesIO(content)), "Europe/London")

        assert (len(trips), rejected) == (1, Counter({"no_start_time": 2}))

    def test_a_line_for_excel_does_not_hide_the_header(self) -> None:
        """Some spreadsheets write the separator they used on a line above everything else."""
        content = b"sep=;\r\nStart station;Start time;End station;End time\r\n1;2;3;4\r\n"

        assert lines_of(open_trip_file(io.BytesIO(content))) == [3]

    def test_a_line_that_is_no_object_costs_only_itself(self) -> None:
        """Madrid's files had some, as people who read them with Spark report."""
        content = (RECORDED / "bicimad-2017.csv").read_bytes()
        broken = content + b'{"_id": {"$oid": \n\n[1]\n\xff\n' + content
        trips, rejected = read_all(open_trip_file(io.BytesIO(broken)), "Europe/Madrid")

        assert len(trips) == 2
        assert rejected == Counter({"not_an_object": 2, "bad_encoding": 1})

    def test_blank_lines_before_the_header_do_not_hide_it(self) -> None:
        """Line numbers count them, as a person's editor does."""
        header = "Start station,Start time,End station,End time"
        file = open_trip_file(io.BytesIO(f"\n \n{header}\n1,2,3,4".encode()))

        assert lines_of(file) == [4]

    def test_a_file_of_a_header_alone_has_no_rows(self) -> None:
        """A quiet hour is not an error."""
        file = open_trip_file(io.BytesIO(b"Start station,Start time,End station,End time"))

        assert list(file.rows()) == []

    @pytest.mark.parametrize("content", [b"\n\n", b" \r\n"])
    def test_blank_lines_alone_are_refused(self, content: bytes) -> None:
        """There is nothing to recognise."""
        with pytest.raises(UnreadableFileError, match="blank lines only"):
            open_trip_file(io.BytesIO(content))

    @pytest.mark.parametrize("header", ["a\rb,c", "x" * 200_000 + ',"y'])
    def test_a_header_that_no_csv_reader_takes_is_refused(self, header: str) -> None:
        """An error of Python's reader would be retried forever."""
        with pytest.raises(UnknownHeaderError, match="not the header"):
            open_trip_file(io.BytesIO(f"{header}\n1,2\n".encode()))

    def test_a_header_in_another_encoding_is_still_refused_by_name(self) -> None:
        """The refusal shows the header instead of failing on one of its letters."""
        with pytest.raises(UnknownHeaderError, match="Gen"):
            open_trip_file(io.BytesIO(b"G\xe9nero,Genre\n"))


def published_files() -> Iterator[tuple[str, str, int, dict[str, int]]]:
    """Real files, the clock of their city, and what the outside description says is in them."""
    new_york = "America/New_York"
    late = "end_before_start"
    yield "citibike_jc/JC-201509-citibike-tripdata.csv", new_york, 6668, {}
    yield "citibike_jc/JC-20161-citibike-tripdata.csv", new_york, 7479, {}
    yield "citibike_jc/JC-201703-citibike-tripdata.csv.gz", new_york, 12201, {}
    yield "citibike_jc/JC-201704-citibike-tripdata.csv.gz", new_york, 21186, {}
    yield "citibike_jc/JC-201901-citibike-tripdata.csv.gz", new_york, 19676, {}
    yield "citibike_jc/JC-202101-citibike-tripdata.csv.gz", new_york, 11624, {}
    yield "citibike_jc/JC-202102-citibike-tripdata.csv", new_york, 4881, {late: 4}
    yield "citibike_jc/JC-202103-citibike-tripdata.csv.gz", new_york, 17123, {late: 9}
    yield "citibike_jc/resaved/JC-20162-citibike-tripdata.csv", new_york, 8250, {}
    yield "babs/201309_trip_data_20130829-20130905.csv", "America/Los_Angeles", 5349, {}
    yield "boston/201501-hubway-tripdata.csv", new_york, 7840, {}
    yield "boston/samples/201805-bluebikes-tripdata.csv", new_york, 5, {}
    yield "boston/samples/202301-bluebikes-tripdata.csv", new_york, 5, {}
    yield "boston/samples/202401-bluebikes-tripdata.csv", new_york, 6, {}
    yield "divvy/202101-divvy-tripdata.zip", "America/Chicago", 96834, {late: 2}
    yield (
        "capitalbikeshare/202101-capitalbikeshare-tripdata.zip",
        new_york,
        100070,
        {late: 6},
    )


def content_of(path: Path) -> bytes:
    """Return the CSV in a published file."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.namelist()[0])
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


class TestPublishedFiles:
    @pytest.mark.parametrize(("name", "zone", "rows", "bad"), list(published_files()))
    def test_every_row_is_accounted_for(
        self, name: str, zone: str, rows: int, bad: dict[str, int]
    ) -> None:
        """The counts are those of the files' own description, made by someone else."""
        path = DATA / name
        if not path.exists():
            pytest.skip(f"the development data ({name}) is not on this machine")

        trips, rejected = read_all(open_trip_file(io.BytesIO(content_of(path))), zone)

        assert len(trips) + rejected.total() == rows
        assert dict(rejected) == bad
        assert len({trip.trip_key for trip in trips}) == len(trips)
        assert all(trip.started_at <= (trip.ended_at or "~") for trip in trips)


class TestHeader:
    def test_is_the_line_as_it_was_written(self) -> None:
        """Fixed rows go below the very header they came with, including its byte-order mark."""
        content = (RECORDED / "tfl-2012-marked.csv").read_bytes()
        file = open_trip_file(
            io.BytesIO(b"\xef\xbb\xbf\r\n" + content.removeprefix(b"\xef\xbb\xbf"))
        )

        assert (file.header[0], file.layout.encoding) == ("\ufeff", "utf-8")
        assert file.header[1:].encode() == content.splitlines()[0].removeprefix(b"\xef\xbb\xbf")

    @pytest.mark.parametrize(
        ("name", "encoding"), [("tashu-2013.csv", "euc-kr"), ("tfl-2012.csv", "windows-1252")]
    )
    def test_is_in_the_encoding_of_its_rows(self, name: str, encoding: str) -> None:
        """The fixed rows must be read as the file they came from was."""
        file = open_trip_file(io.BytesIO((RECORDED / name).read_bytes()))

        assert file.layout.encoding == encoding
        assert file.header == file.layout.format.header

    def test_a_file_in_utf_8_shows_it_in_its_header(self) -> None:
        """Daejeon's files are re-saved by everyone who works with them."""
        content = (RECORDED / "tashu-2013.csv").read_bytes().decode("euc-kr").encode()

        assert open_trip_file(io.BytesIO(content)).layout.encoding == "utf-8"

    def test_lines_of_json_have_none(self) -> None:
        """There is nothing above them."""
        file = open_trip_file(io.BytesIO((RECORDED / "bicimad-2017.csv").read_bytes()))

        assert file.header == ""
