from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bikeshare.errors import MalformedRowError
from bikeshare.formats.america import CHATTANOOGA_2012
from bikeshare.formats.citibike import WITH_BIKE_IDS, WITH_RIDE_IDS
from bikeshare.formats.recognise import recognise
from bikeshare.formats.trip_format import TripFormat
from bikeshare.formats.world import BIXI_2014
from bikeshare.local_times import LocalTimes
from bikeshare.trip_reader import TripReader
from bikeshare.trips import Trip

ARRIVED = datetime(2026, 1, 1, tzinfo=UTC)


def reader(known: TripFormat, *, received_at: datetime = ARRIVED) -> TripReader:
    """A reader of one format's rows on New York's clock."""
    times = LocalTimes(ZoneInfo("America/New_York"), known.date_order)
    return TripReader(recognise(known.header), times, received_at=received_at)


def ride(  # noqa: PLR0913 - a row has as many fields
    *,
    ride_id: str = "121DD7DD23CB1335",
    started_at: str = "2021-02-03 23:11:28",
    ended_at: str = "2021-02-03 23:18:28",
    start_id: str = "JC105",
    end_id: str = "JC034",
    end_lat: str = "40.734786",
    end_lng: str = "-74.050444",
) -> list[str]:
    """A modern row of which a test states only what it is about."""
    names = ("Hoboken Ave at Monmouth St", start_id, "Christ Hospital", end_id)
    places = ("40.735208", "-74.046964", end_lat, end_lng)
    return [ride_id, "docked_bike", started_at, ended_at, *names, *places, "member"]


def rental(
    *,
    bike_id: str = "26238",
    starttime: str = "2017-04-01 00:14:36",
    stoptime: str = "2017-04-01 00:18:48",
) -> list[str]:
    """An older row of which a test states only what it is about."""
    start = ("3186", "Grove St PATH", "40.71958611647166", "-74.04311746358871")
    end = ("3203", "Hamilton Park", "40.727595966", "-74.044247311")
    return ["252", starttime, stoptime, *start, *end, bike_id, "Subscriber", "NULL", "0"]


def reason(fields: list[str], known: TripFormat = WITH_RIDE_IDS) -> str:
    """Return why a row is set aside."""
    with pytest.raises(MalformedRowError) as raised:
        reader(known).read(fields)
    assert raised.value.detail
    return raised.value.reason


class TestTripReader:
    def test_reads_a_ride_with_an_id(self) -> None:
        """Citi Bike since 2021: its own ride id is the key, and there is no bike."""
        assert reader(WITH_RIDE_IDS).read(ride()) == Trip(
            trip_key="121DD7DD23CB1335",
            bike_id="",
            started_at="2021-02-04T04:11:28.000000Z",
            ended_at="2021-02-04T04:18:28.000000Z",
            start_station_id="JC105",
            start_station_name="Hoboken Ave at Monmouth St",
            start_lat="40.735208",
            start_lon="-74.046964",
            end_station_id="JC034",
            end_station_name="Christ Hospital",
            end_lat="40.734786",
            end_lon="-74.050444",
        )

    def test_keys_a_rental_by_its_bike_and_start(self) -> None:
        """T1: Citi Bike until 2021 publishes no trip id; the same bike starts once at a time."""
        trip = reader(WITH_BIKE_IDS).read(rental())

        assert trip.trip_key == "26238@2017-04-01T04:14:36.000000Z"
        assert (trip.bike_id, trip.end_station_id) == ("26238", "3203")

    def test_a_rental_with_an_id_of_its_own_is_keyed_by_it(self) -> None:
        """Its row without an end and its row with one are two versions of one trip (T1)."""
        layout = recognise(f"{WITH_BIKE_IDS.header},trip_id")
        times = LocalTimes(ZoneInfo("America/New_York"))
        one = TripReader(layout, times, received_at=ARRIVED)

        keys = [one.read([*rental(bike_id=bike), "11"]).trip_key for bike in ("26238", "")]

        assert keys == ["11", "11"]

    def test_reads_many_rows_alike(self) -> None:
        """What is cached from a row must not show in the next one."""
        read = reader(WITH_RIDE_IDS).read

        assert [read(ride(ride_id=str(n))).start_station_id for n in range(3)] == ["JC105"] * 3

    def test_a_ride_without_an_end_is_open(self) -> None:
        """The bike is out; the row that closes it comes in a later file."""
        trip = reader(WITH_RIDE_IDS).read(ride(ended_at="", end_id="", end_lat="", end_lng=""))

        assert (trip.ended_at, trip.end_station_id, trip.end_lat, trip.end_lon) == ("", "", "", "")

    def test_a_ride_without_stations_is_real(self) -> None:
        """Electric bikes are locked to racks: 10 % of Divvy's rows, and not an error."""
        trip = reader(WITH_RIDE_IDS).read(ride(start_id="", end_id=""))

        assert (trip.start_station_id, trip.end_station_id) == ("", "")

    @pytest.mark.parametrize(
        ("lat", "lng"), [("0.0", "0.0"), ("", ""), ("91", "-74"), ("40.7", ""), ("x", "-74")]
    )
    def test_a_position_that_cannot_be_is_left_out(self, lat: str, lng: str) -> None:
        """T7: the station is known, so the ride counts."""
        trip = reader(WITH_RIDE_IDS).read(ride(end_lat=lat, end_lng=lng))

        assert (trip.end_station_id, trip.end_lat, trip.end_lon) == ("JC034", "", "")

    def test_station_ids_stay_texts(self) -> None:
        """As a number, 8358.10 becomes 8358.1, which is another dock or none."""
        assert reader(WITH_RIDE_IDS).read(ride(start_id=" 8358.10 ")).start_station_id == "8358.10"

    def test_an_end_in_the_repeated_hour_may_be_the_later_one(self) -> None:
        """T2: from 01:50 summer time to 01:10 winter time is twenty minutes, not minus forty."""
        trip = reader(WITH_RIDE_IDS).read(
            ride(started_at="2021-11-07 01:50:00", ended_at="2021-11-07 01:10:00")
        )

        assert (trip.started_at, trip.ended_at) == (
            "2021-11-07T05:50:00.000000Z",
            "2021-11-07T06:10:00.000000Z",
        )

    def test_an_end_in_the_repeated_hour_is_the_earlier_one_where_it_can_be(self) -> None:
        """T2 makes the exception only for an end before its start."""
        trip = reader(WITH_RIDE_IDS).read(
            ride(started_at="2021-11-07 00:50:00", ended_at="2021-11-07 01:10:00")
        )

        assert trip.ended_at == "2021-11-07T05:10:00.000000Z"

    def test_a_ride_of_no_time_is_read(self) -> None:
        """An end at its start is not before it."""
        trip = reader(WITH_RIDE_IDS).read(ride(ended_at="2021-02-03 23:11:28"))

        assert trip.ended_at == trip.started_at

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            (ride()[:-1], "wrong_columns"),
            ([*ride(), "more"], "wrong_columns"),
            ([""], "wrong_columns"),
            (ride(started_at="yesterday"), "unreadable_time"),
            (ride(ended_at="2021-02-30 10:00:00"), "unreadable_time"),
            (ride(started_at=""), "no_start_time"),
            (ride(started_at="NULL"), "no_start_time"),
            ([""] * 13, "no_start_time"),
            (ride(ended_at="2021-02-03 23:11:27"), "end_before_start"),
            (
                ride(started_at="2021-11-07 02:10:00", ended_at="2021-11-07 01:10:00"),
                "end_before_start",
            ),
            (ride(ride_id=""), "no_trip_id"),
            (ride(ride_id="x" * 1001), "line_too_long"),
            (ride(start_id="x" * 1001), "line_too_long"),
        ],
    )
    def test_bad_rows_have_a_reason(self, fields: list[str], why: str) -> None:
        """T7: each is set aside under a code that a person can look up."""
        assert reason(fields) == why

    def test_a_rental_without_a_bike_has_no_key(self) -> None:
        """Without a bike, two rentals in the same second could not be told apart."""
        assert reason(rental(bike_id=""), WITH_BIKE_IDS) == "no_trip_id"

    @pytest.mark.parametrize(
        ("ended_at", "accepted"), [("2021-02-04 23:18:00", True), ("2021-02-04 23:18:01", False)]
    )
    def test_a_day_ahead_of_its_arrival_is_too_far(self, ended_at: str, accepted: bool) -> None:  # noqa: FBT001
        """A wrong clock in one file must not push the event clock of the whole city ahead."""
        read = reader(WITH_RIDE_IDS, received_at=datetime(2021, 2, 4, 4, 18, tzinfo=UTC)).read

        if accepted:
            assert read(ride(ended_at=ended_at))
        else:
            with pytest.raises(MalformedRowError, match="time_in_future"):
                read(ride(ended_at=ended_at))

    def test_a_start_ahead_of_its_arrival_is_too_far_too(self) -> None:
        """An open trip has only a start to judge by."""
        assert reason(ride(started_at="2027-01-01 00:00:00", ended_at="")) == "time_in_future"


class TestTripsWithoutIds:
    ROW = ("2021-06-29 17:46:28.653", "10", "2021-06-29 19:33:25.700", "10", "6417", "1")

    def test_are_told_apart_by_all_they_say(self) -> None:
        """Montreal publishes neither a trip id nor a bike id."""
        read = reader(BIXI_2014).read
        one, same = read(list(self.ROW)), read(list(self.ROW))
        other = read([*self.ROW[:3], "11", *self.ROW[4:]])

        assert one.trip_key.startswith("row:")
        assert one == same
        assert other.trip_key != one.trip_key

    def test_a_row_is_the_same_in_whatever_order_its_columns_stand(self) -> None:
        """A file re-saved with its columns reordered holds the same trips (T1)."""
        header = BIXI_2014.header.split(",")
        moved = recognise(",".join(reversed(header)))
        times = LocalTimes(ZoneInfo("America/New_York"))
        backward = TripReader(moved, times, received_at=ARRIVED).read(list(reversed(self.ROW)))

        assert backward == reader(BIXI_2014).read(list(self.ROW))

    def test_fields_do_not_run_together(self) -> None:
        """641 seconds of a 7 are not 64 seconds of a 17."""
        read = reader(BIXI_2014).read
        stops = self.ROW[:4]

        assert read([*stops, "641", "7"]).trip_key != read([*stops, "64", "17"]).trip_key


class TestAmendedTrips:
    def test_columns_that_are_made_are_read(self) -> None:
        """Chattanooga's ids have thousands separators and its positions are points."""
        fields = [
            *("Annual", "1,204", "05/31/2021 06:32:11 PM", "Aquarium", "1,317"),
            *("POINT (-85.31 35.05)", "", "", "", "", "12"),
        ]

        assert reader(CHATTANOOGA_2012).read(fields) == Trip(
            trip_key="1204@2021-05-31T22:32:11.000000Z",
            bike_id="1204",
            started_at="2021-05-31T22:32:11.000000Z",
            ended_at="",
            start_station_id="1317",
            start_station_name="Aquarium",
            start_lat="35.05",
            start_lon="-85.31",
            end_station_id="",
            end_station_name="",
            end_lat="",
            end_lon="",
        )
