"""Every row of every attempt is accounted for (T8), even if read twice or unreadable."""

import pytest

from bikeshare.drops import Lane
from bikeshare.stations import Feed, StationStatus
from glue_jobs.availability.staging import LONGEST_REASON
from tests.support.availability import Availability, at, chunks, snapshot, summary, trip, trips

pytestmark = pytest.mark.integration

HEADER = (
    b'{"encoding":"trips/1","drop_id":"d","attempt_id":"a","lane":"live","chunk":0,"rows":%d}\n'
)
RIDE = b"k,,2019-02-01T00:00:00.000000Z,,A,Dock,40.7,-74.0,,,,"
STATUS = (
    b'{"encoding":"stations/1","drop_id":"d","attempt_id":"a","lane":"stations","chunk":0,"rows":1,'
    b'"feed":"station_status","feed_at":"2019-07-01T08:00:00.000000Z"}\n'
)
RIDES = [trip("A", "B", at(8, n), at(9, n), bike=str(n)) for n in range(6)]


def numbers(drop: dict[str, object]) -> tuple[object, ...]:
    """The numbers that T8 is about."""
    return (drop["state"], drop["rows_published"], drop["rows_applied"], drop["rows_duplicate"])


class TestAttempts:
    def test_a_drop_is_complete_when_every_published_row_is_counted(
        self, availability: Availability
    ) -> None:
        """The summary may come before, between or after the rows it sums up."""
        first, second = chunks(RIDES, 3)

        availability.apply(first)
        assert availability.drop("drop")["state"] == "publishing"
        availability.apply(summary(6))
        assert availability.drop("drop")["state"] == "applying"
        availability.apply(second)

        assert numbers(availability.drop("drop")) == ("complete", 6, 6, 0)

    def test_a_second_drop_of_the_same_rows_is_all_duplicates(
        self, availability: Availability
    ) -> None:
        """Dropping a file again changes only the count of duplicates."""
        availability.apply(trips(*RIDES), summary(6))
        before = availability.bikes()

        availability.apply(trips(*RIDES, drop="again"), summary(6, drop="again"))

        assert numbers(availability.drop("again")) == ("complete", 6, 0, 6)
        assert availability.bikes() == before

    def test_an_attempt_that_died_leaves_the_next_one_whole(
        self, availability: Availability
    ) -> None:
        """Rows count for the attempt that brought them first; the drop adds up its attempts."""
        availability.apply(trips(*RIDES[:2], attempt="died"))
        availability.apply(trips(*RIDES, attempt="whole"), summary(6, attempt="whole"))

        drop = availability.drop("drop")
        assert numbers(drop) == ("complete", 6, 6, 0)
        counted = {
            attempt["attempt_id"]: (attempt["rows_applied"], attempt["rows_duplicate"])
            for attempt in drop["attempts"]
        }
        assert counted == {"died": (2, 0), "whole": (4, 2)}

    def test_a_refused_file_tells_why(self, availability: Availability) -> None:
        """The person who dropped it can act on the reason."""
        availability.apply(summary(0, reason="the header is not that of a known format"))

        drop = availability.drop("drop")
        assert drop["state"] == "refused"
        assert drop["reason"] == "the header is not that of a known format"

    def test_a_snapshot_is_counted_by_stations(self, availability: Availability) -> None:
        """An older snapshot is published whole and applied nowhere."""
        stations = [StationStatus(station_id=name, num_bikes_available=3) for name in "AB"]
        availability.apply(snapshot(Feed.STATUS, at(9), *stations), summary(2, drop="snapshot"))
        older = snapshot(Feed.STATUS, at(8), *stations, drop="older")
        availability.apply(older, summary(2, drop="older"))

        assert numbers(availability.drop("snapshot")) == ("complete", 2, 2, 0)
        assert numbers(availability.drop("older")) == ("complete", 2, 0, 2)


class TestFence:
    def test_a_record_read_again_is_counted_once(self, availability: Availability) -> None:
        """A lost checkpoint makes Kafka read from its beginning; no number may grow by that."""
        first, second = chunks(RIDES, 3)
        availability.apply(first)
        availability.apply(first, first, second, summary(6))
        availability.apply(first, second, summary(6))

        drop = availability.drop("drop")
        assert numbers(drop) == ("complete", 6, 6, 0)
        assert availability.rows("SELECT count(*) AS chunks FROM applied_chunk") == [{"chunks": 0}]

    def test_both_lanes_fill_one_ledger(self, availability: Availability) -> None:
        """Backfill takes a separate route into the same state."""
        ride = trip("A", "B", at(8), at(9), bike="7")
        availability.apply(trips(ride, drop="slow", lane=Lane.BACKFILL), lane="backfill")
        availability.apply(trips(ride, drop="fast"), summary(1, drop="slow"))
        availability.apply(summary(1, drop="fast"))

        assert numbers(availability.drop("slow")) == ("complete", 1, 1, 0)
        assert numbers(availability.drop("fast")) == ("complete", 1, 0, 1)
        assert availability.bikes() == {"A": 0, "B": 1}


class TestUnreadable:
    @pytest.mark.parametrize(
        "value",
        [
            b"not a record",
            b'{"encoding":"trips/99","drop_id":"d"}\nrow',
            b'{"encoding":"trips\\u0000/99","drop_id":"d"}\nrow',
            b'{"encoding":"%s"}\nrow' % (b"x" * 100_000),
            HEADER % 2 + b"only,one,row",
            HEADER % 1 + b"key,,2019-02-30T00:00:00.000000Z,,A,,,,,,,",
            HEADER % 1 + b'key,"unclosed,2019-02-01T00:00:00.000000Z,,A,,,,,,,',
            HEADER % 1 + b"k\x00y,,2019-02-01T00:00:00.000000Z,,A,,,,,,,",
            b"\xff\xfe",
            b"",
            HEADER.replace(b'"a"', b"null") % 1 + RIDE,
            HEADER.replace(b'"live"', b"null") % 1 + RIDE,
            HEADER.replace(b'"chunk":0', b'"chunk":null') % 1 + RIDE,
            HEADER.replace(b'"d"', b"null") % 1 + RIDE,
            HEADER % 1 + RIDE.replace(b"2019", b"12019"),
            HEADER % 1 + RIDE.replace(b"2019-02-01T00:00:00.000000Z", b"infinity"),
            HEADER % 1 + RIDE.replace(b"k,", b"k" * 1201 + b","),
            HEADER % 1 + RIDE.replace(b"40.7", b"NaN"),
        ],
    )
    def test_a_poison_record_is_set_aside_whole_and_stops_no_other(
        self, availability: Availability, value: bytes
    ) -> None:
        """Whatever is in a topic, the rows around it are applied, and it can be read later."""
        before, after = chunks(RIDES, 3)

        availability.apply(before, ("trips", value), after, summary(6))

        assert len(availability.rows("SELECT FROM trip")) == 6
        assert numbers(availability.drop("drop")) == ("complete", 6, 6, 0)
        (aside,) = availability.rows("SELECT topic, reason, value FROM unreadable_record")
        assert (aside["topic"], bytes(aside["value"])) == ("trips", value)
        assert 0 < len(aside["reason"]) <= LONGEST_REASON

    @pytest.mark.parametrize(
        "station",
        [
            b'{"station_id":"A","aliases":{"of":"B"},"num_bikes_available":1}',
            b'{"station_id":"A","aliases":[null],"num_bikes_available":1}',
            b'{"station_id":"A","aliases":["%s"],"num_bikes_available":1}' % (b"x" * 1201),
            b'{"station_id":"A","aliases":[],"num_bikes_available":2147483647}',
            b'{"station_id":"A","aliases":[],"num_bikes_available":1,"lat":400,"lon":0}',
            b'{"station_id":null,"aliases":[],"num_bikes_available":1}',
        ],
    )
    def test_a_station_that_could_not_be_counted_is_set_aside_too(
        self, availability: Availability, station: bytes
    ) -> None:
        """What fails in the middle of a batch would fail forever, and stop the live lane."""
        availability.apply(("stations", STATUS + station), trips(*RIDES), summary(6))

        assert numbers(availability.drop("drop")) == ("complete", 6, 6, 0)
        (aside,) = availability.rows("SELECT topic, reason FROM unreadable_record")
        assert aside["topic"] == "stations"
