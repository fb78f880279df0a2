import gzip
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.overrides import chosen_formats
from bikeshare.lines import MAX_LINE_BYTES
from local_stack.errors import UsageError
from local_stack.replay import Slice, slices
from local_stack.sample_day import write_sample_day
from tests.support.truth import recompute

RECORDED = Path(__file__).parents[2] / "support" / "recorded_trips"
CSV_FILES = [
    path
    for path in sorted(RECORDED.glob("*.csv"))
    if path.name != "expected.csv" and not path.read_bytes().startswith(b"{")
]
DATA = Path(__file__).parents[4] / "shared" / "data"
WITH_BIKES = (
    "tripduration,starttime,stoptime,start station id,start station name,start station latitude,"
    "start station longitude,end station id,end station name,end station latitude,"
    "end station longitude,bikeid,usertype,birth year,gender"
)
WITH_RIDES = (
    "ride_id,rideable_type,started_at,ended_at,start_station_name,start_station_id,"
    "end_station_name,end_station_id,start_lat,start_lng,end_lat,end_lng,member_casual"
)
RIDE = (
    "R1,docked_bike,2021-02-03 23:11:28,2021-02-03 23:48:28,Hoboken Ave,JC105,"
    "Christ Hospital,JC034,40.735,-74.046,40.734,-74.050,member"
)
RIDE_AT_START = "R1,docked_bike,2021-02-03 23:11:28,,Hoboken Ave,JC105,,,40.735,-74.046,,,member"


def cut(folder: Path, *lines: str | bytes, every_s: int = 600) -> list[Slice]:
    """Cut a file of these lines."""
    path = folder / "trips.csv"
    path.write_bytes(b"\n".join(one.encode() if isinstance(one, str) else one for one in lines))
    return list(slices([path], every=timedelta(seconds=every_s)))


def assert_same_state(folder: Path, whole: list[Path], parts: list[Slice], time_zone: str) -> None:
    """Compare the state after all slices with that after the files themselves."""
    paths = []
    for number, part in enumerate(parts):
        paths.append(folder / f"{number}.csv")
        paths[-1].write_bytes(part.rows)
    received_at = datetime(2026, 1, 1, tzinfo=UTC)
    expected = recompute(whole, received_at=received_at, time_zone=time_zone)
    found = recompute(paths, received_at=received_at, time_zone=time_zone)
    assert found.stations == expected.stations
    assert (found.trips, found.event_clock) == (expected.trips, expected.event_clock)


class TestSlices:
    """What a replay uploads, and when."""

    def test_a_trip_is_news_at_its_start_and_at_its_end(self, tmp_path: Path) -> None:
        """The bike leaves the map when it departs, not when its trip is published."""
        first, second = cut(tmp_path, WITH_RIDES, RIDE)

        assert first.rows.decode().splitlines() == [WITH_RIDES, RIDE_AT_START]
        assert first.closes_at == datetime(2021, 2, 4, 4, 20, tzinfo=UTC)
        assert second.rows.decode().splitlines() == [WITH_RIDES, RIDE]
        assert second.closes_at == datetime(2021, 2, 4, 4, 50, tzinfo=UTC)

    def test_a_trip_within_one_slice_comes_once(self, tmp_path: Path) -> None:
        """Its departure and arrival show at the same moment anyway."""
        (only,) = cut(tmp_path, WITH_RIDES, RIDE, every_s=3600)

        assert only.rows.decode().splitlines() == [WITH_RIDES, RIDE]

    def test_an_open_trip_comes_at_its_start(self, tmp_path: Path) -> None:
        """Its end is not known yet."""
        (only,) = cut(tmp_path, WITH_RIDES, RIDE_AT_START)

        assert only.rows.decode().splitlines() == [WITH_RIDES, RIDE_AT_START]

    def test_nobody_knows_the_duration_at_the_start(self, tmp_path: Path) -> None:
        """An open row holds nothing of the future."""
        times = '"2019-01-01 03:09:09.7110","2019-01-01 03:24:09.0000"'
        row = f'900,{times},1,"A",1,2,3,"B",3,4,5,"S",1993,1'
        first, _ = cut(tmp_path, WITH_BIKES, row)

        assert first.rows.decode().splitlines()[1] == (
            ",2019-01-01 03:09:09.7110,,1,A,1,2,,,,,5,S,1993,1"
        )

    def test_rows_are_in_the_order_of_time(self, tmp_path: Path) -> None:
        """Published files are not, and a slice should tell its story forward."""
        later = RIDE.replace("R1", "R2").replace("23:11", "23:12").replace("23:48", "23:47")
        first, second = cut(tmp_path, WITH_RIDES, later, RIDE)

        assert [line[:2] for line in first.rows.decode().splitlines()[1:]] == ["R1", "R2"]
        assert [line[:2] for line in second.rows.decode().splitlines()[1:]] == ["R2", "R1"]

    @pytest.mark.parametrize(
        "bad",
        [
            RIDE.replace("2021-02-03 23:11:28", "yesterday").encode(),
            RIDE.replace("23:48:28", "23:01:28").encode(),  # an end before its start
            RIDE.encode() + b",",
            RIDE.replace("Hoboken", "\N{LATIN SMALL LETTER E WITH ACUTE}").encode("latin-1"),
        ],
    )
    def test_a_bad_row_goes_along_with_the_first_slice(self, tmp_path: Path, bad: bytes) -> None:
        """What the whole file would have rejected must be rejected here too, unchanged."""
        first, second = cut(tmp_path, WITH_RIDES, RIDE, bad)

        assert first.rows.split(b"\n")[1:-1] == [bad, RIDE_AT_START.encode()]
        assert bad not in second.rows

    def test_a_file_of_bad_rows_alone_is_one_slice(self, tmp_path: Path) -> None:
        """They are still counted and set aside."""
        (only,) = cut(tmp_path, WITH_RIDES, "no trip at all")

        assert only.rows.decode().splitlines() == [WITH_RIDES, "no trip at all"]

    def test_text_beyond_ascii_comes_through(self, tmp_path: Path) -> None:
        """Montreal has accents, and so have others."""
        ride = RIDE.replace("Hoboken Ave", "Z\N{LATIN SMALL LETTER U WITH DIAERESIS}rich")
        first, second = cut(tmp_path, WITH_RIDES, ride)

        assert all(
            "Z\N{LATIN SMALL LETTER U WITH DIAERESIS}rich" in part.rows.decode()
            for part in (first, second)
        )

    def test_rows_without_any_id_come_whole(self, tmp_path: Path) -> None:
        """Nothing could show that the open row and the whole one are the same ride."""
        header = (
            "Departure,Return,Departure station id,Departure station name,Return station id,"
            "Return station name,Covered distance (m),Duration (sec.)"
        )
        row = "2016-05-31T23:58:00,2016-06-01T00:18:00,A27,Kamppi,094,Oper,1500,1200"
        (only,) = cut(tmp_path, header, row)

        assert only.rows.decode().splitlines() == [header, row]

    def test_no_length_is_refused(self, tmp_path: Path) -> None:
        """Slices of zero length would never end."""
        with pytest.raises(UsageError):
            cut(tmp_path, WITH_RIDES, RIDE, every_s=0)

    def test_files_of_different_headers_keep_theirs(self, tmp_path: Path) -> None:
        """A slice is one file, and a file has one header."""
        (tmp_path / "a.csv.gz").write_bytes(gzip.compress(f"{WITH_RIDES}\r\n{RIDE}\r\n".encode()))
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
            row = '1,"2021-02-03 23:11:28","2021-02-03 23:12:00",1,"A",1,2,3,"B",3,4,5,"S",1993,1'
            archive.writestr("b.csv", f"{WITH_BIKES}\n{row}\n")
            archive.writestr("__MACOSX/._b.csv", "litter")
        paths = [tmp_path / "a.csv.gz", tmp_path / "b.zip"]
        parts = list(slices(paths, every=timedelta(minutes=10)))

        assert [part.rows.decode().split(",")[0] for part in parts] == [
            "ride_id", "tripduration", "ride_id",
        ]  # fmt: skip
        assert parts[0].closes_at == parts[1].closes_at

    def test_a_city_has_its_own_clock(self, tmp_path: Path) -> None:
        """A day in London is not cut at New York's hours."""
        path = tmp_path / "trips.csv"
        path.write_text(f"{WITH_RIDES}\n{RIDE}\n")
        first, _ = slices([path], every=timedelta(minutes=10), time_zone=ZoneInfo("Europe/London"))

        assert first.closes_at == datetime(2021, 2, 3, 23, 20, tzinfo=UTC)

    def test_a_system_may_write_a_format_otherwise(self, tmp_path: Path) -> None:
        """Rows that the publisher reads are told in time, not with those that nobody can read."""
        path = tmp_path / "trips.csv"
        ride = RIDE.replace("2021-02-03 23:48:28", "2021-02-03 23:11:30").replace(
            "Hoboken", "Z\N{LATIN SMALL LETTER U WITH DIAERESIS}rich"
        )
        early = ride.replace("R1", "R0").replace("2021-02-03", "2021-02-02")
        path.write_text(f"{WITH_RIDES}\n{early}\n{ride}\n", encoding="windows-1252")
        overrides = '{"*": {"encoding": "windows-1252", "time_zone": "Europe/London"}}'
        formats = chosen_formats("", overrides, KNOWN_FORMATS)

        first, second = slices([path], every=timedelta(hours=1), formats=formats)

        assert first.rows.splitlines()[1:] == [early.encode("windows-1252")]
        assert second.rows.splitlines()[1:] == [ride.encode("windows-1252")]
        assert second.closes_at == datetime(2021, 2, 4, tzinfo=UTC)

    def test_lines_of_json_are_refused_with_advice(self, tmp_path: Path) -> None:
        """Each slice would take the keys of its own first row for those of the whole file."""
        path = tmp_path / "madrid.json"
        path.write_bytes((RECORDED / "bicimad-2017.csv").read_bytes())

        with pytest.raises(UsageError, match=r"madrid\.json cannot be replayed.*`prepare`"):
            next(slices([path], every=timedelta(hours=1)))

    def test_a_broken_file_is_named(self, tmp_path: Path) -> None:
        """With several files, the reason alone would not say which one to mend."""
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress(f"{WITH_RIDES}\n{RIDE}\n".encode())[:-9])

        with pytest.raises(UsageError, match=r"a\.csv\.gz cannot be replayed.*breaks after"):
            next(slices([path], every=timedelta(hours=1)))

    def test_says_what_of_a_zip_is_left_out(self, tmp_path: Path) -> None:
        """As an account does where the whole zip is dropped."""
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("a.csv", f"{WITH_RIDES}\n{RIDE_AT_START}\n")
            archive.writestr("notes.csv", "to whom it may concern\n")
        said: list[str] = []
        (only,) = slices([tmp_path / "a.zip"], every=timedelta(hours=1), tell=said.append)

        assert only.rows.decode().splitlines() == [WITH_RIDES, RIDE_AT_START]
        assert "a.zip: Left out of the zip" in said[0]
        assert "notes.csv" in said[0]

    def test_a_line_that_is_too_long_stays_so(self, tmp_path: Path) -> None:
        """Its first bytes alone could be a trip that nobody made."""
        long = RIDE + "r" * MAX_LINE_BYTES * 2
        first, second = cut(tmp_path, WITH_RIDES, long, RIDE)

        assert [len(row) for row in first.rows.splitlines()[1:]] == [len(long), len(RIDE_AT_START)]
        assert second.rows.decode().splitlines() == [WITH_RIDES, RIDE]

    @pytest.mark.parametrize("path", CSV_FILES, ids=lambda path: path.stem)
    def test_every_published_row_comes_through_as_it_was(self, path: Path) -> None:
        """Byte for byte, in all encodings and below all kinds of headers."""
        content = path.read_bytes()
        parts = list(slices([path], every=timedelta(hours=1)))

        sent = [line for part in parts for line in part.rows.split(b"\n")]
        assert {line.removesuffix(b"\r") for line in content.split(b"\n")} <= {*sent, b""}

    def test_a_replayed_sample_ends_as_the_whole_day(self, tmp_path: Path) -> None:
        """The demo's last picture is that of a single upload."""
        day = write_sample_day(tmp_path / "day", seed=3, stations=60)
        parts = list(slices([day.trips], every=timedelta(minutes=15)))

        assert (parts[0].closes_at, parts[-1].closes_at) == (
            day.starts_at + timedelta(minutes=15),
            day.ends_at,
        )
        assert_same_state(tmp_path, [day.trips], parts, "America/New_York")

    def test_the_night_that_repeats_an_hour(self, tmp_path: Path) -> None:
        """A ride from 1:50 to 1:10 ends twenty minutes after its start, not before it."""
        ride = RIDE.replace("2021-02-03 23:11:28", "2021-11-07 01:50:00")
        ride = ride.replace("2021-02-03 23:48:28", "2021-11-07 01:10:00")
        parts = cut(tmp_path, WITH_RIDES, ride)

        assert [part.closes_at.hour for part in parts] == [6, 6]
        assert_same_state(tmp_path, [tmp_path / "trips.csv"], parts, "America/New_York")

    @pytest.mark.skipif(not DATA.is_dir(), reason="the published files are not here")
    @pytest.mark.parametrize(
        ("names", "time_zone"),
        [
            (["citibike_jc/JC-201509-citibike-tripdata.csv"], "America/New_York"),
            (["citibike_jc/JC-201703-citibike-tripdata.csv.gz"], "America/New_York"),
            (["citibike_jc/JC-202102-citibike-tripdata.csv"], "America/New_York"),
            (["citibike_jc/resaved/JC-20162-citibike-tripdata.csv"], "America/New_York"),
            (["babs/201309_trip_data_20130829-20130905.csv"], "America/Los_Angeles"),
        ],
    )
    def test_a_replayed_month_ends_as_the_whole_month(
        self, tmp_path: Path, names: list[str], time_zone: str
    ) -> None:
        """Whatever the era; March 2017 has the night when the clock skips an hour."""
        whole = [DATA / name for name in names]
        parts = list(slices(whole, every=timedelta(hours=6), time_zone=ZoneInfo(time_zone)))

        assert_same_state(tmp_path, whole, parts, time_zone)
