import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bikeshare.formats.citibike import WITH_BIKE_IDS, WITH_RIDE_IDS
from bikeshare.local_times import LocalTimes
from bikeshare.trip_file import TripFile, open_trip_file
from bikeshare.trip_reader import TripReader
from bikeshare.trip_stream import ReadTrips, RejectedRow, read_trips
from bikeshare.trips import Trip

ARRIVED = datetime(2026, 1, 1, tzinfo=UTC)

# What may be odd about a row, as a change to its fields.
Oddity = Callable[[list[str]], None]


def put(column: int, text: str) -> Oddity:
    """Make a change that replaces one field."""

    def oddity(fields: list[str]) -> None:
        fields[column] = text

    return oddity


def at(started: str, ended: str, *, column: int) -> Oddity:
    """Make a change that replaces a row's times."""

    def oddity(fields: list[str]) -> None:
        fields[column : column + 2] = [started, ended]

    return oddity


RIDE_ODDITIES: list[Oddity] = [
    put(1, "classic_bike"),
    put(0, ""),
    put(0, " R7 "),
    put(0, "a_b"),
    put(0, "NULL"),
    put(0, "x" * 501),
    put(2, "yesterday"),
    put(2, ""),
    put(2, "2/1/2016 0:31"),
    put(2, "2021-02-03 23:11:28.123"),
    put(2, "2021-02-03T23:11:28Z"),
    put(3, ""),
    put(3, "2/3/2021 23:31"),
    put(3, "2021-02-03 00:00:00"),
    put(3, "2031-02-03 00:00:00"),
    at("2021-11-07 01:50:00", "2021-11-07 01:10:00", column=2),
    at("2021-03-14 02:30:00", "2021-03-14 03:40:00", column=2),
    put(4, "A\tB"),
    put(4, "y" * 501),
    put(5, ""),
    put(5, "8358.10"),
    put(7, "\\N"),
    put(8, "0.0"),
    put(10, ""),
    put(11, "4e1"),
]
RENTAL_ODDITIES: list[Oddity] = [
    put(0, "9"),
    put(11, ""),
    put(11, "NULL"),
    put(11, " 17 "),
    put(1, "2/1/2016 0:31"),
    put(1, "2017-04-01 00:14:36.1234"),
    put(2, "1/1/2016 0:31"),
]


def ride(number: int) -> list[str]:
    """An ordinary modern row."""
    names = ("Hoboken Ave at Monmouth St", "JC105", "Christ Hospital", "JC034")
    places = ("40.735208", "-74.046964", "40.734786", "-74.050444")
    times = ("2021-02-03 23:11:28", "2021-02-03 23:18:28")
    return [f"R{number}", "docked_bike", *times, *names, *places, "member"]


def rental(number: int) -> list[str]:
    """An ordinary older row."""
    start = ("3186", "Grove St PATH", "40.71958611647166", "-74.04311746358871")
    end = ("3203", "Hamilton Park", "40.727595966", "-74.044247311")
    times = ("2017-04-01 00:14:36", "2017-04-01 00:18:48")
    return ["252", *times, *start, *end, str(number), "Subscriber", "NULL", "0"]


def opened(header: str, rows: Iterable[list[str]]) -> tuple[TripFile, TripReader]:
    """Open a file of these rows, with its reader."""
    text = "\n".join([header, *(",".join(row) for row in rows)])
    file = open_trip_file(io.BytesIO(text.encode()))
    times = LocalTimes(ZoneInfo("America/New_York"))
    return file, TripReader(file.layout, times, received_at=ARRIVED)


def one_by_one(header: str, rows: list[list[str]]) -> list[tuple[int, Trip | str]]:
    """Return what each row comes to if it is alone in its file."""
    found: list[tuple[int, Trip | str]] = []
    for line, row in enumerate(rows, 2):
        found += [(line, what) for _, what in all_at_once(header, [row])]
    return found


def all_at_once(header: str, rows: list[list[str]]) -> list[tuple[int, Trip | str]]:
    """Return what the rows come to in one file: the trip or the reason, by line."""
    found: list[tuple[int, Trip | str]] = []
    for read in read_trips(*opened(header, rows)):
        if isinstance(read, ReadTrips):
            found += zip(read.lines, read.trips, strict=True)
        else:
            found.append((read.line, str(read.error.reason)))
    return found


class TestReadTrips:
    @pytest.mark.parametrize("position", [0, 57, 199, 200, 449])
    @pytest.mark.parametrize("oddity", RIDE_ODDITIES)
    def test_a_row_means_the_same_in_any_company(self, oddity: Oddity, position: int) -> None:
        """Rows are read in columns for speed; what each comes to must not depend on it."""
        rows = [ride(number) for number in range(450)]
        oddity(rows[position])
        near = range(max(0, position - 1), min(450, position + 2))

        together = all_at_once(WITH_RIDE_IDS.header, rows)

        alone = one_by_one(WITH_RIDE_IDS.header, [rows[index] for index in near])
        assert [what for line, what in together if line - 2 in near] == [w for _, w in alone]
        assert [line for line, _ in together] == list(range(2, 452))

    @pytest.mark.parametrize("oddity", RENTAL_ODDITIES)
    def test_so_do_rows_of_the_older_format(self, oddity: Oddity) -> None:
        """Their keys are made of two columns."""
        rows = [rental(number) for number in range(3)]
        oddity(rows[1])

        assert all_at_once(WITH_BIKE_IDS.header, rows) == one_by_one(WITH_BIKE_IDS.header, rows)

    def test_a_file_of_oddities_alone_means_the_same(self) -> None:
        """Nothing that is cached from one row shows in another."""
        rows = [ride(number) for number in range(len(RIDE_ODDITIES))]
        for row, oddity in zip(rows, RIDE_ODDITIES, strict=True):
            oddity(row)

        assert all_at_once(WITH_RIDE_IDS.header, rows) == one_by_one(WITH_RIDE_IDS.header, rows)

    @pytest.mark.parametrize("oddity", RENTAL_ODDITIES)
    def test_and_so_do_rows_in_quotes(self, oddity: Oddity) -> None:
        """Quotes around every text, as in 2018, must not show in any trip."""
        rows = [rental(number) for number in range(3)]
        oddity(rows[1])
        quoted = [[f'"{field}"' for field in row] for row in rows]
        some = [
            [f'"{f}"' if column in (1, 2, 4, 8) else f for column, f in enumerate(row)]
            for row in rows
        ]

        plain = all_at_once(WITH_BIKE_IDS.header, rows)

        assert all_at_once(WITH_BIKE_IDS.header, quoted) == plain
        assert all_at_once(WITH_BIKE_IDS.header, some) == plain

    @pytest.mark.parametrize(
        "change",
        [
            put(4, '"Hoboken Ave, at Monmouth St"'),
            put(13, '"NULL"'),
            put(1, '"2017-04-01 00:14:36"'),
            put(11, '"17"'),
        ],
    )
    def test_rows_with_other_quotes_are_still_read_together(self, change: Oddity) -> None:
        """Many programs add quotes only where they must."""
        rows = [rental(number) for number in range(300)]
        change(rows[7])

        found = list(read_trips(*opened(WITH_BIKE_IDS.header, rows)))

        assert len(found) < 10
        assert all_at_once(WITH_BIKE_IDS.header, rows[:9]) == one_by_one(
            WITH_BIKE_IDS.header, rows[:9]
        )

    def test_columns_may_stand_anywhere(self) -> None:
        """Neighbouring columns are cut out as one text; apart, they mean the same."""
        names = WITH_BIKE_IDS.header.replace('"', "").split(",")
        rows = [rental(number) for number in range(4)]
        rows[2][4] = '"Hoboken Ave, at Monmouth St"'
        plain = [what for _, what in all_at_once(WITH_BIKE_IDS.header, rows)]
        for order in (range(14, -1, -1), [*range(0, 15, 2), *range(1, 15, 2)]):
            header = ",".join(names[column] for column in order)
            moved = [[row[column] for column in order] for row in rows]

            assert [what for _, what in all_at_once(header, moved)] == plain

    def test_what_needs_quotes_in_a_record_gets_them(self) -> None:
        """A name with a comma, written into the record by hand, is one field there."""
        rows = [rental(number) for number in range(2)]
        rows[0][4] = rows[1][8] = '"Hoboken Ave, at ""M"""'

        trips = [what for _, what in all_at_once(WITH_BIKE_IDS.header, rows)]

        assert [trip.start_station_name for trip in trips if isinstance(trip, Trip)] == [
            'Hoboken Ave, at "M"',
            "Grove St PATH",
        ]

    def test_keeps_the_text_of_a_rejected_row(self) -> None:
        """It is set aside as it was."""
        (rejected,) = read_trips(*opened(WITH_RIDE_IDS.header, [["a", "b"]]))

        assert isinstance(rejected, RejectedRow)
        assert (rejected.line, rejected.text) == (2, "a,b")

    def test_the_reader_knows_the_span_of_events(self) -> None:
        """An open trip has only its start; a rejected row does not count."""
        rows = [ride(1), ride(2), ride(3)]
        rows[1][2:4] = ["2021-02-05 00:00:00", ""]
        rows[2][2:4] = ["2021-02-09 00:00:00", "2021-02-08 00:00:00"]
        file, reader = opened(WITH_RIDE_IDS.header, rows)
        assert reader.first_event_at == ""

        list(read_trips(file, reader))

        assert (reader.first_event_at, reader.last_event_at) == (
            "2021-02-04T04:11:28.000000Z",
            "2021-02-05T05:00:00.000000Z",
        )
