"""The product and the outside recomputation read the same out of files as nasty as files get."""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bikeshare.formats.america import BAY_AREA_2013, CAPITAL_2010, DIVVY_2013
from bikeshare.formats.citibike import WITH_BIKE_IDS, WITH_RIDE_IDS
from bikeshare.trips import Trip
from bikeshare.utc import utc_text
from tests.support.fakes import FakeStore
from tests.support.publication import Publication
from tests.support.truth_trips import Stop, TripRow, read_trip_file

RECEIVED_AT: Final = datetime(2021, 3, 1, 12, tzinfo=UTC)
KEY: Final = "live/a b+c/\u00fc%20.csv"
# What truth_trips reads: the formats that design.md names.
HEADERS: Final = (
    WITH_BIKE_IDS.header,
    WITH_RIDE_IDS.header,
    DIVVY_2013.header,
    CAPITAL_2010.header,
    BAY_AREA_2013.header,
)

TIMES = st.sampled_from(
    [
        "2021-02-03 23:11:28",
        "2021-02-03T23:11:28",
        "2021-02-03 23:11:28.5",
        "2/3/2021 23:11",
        "2021-02-03 23:11:28.7110",
        "2021-02-03 23:11:28.1234567",
        "2/3/21 9:11",
        "02/03/2021 09:11",
        "2021-02-03 23:11:28+00:00",
        "2021-02-03 23:11:28 -0500",
        "2021-02-04T04:11:28Z",
        "2/3/2021 11:11:28 PM",
        "2/3/2021 12:00:00 AM",
        "2/3/2021 12:30 pm",
        "13:00:00 PM",
        "2020-11-01 00:59:59",
        "2020-11-01 01:00:00",
        "2020-11-01 01:30:00",
        "2020-11-01 01:50",
        "2020-11-01 01:10:00",
        "2020-11-01 02:00:00",
        "2020-03-08 01:59:59",
        "2020-03-08 02:00:00",
        "2020-03-08 02:30:00",
        "2020-03-08 03:10:00",
        "3/8/2020 2:45",
        "11/1/2020 1:20",
        "2021-03-02 06:59:59",
        "2021-03-02 07:00:00",
        "2021-03-02 07:00:01",
        "2031-01-01 00:00:00",
        "1900-01-01 00:00:00",
        "1899-12-30 00:00",
        "2021-02-29 00:00:00",
        "13/1/2021 0:00",
        "2021-02-03",
        "23:11:28",
        "yesterday",
        "0",
        "",
        "NULL",
        "\\N",
        " 2021-02-03 23:11:28 ",
        "2021-02-03 24:00:00",
        "2021-02-03 23:60:00",
    ]
) | st.datetimes(datetime(2020, 10, 31), datetime(2020, 11, 2)).map(str)  # noqa: DTZ001 - local
IDS = st.sampled_from(
    ["", "NULL", "\\N", "3186", "JC005", "8358.10", "8358.1", "001059", " 72 ", "1,317", "\u00e9"]
)
NAMES = st.sampled_from(
    ["", "W 52 St & 11 Ave", "8th, at H", 'The "Loop"', "two\nlines", "Caf\u00e9 \U0001f6b2", " x "]
)
NUMBERS = st.sampled_from(
    [
        "",
        "0",
        "0.0",
        "40.7162469",
        "-74.0334588",
        "91",
        "-181",
        "NULL",
        "north",
        "40.71958611647166",
    ]
)
OTHER = st.sampled_from(["", "Subscriber", "1,940.0", "a\nb", '"', "NULL"])


def values_of(name: str) -> st.SearchStrategy[str]:
    """Generate what may appear in a column of this name."""
    name = name.lower()
    if "duration" in name or "type" in name:
        return OTHER
    if "lat" in name or "lng" in name or "lon" in name:
        return NUMBERS
    if "time" in name or "date" in name or name.endswith("_at"):
        return TIMES
    if name.endswith(("id", "number", "terminal", "#")):
        return IDS
    return NAMES if "station" in name else OTHER


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Generate a file of one known format, spoilt in several of the ways in which files are."""
    names = draw(st.sampled_from(HEADERS)).split(",")
    rows = draw(st.lists(st.tuples(*map(values_of, names)), min_size=1, max_size=12))
    if draw(st.booleans()):
        names = [*names, "note"]
        rows = [(*row, draw(OTHER)) for row in rows]
    order = draw(st.permutations(range(len(names)))) if draw(st.booleans()) else range(len(names))
    quote_all, line_end = draw(st.booleans()), draw(st.sampled_from(["\n", "\r\n"]))
    spelt = draw(st.sampled_from([str, str.upper, str.title, lambda name: f" {name} "]))
    header = written([spelt(names[column]) for column in order], quote_all=quote_all)
    lines = [written([row[column] for column in order], quote_all=quote_all) for row in rows]
    for spoil in draw(st.lists(st.sampled_from(SPOILS), max_size=3)):
        at = draw(st.integers(0, len(lines) - 1))
        lines[at : at + 1] = spoil(lines[at], header)
    text = line_end.join([header, *lines]) + draw(st.sampled_from(["", line_end]))
    content = text.encode("utf-8", "surrogateescape")
    if draw(st.booleans()):
        content = content[: -draw(st.integers(1, 60))]
    return b"\xef\xbb\xbf" + content if draw(st.booleans()) else content


def written(fields: Iterable[str], *, quote_all: bool) -> str:
    """Write one row of CSV."""
    return ",".join(
        '"' + field.replace('"', '""') + '"' if quote_all or set(field) & set('",\n') else field
        for field in fields
    )


SPOILS: Final[Sequence[Callable[[str, str], list[str]]]] = (
    lambda line, _: [line, line],
    lambda line, _: ["", line, ""],
    lambda line, _: [line, "   "],
    lambda line, header: [line, header],
    lambda line, _: [f"{line},"],
    lambda line, _: [line, "," * line.count(",")],
    lambda line, _: [line if '"' in line else line.rpartition(",")[0]],
    lambda line, _: [f"{line[:1]}\udce9{line[1:]}" if line[:1] == '"' else f"\udce9{line}"],
)


def gzipped_twice(content: bytes) -> bytes:
    """Return a gzip of several members, as `cat` makes them."""
    middle = len(content) // 2
    return gzip.compress(content[:middle]) + gzip.compress(content[middle:])


def zipped(content: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip with nested folders and what Finder adds."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.mkdir("2021")
        with archive.open("2021/january/Trips.CSV", "w", force_zip64=True) as member:
            member.write(content)
        archive.writestr("__MACOSX/2021/january/._Trips.CSV", b"\x00\x05\x16\x07")
        archive.writestr("2021/.DS_Store", b"\x00\x00\x00\x01Bud1")
    return packed.getvalue()


# After its closing quote, the second line of the first row has as many columns as a row.
CLOSED_IN_A_LINE_OF_A_ROW_S_LENGTH: Final = (
    b"Duration,Member type,End date,Start station number,Start station,End station number,"
    b"End station,Bike number,Start date\n"
    b',"a\nb",2021-02-03 23:11:28,,,,,,2021-02-03 23:11:28,\n'
    b",,2021-02-03 23:11:28,,,,,,2021-02-03 23:11:28"
)
PACKINGS: Final = (bytes, gzip.compress, gzipped_twice, zipped)


def trip_of(row: TripRow) -> tuple[object, ...]:
    """Return what the recomputation read, as texts in the form of the wire."""
    ended = utc_text(row.ended_at) if row.ended_at else ""
    return (row.bike_id or "", utc_text(row.started_at), ended, *ends(row.start), *ends(row.end))


def ends(stop: Stop) -> tuple[object, ...]:
    """Return one end of a trip."""
    name = " ".join((stop.name or "").split("\n"))
    return (stop.station_id or "", name, *(stop.place or ("", "")))


def wired(trip: Trip) -> tuple[object, ...]:
    """Return what the product sent, with positions as numbers."""
    numbers = {
        name: float(text) if (text := getattr(trip, name)) else ""
        for name in ("start_lat", "start_lon", "end_lat", "end_lon")
    }
    return tuple(trip._replace(**numbers)[1:])


class TestNastyFiles:
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(content=files(), packed=st.sampled_from(PACKINGS))
    @example(content=CLOSED_IN_A_LINE_OF_A_ROW_S_LENGTH, packed=bytes)
    def test_both_read_the_same(
        self, tmp_path: Path, content: bytes, packed: Callable[[bytes], bytes]
    ) -> None:
        """What was accepted, what each row says, and how many were set aside."""
        path = tmp_path / "trips"
        path.write_bytes(packed(content))
        truth = read_trip_file(path, received_at=RECEIVED_AT, zone=ZoneInfo("America/New_York"))

        store = FakeStore(received_at=RECEIVED_AT)
        publication = Publication(path.read_bytes(), key=KEY, store=store)
        summary = publication.run()

        assert list(map(wired, publication.sender.trips())) == list(map(trip_of, truth.rows))
        assert summary.rows_read == truth.rows_read
        assert summary.rows_rejected == truth.rejected.total()
        keys = [trip.trip_key for trip in publication.sender.trips()]
        assert same_partition(keys, [row.key for row in truth.rows])


def same_partition(some: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether two lists of keys agree on which rows are one trip (T1)."""
    return [some.index(key) for key in some] == [others.index(key) for key in others]
