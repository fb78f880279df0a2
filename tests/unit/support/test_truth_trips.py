import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.truth_trips import RefusedError, TripFile, read_trip_file

NEW_YORK = ZoneInfo("America/New_York")
RECEIVED_AT = datetime(2020, 1, 1, tzinfo=UTC)
HEADER = "bikeid,starttime,stoptime,start station id,end station id"


def read(folder: Path, *rows: str | bytes, header: str = HEADER) -> TripFile:
    """Read these rows as a file."""
    lines = [line.encode() if isinstance(line, str) else line for line in (header, *rows)]
    path = folder / "trips.csv"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return read_trip_file(path, received_at=RECEIVED_AT, zone=NEW_YORK)


def times(file: TripFile) -> tuple[datetime, datetime | None]:
    """Return the two times of the only row."""
    (row,) = file.rows
    return row.started_at, row.ended_at


class TestTime:
    """T2: from the file's clock to UTC."""

    def test_a_local_time_becomes_utc(self, tmp_path: Path) -> None:
        """Winter time in New York is five hours behind."""
        file = read(tmp_path, "1,2019-01-01 03:09:09.7110,2019-01-01 03:12:30.8790,A,B")

        assert times(file) == (
            datetime(2019, 1, 1, 8, 9, 9, 711000, UTC),
            datetime(2019, 1, 1, 8, 12, 30, 879000, UTC),
        )

    def test_a_repeated_hour_is_summer_time(self, tmp_path: Path) -> None:
        """Half past one happens twice on 3 November 2019; the first is meant."""
        file = read(tmp_path, "1,2019-11-03 01:30:00,2019-11-03 01:40:00,A,B")

        assert times(file)[0] == datetime(2019, 11, 3, 5, 30, tzinfo=UTC)

    def test_an_end_before_its_start_is_the_second_of_the_repeated_hours(
        self, tmp_path: Path
    ) -> None:
        """A ride from 1:50 to 1:10 is a real one of twenty minutes that night."""
        file = read(tmp_path, "1,2019-11-03 01:50:00,2019-11-03 01:10:00,A,B")

        assert times(file) == (
            datetime(2019, 11, 3, 5, 50, tzinfo=UTC),
            datetime(2019, 11, 3, 6, 10, tzinfo=UTC),
        )

    def test_a_skipped_hour_moves_forward(self, tmp_path: Path) -> None:
        """There was no half past two on 10 March 2019: it is half past three."""
        file = read(tmp_path, "1,2019-03-10 02:30:00,2019-03-10 03:31:00,A,B")

        assert times(file) == (
            datetime(2019, 3, 10, 7, 30, tzinfo=UTC),
            datetime(2019, 3, 10, 7, 31, tzinfo=UTC),
        )

    def test_no_second_reading_helps_in_the_skipped_hour(self, tmp_path: Path) -> None:
        """Reading the skipped hour the other way would move it backward and hide the fault."""
        file = read(tmp_path, "1,2019-03-10 03:40:00,2019-03-10 02:30:00,A,B")

        assert file.rejected == {"end_before_start": 1}

    @pytest.mark.parametrize("text", ["2/1/2016 0:31", "2/1/16 0:31", "2016-02-01T00:31:00"])
    def test_what_a_spreadsheet_saves_is_read(self, tmp_path: Path, text: str) -> None:
        """People open these files in a spreadsheet and save them again."""
        file = read(tmp_path, f"1,{text},,A,")

        assert times(file) == (datetime(2016, 2, 1, 5, 31, tzinfo=UTC), None)

    def test_an_offset_in_the_file_wins(self, tmp_path: Path) -> None:
        """A time with an offset is not local."""
        file = read(tmp_path, "1,2019-04-02 22:18:47.926000+00:00,,A,")

        assert times(file)[0] == datetime(2019, 4, 2, 22, 18, 47, 926000, UTC)


class TestRejectedRows:
    """T7: what is set aside, and what is kept despite its faults."""

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ("1,2019-01-01 03:09:09,2019-01-01 03:12:30,A", "wrong_columns"),
            ("1,2019-01-01 03:09:09,2019-01-01 03:12:30,A,B,", "wrong_columns"),
            ("1,,2019-01-01 03:12:30,A,B", "no_start_time"),
            (",,,,", "no_start_time"),
            ("1,yesterday,2019-01-01 03:12:30,A,B", "unreadable_time"),
            ("1,2019-01-01 03:09:09,2019-02-30 03:12:30,A,B", "unreadable_time"),
            ("1,2019-01-01 03:09:09,2019-01-01 03:09:08,A,B", "end_before_start"),
            ("1,2020-01-01 19:00:01,,A,", "time_in_future"),
            ("1,2019-12-31 10:00:00,2020-01-01 19:00:01,A,B", "time_in_future"),
            (b"1,2019-01-01 03:09:09,2019-01-01 03:12:30,Orl\xe9ans,B", "bad_encoding"),
            ('1,2019-01-01 03:09:09,2019-01-01 03:12:30,"A,B', "unbalanced_quote"),
            (",2019-01-01 03:09:09,2019-01-01 03:12:30,A,B", "no_trip_id"),
        ],
    )
    def test_a_bad_row_has_its_reason(self, tmp_path: Path, row: str | bytes, reason: str) -> None:
        """What is set aside must say why, and the rows around it must stay."""
        good = "1,2019-01-01 03:09:09,2019-01-01 03:12:30,A,B"
        file = read(tmp_path, good, row, good)

        assert (file.rows_read, len(file.rows), file.rejected) == (3, 2, {reason: 1})

    def test_a_day_ahead_is_still_possible(self, tmp_path: Path) -> None:
        """The limit is more than a day: clocks and time zones differ by up to one."""
        file = read(tmp_path, "1,2020-01-01 19:00:00,,A,")

        assert not file.rejected

    def test_a_ride_of_no_time_is_one(self, tmp_path: Path) -> None:
        """An end at its start is not before it."""
        file = read(tmp_path, "1,2020-01-01 10:00:00,2020-01-01 10:00:00,A,B")

        assert not file.rejected

    @pytest.mark.parametrize("place", ["0.0,0.0", ",", "40.7,-274", "NULL,NULL", "x,-74"])
    def test_a_bad_place_does_not_cost_the_row(self, tmp_path: Path, place: str) -> None:
        """The dock is known by its id."""
        header = f"{HEADER},start station latitude,start station longitude"
        file = read(tmp_path, f"1,2019-01-01 03:09:09,,A,,{place}", header=header)

        assert [row.start.place for row in file.rows] == [None]

    def test_a_line_break_inside_quotes_belongs_to_the_field(self, tmp_path: Path) -> None:
        """A row may span two lines."""
        file = read(tmp_path, '1,2019-01-01 03:09:09,,"A', ' St",', "2,2019-01-01 03:09:09,,A,")

        assert [row.start.station_id for row in file.rows] == ["A\n St", "A"]


class TestFiles:
    """How files are packed, and which are not trip files."""

    def test_gzip_and_zip_read_like_plain(self, tmp_path: Path) -> None:
        """Publishers and people compress these files, and a Mac adds its own litter."""
        text = f"{HEADER}\r\n1,2019-01-01 03:09:09,,A,\r\n"
        with zipfile.ZipFile(tmp_path / "trips.zip", "w") as archive:
            archive.writestr("one.csv", text)
            archive.writestr("two.CSV", text.replace("1,", "2,", 1))
            archive.writestr("__MACOSX/._one.csv", "litter")
            archive.writestr(".DS_Store", "litter")
        (tmp_path / "trips.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))

        kinds = [
            read_trip_file(tmp_path / name, received_at=RECEIVED_AT, zone=NEW_YORK)
            for name in ("trips.csv.gz", "trips.zip")
        ]
        assert [[row.bike_id for row in file.rows] for file in kinds] == [["1"], ["1", "2"]]

    @pytest.mark.parametrize(
        "content",
        [b"", b"\n", b"a,b\n1,2\n", gzip.compress(b"a" * 99)[:-9], b"PK\x03\x04cut off", b'"a,b\n'],
    )
    def test_what_is_no_trip_file_is_refused(self, tmp_path: Path, content: bytes) -> None:
        """A file that cannot be trusted must not be counted row by row."""
        (tmp_path / "trips.csv").write_bytes(content)

        with pytest.raises(RefusedError):
            read_trip_file(tmp_path / "trips.csv", received_at=RECEIVED_AT, zone=NEW_YORK)

    def test_station_ids_stay_text(self, tmp_path: Path) -> None:
        """8358.10 and 8358.1 are two places."""
        file = read(tmp_path, " 1 ,2019-01-01 03:09:09,2019-01-01 03:09:10, 8358.10 ,NULL")

        (row,) = file.rows
        assert (row.bike_id, row.start.station_id, row.end.station_id) == ("1", "8358.10", None)
