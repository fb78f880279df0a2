"""The batch job's own code turns raw trip files into equivalent drops, in Spark."""

import csv
import gzip
import json
import shutil
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pyspark.sql import DataFrame, SparkSession

from bikeshare.drops import Lane
from bikeshare.local_times import LocalTimes
from bikeshare.trip_file import open_trip_file
from bikeshare.trip_members import trip_members
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import ReadTrips, read_trips
from bikeshare.trips import Trip
from glue_jobs.prepare_trips.preparing import prepare
from glue_jobs.prepare_trips.report import Report, UnbalancedError, check
from glue_jobs.prepare_trips.settings import Settings
from glue_jobs.prepare_trips.slices import HEADER, drops_of, news_of
from glue_jobs.prepare_trips.versions import needed_versions
from tests.support.availability import Availability, at, chunks, summary, trip
from tests.support.publication import HEADER as RAW_HEADER
from tests.support.publication import file_of, ride
from tests.support.truth import recompute

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ZONE = "America/New_York"


def trips(spark: SparkSession, *rows: Trip) -> DataFrame:
    """Trips as Spark holds them."""
    return spark.createDataFrame(rows, ", ".join(f"{name} string" for name in Trip._fields))


REPEATED = trip("A", "B", at(8), at(9), key="repeated")
BEATEN = trip("A", "B", at(8), at(9), key="mended")
VERSIONS = (
    *(REPEATED, REPEATED, REPEATED),
    trip("A", "B", at(8), at(9), key="closed"),
    trip("A", "", at(8), None, key="closed"),
    *(trip("A", "B", at(8), at(9, minute), key="later") for minute in (1, 2, 0)),
    *(trip("A", end, at(8), at(9), key="greater") for end in ("9", "B")),
    *(BEATEN, BEATEN, trip("A", "C", at(8), at(10), key="mended")),
)


@pytest.fixture(scope="module")
def kept(spark: SparkSession) -> dict[str, list[tuple[str, str, bool, int]]]:
    """The kept rows by key: where and when each ends, whether it wins, how many it stands for."""
    found: dict[str, list[tuple[str, str, bool, int]]] = defaultdict(list)
    for row in needed_versions(trips(spark, *VERSIONS)).collect():
        told = (row["end_station_id"], row["ended_at"][11:16], row["is_winner"], row["duplicates"])
        found[row["trip_key"]].append(told)
    return {key: sorted(rows) for key, rows in found.items()}


Kept = dict[str, list[tuple[str, str, bool, int]]]


class TestNeededVersions:
    def test_a_row_that_came_again_is_counted(self, kept: Kept) -> None:
        """Months overlap, and files are copied."""
        assert kept["repeated"] == [("B", "09:00", True, 2)]

    def test_an_open_trip_is_closed_by_its_later_row(self, kept: Kept) -> None:
        """Whichever of two months has which."""
        assert kept["closed"] == [("B", "09:00", True, 1)]

    def test_the_later_end_wins_then_the_greater_station(self, kept: Kept) -> None:
        """T1; as text, `B` beats `9`."""
        assert kept["later"] == [("B", "09:02", True, 2)]
        assert kept["greater"][-1] == ("B", "09:00", True, 0)

    def test_a_beaten_version_that_names_a_station_stays(self, kept: Kept) -> None:
        """T9 reads names and places from every row, so the station would be lost with it."""
        assert kept["greater"][0] == ("9", "09:00", False, 0)
        assert kept["mended"] == [("B", "09:00", False, 0), ("C", "10:00", True, 1)]


NAMES = ('8 Ave, "W" side', "=1+1", "São João", "'", '"')
NEWS = (
    trip("A", "B", at(8, 59), at(9, 1), key="long", bike="7"),
    trip("A", "B", at(9, 5), at(9, 6), key="short"),
    trip("A", "", at(8, 30), None, key="open"),
    *(trip("A", "B", at(10), at(11, 24 - minute), key=f"R{minute:02}") for minute in range(25)),
    *(trip("A", "B", at(12), at(12, n), key=str(n), start_name=x) for n, x in enumerate(NAMES)),
)
Drops = dict[tuple[str, int], list[list[str]]]


def drops(spark: SparkSession, *, open_rows: bool) -> Drops:
    """Return the rows of each drop, by its hour and its number."""
    versions = needed_versions(trips(spark, *NEWS))
    news = news_of(versions, slice_s=3600, open_rows=open_rows)
    return {
        (drop["slice"][9:11], drop["number"]): list(csv.reader(drop["rows"].split("\n")))
        for drop in drops_of(news, rows_per_drop=10).collect()
    }


@pytest.fixture(scope="module")
def whole(spark: SparkSession) -> Drops:
    """Each ride written once."""
    return drops(spark, open_rows=False)


@pytest.fixture(scope="module")
def twice(spark: SparkSession) -> Drops:
    """Each ride written twice."""
    return drops(spark, open_rows=True)


class TestDropsOf:
    def test_a_ride_is_news_when_it_ends(self, whole: Drops) -> None:
        """A drop reports nothing that had not happened by its end."""
        assert [row[0] for row in whole["08", 0]] == ["open"]
        assert [row[0] for row in whole["09", 0]] == ["long", "short"]
        assert "10" not in {hour for hour, _ in whole}

    def test_open_rows_tell_of_a_ride_twice(self, twice: Drops) -> None:
        """Open when it starts, without what is known only later; but not within one slice."""
        opened, begun = twice["08", 0]
        assert opened[0] == "open"
        assert begun[:6] == ["long", "7", "2019-07-01T08:59:00.000000Z", "", "Station A", "A"]
        assert begun[6:] == ["", "", "40.7", "-74.0", "", ""]
        assert [row[0] for row in twice["09", 0]] == ["long", "short"]

    def test_rows_stand_in_the_order_of_their_news(self, whole: Drops) -> None:
        """And too many of them make a second drop of the slice."""
        keys = [f"R{minute:02}" for minute in reversed(range(25))]

        assert [row[0] for row in whole["11", 0]] == keys[:10]
        assert [row[0] for row in whole["11", 2]] == keys[20:]

    def test_texts_are_quoted_where_csv_asks_for_it(self, whole: Drops) -> None:
        """A comma, a quote, a formula, another script: all come back unchanged."""
        assert tuple(row[4] for row in whole["12", 0]) == NAMES


class Prepared:
    """A run over some files, into its own folder."""

    def __init__(self, spark: SparkSession, folder: Path, *urls: Path, **given: str) -> None:
        arguments = {
            "inputs": ",".join(path.as_uri() + "/" * path.is_dir() for path in urls),
            "output": folder.as_uri(),
            "lane": "backfill",
            "slice": "1d",
            "time_zone": ZONE,
            **given,
        }
        pairs = [part for name, value in arguments.items() for part in (f"--{name}", value)]
        self.folder = folder
        settings = Settings.from_arguments(pairs, now=NOW)
        self.report: Report = prepare(spark, settings, lambda _: None)

    @property
    def drops(self) -> list[Path]:
        """The drops in listing order."""
        return sorted((self.folder / "backfill").rglob("*.csv.gz"))

    def content(self) -> dict[str, bytes]:
        """Every byte that was written."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}

    def rows(self) -> list[list[str]]:
        """The rows of all drops, in order."""
        texts = [gzip.decompress(path.read_bytes()).decode() for path in self.drops]
        assert {text.partition("\n")[0] for text in texts} <= {HEADER}
        return [row for text in texts for row in list(csv.reader(text.splitlines()))[1:]]

    def refused(self) -> list[dict[str, str]]:
        """The rows that were set aside."""
        [file] = (self.folder / "rejected").rglob("*.csv")
        with file.open(newline="") as text:
            return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files with everything that happens to files."""
    folder = tmp_path_factory.mktemp("raw")
    january = [ride(number, ended="23:20:00") for number in range(60)]
    january[7] = ride(7).replace("2021-02-03 23:18:28", "").replace("Christ Hospital,JC034", ",")
    january[20] = ride(20, name='"Grove,\nSt ""PATH"""')
    january[30] = ride(30, name="x" * 10_000_000)
    (folder / "a.csv").write_bytes(b"\xef\xbb\xbf" + file_of(*january).replace(b"\n", b"\r\n"))
    february = [ride(number, ended="23:20:00") for number in (5, 4, 3, 61)]
    moved = ride(4, ended="23:40:00").replace("JC034", "JC099")
    night = ride(62).replace("2021-02-03 23:11:28", "2021-11-07 01:50:00")
    night = night.replace("2021-02-03 23:18:28", "2021-11-07 01:10:00")
    spring = ride(63).replace("2021-02-03 23:11:28", "2021-03-14 01:59:00")
    spring = spring.replace("2021-02-03 23:18:28", "2021-03-14 02:30:00")
    closing = ride(7, ended="23:59:00")
    (folder / "b.csv.gz").write_bytes(
        gzip.compress(file_of(*february, moved, closing, night, spring, "1,2"))
    )
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("month/one.csv", file_of(ride(70), ride(71)))
        archive.writestr("month/two.csv", file_of(ride(71), "1,2"))
        archive.writestr("__MACOSX/month/._one.csv", b"\x00")
        archive.writestr("readme.csv", b"what,is,this\n")
    (folder / "cut.csv.gz").write_bytes(gzip.compress(file_of(*january))[:-9])
    (folder / "empty.csv").write_bytes(b"")
    (folder / "header.csv").write_bytes(file_of())
    (folder / "odd.csv").write_bytes(RAW_HEADER.replace("ride_id", "rideid2").encode() + b"\n1\n")
    london = (
        "Rental Id,Duration,Bike Id,End Date,EndStation Id,EndStation Name,Start Date,"
        "StartStation Id,StartStation Name\n"
        "94113398,960,6800,07/01/2020 14:07,541,“Green” Park,07/01/2020 13:51,164,Café\n"
    )
    (folder / "london.csv").write_bytes(london.encode("windows-1252"))
    return folder


@pytest.fixture(scope="module")
def prepared(spark: SparkSession, raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """One run over all of them, with the large one split."""
    return Prepared(spark, tmp_path_factory.mktemp("out"), raw, part_mib="1")


class TestPrepare:
    def test_every_row_is_accounted_for(self, prepared: Prepared) -> None:
        """Every row read is written, a duplicate or refused, for all files together."""
        report = prepared.report
        assert report.rows_read == 60 + 9 + 4 + 1
        assert report.refused == {"line_too_long": 1, "wrong_columns": 2}
        assert report.rows_duplicate == 4 + 1
        assert report.rows_written == len(prepared.rows()) == 74 - 3 - 5
        assert report.beaten_rows == 1
        by_name = {file.file: file for file in report.files}
        assert [name for name, file in by_name.items() if file.is_refused] == [
            "cut.csv.gz",
            "empty.csv",
            "odd.csv",
        ]
        assert "nearest is lyft-2020" in (by_name["odd.csv"].reason or "")
        assert "readme.csv" in (by_name["c.zip"].reason or "")
        assert by_name["london.csv"].formats == ("tfl-2012",)

    def test_refused_rows_are_kept_with_their_lines(self, prepared: Prepared) -> None:
        """As publishing keeps them: by file, line and reason, with their original text."""
        found = [(row["member"], row["line"], row["reason"]) for row in prepared.refused()]

        assert found == [
            ("a.csv", "33", "line_too_long"),
            ("b.csv.gz", "10", "wrong_columns"),
            ("c.zip/month/two.csv", "3", "wrong_columns"),
        ]
        assert prepared.refused()[1]["row"] == "1,2"

    def test_keys_are_kept_and_listing_order_is_time_order(self, prepared: Prepared) -> None:
        """A trip that came raw before, or comes raw later, is the same trip."""
        rows = prepared.rows()
        news = [row[3] or row[2] for row in rows]

        assert news == sorted(news)
        assert {row[0] for row in rows} >= {"R7", "R62", "94113398"}
        [seven] = [row for row in rows if row[0] == "R7"]
        assert seven[2:4] == ["2021-02-04T04:11:28.000000Z", "2021-02-04T04:59:00.000000Z"]
        [night] = [row for row in rows if row[0] == "R62"]
        assert night[2:4] == ["2021-11-07T05:50:00.000000Z", "2021-11-07T06:10:00.000000Z"]
        assert [rows[0][4], rows[0][6]] == ["Café", "“Green” Park"]

    def test_again_writes_the_same_keys_and_bytes(
        self, spark: SparkSession, raw: Path, prepared: Prepared, tmp_path: Path
    ) -> None:
        """Even elsewhere, cut differently, and with the files in another folder."""
        before = prepared.content()
        shutil.copytree(raw, tmp_path / "copy")

        again = Prepared(spark, prepared.folder, raw)
        elsewhere = Prepared(spark, tmp_path / "out", tmp_path / "copy")

        assert again.report.drops_unchanged == again.report.drops > 0
        assert prepared.content() == before
        theirs, ours = elsewhere.folder.as_uri().encode(), prepared.folder.as_uri().encode()
        moved = {name: text.replace(theirs, ours) for name, text in elsewhere.content().items()}
        assert moved == before

    def test_publishing_the_raw_files_afterwards_changes_nothing(
        self, raw: Path, prepared: Prepared, availability: Availability
    ) -> None:
        """The drops are equivalent to the files: every row of the state stays as it was."""
        for number, path in enumerate(prepared.drops):
            apply_file(availability, path, drop=f"prepared{number}")
        state = state_of(availability)
        assert len(state["station"]) == 5

        for path in sorted(raw.iterdir()):
            if path.name not in ("cut.csv.gz", "empty.csv", "odd.csv"):
                apply_file(availability, path, drop=path.name)

        assert state_of(availability) == state
        accounts = [availability.drop(name) for name in ("a.csv", "b.csv.gz", "c.zip")]
        assert [account["rows_applied"] for account in accounts] == [0, 0, 0]


def trips_in(path: Path) -> Iterator[Trip]:
    """Yield what the publisher would send for a file."""
    for member in trip_members(lambda: path.open("rb"))[0]:
        with member.open() as stream:
            file = open_trip_file(stream)
            times = LocalTimes(ZoneInfo(ZONE), file.layout.format.date_order)
            for read in read_trips(file, TripReader(file.layout, times, received_at=NOW)):
                if isinstance(read, ReadTrips):
                    yield from read.trips


def apply_file(availability: Availability, path: Path, *, drop: str) -> None:
    """Publish a file into the database by the streaming job's own path."""
    rows: Sequence[Trip] = list(trips_in(path))
    if rows:
        of_drop = f'"drop_id":"{drop}"'.encode()
        records = [
            (topic, value.replace(b'"drop_id":"drop"', of_drop))
            for topic, value in chunks(rows, 200)
        ]
        availability.apply(*records, summary(len(rows), drop=drop))


def state_of(availability: Availability) -> dict[str, list[dict[str, Any]]]:
    """Return all that follows from the set of rows, without what counts how often they came."""
    ordered = {
        "station": "station_id",
        "station_status": "station_id",
        "station_alias": "alias",
        "station_day_flow": "alias, day",
        "trip": "trip_key",
        "bike": "bike_id",
        "bike_move": "trip_key",
        "system_state": "trips",
    }
    found = {
        table: availability.rows(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608 - constants
        for table, order in ordered.items()
    }
    for row in [*found["station_status"], *found["system_state"]]:
        del row["version"]
    return found


class TestRealFiles:
    def test_real_files_are_worth_the_same(
        self, spark: SparkSession, data: Path, tmp_path: Path
    ) -> None:
        """Two eras, a copy, a re-save and a broken gzip, checked against the recomputation."""
        months = data / "citibike_jc"
        files = [
            months / "JC-201703-citibike-tripdata.csv.gz",
            months / "JC-202102-citibike-tripdata.csv",
            months / "resaved" / "JC-20162-citibike-tripdata.csv",
        ]
        folder = tmp_path / "raw"
        folder.mkdir()
        for file in files:
            shutil.copy(file, folder)
        shutil.copy(files[1], folder / "again.csv")
        (folder / "cut.csv.gz").write_bytes(files[0].read_bytes()[:100_000])

        prepared = Prepared(spark, tmp_path / "out", folder, open_rows="true")

        whole = recompute(files, received_at=NOW)
        sliced = recompute(prepared.drops, received_at=NOW)
        assert sliced.stations == whole.stations
        assert (sliced.trips, sliced.event_clock) == (whole.trips, whole.event_clock)
        report = prepared.report
        again = whole.files[1]
        assert report.rows_read == sum(file.rows_read for file in whole.files) + again.rows_read
        assert report.rows_duplicate >= again.rows_published
        told = sum(file.rows_read for file in sliced.files)
        assert told == report.rows_written + report.open_rows
        assert 0 < report.open_rows < report.rows_written


class TestCheck:
    def test_a_row_that_is_missing_is_an_error(self, prepared: Prepared) -> None:
        """Rows are counted at both ends of Spark, so that a lost row cannot go unnoticed."""
        check(prepared.report, refused_written=3)
        with pytest.raises(UnbalancedError, match="74 rows were read"):
            check(prepared.report, refused_written=2)


class TestReport:
    def test_it_is_kept_beside_the_drops(self, prepared: Prepared) -> None:
        """But in no lane, where it would be taken for a drop."""
        [kept] = (prepared.folder / "reports").rglob("*.json")
        report = json.loads(kept.read_text())
        assert report["rows_read"] == 74
        assert report["folder"].endswith(f"backfill/{report['run']}")
        assert Lane.BACKFILL.prefix in report["folder"]
