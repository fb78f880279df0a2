"""The truth rules, each shown with literal rows through real Spark into a real Postgres."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from bikeshare.stations import Feed, StationInformation, StationStatus
from tests.support.availability import Availability, at, snapshot, trip, trips

pytestmark = pytest.mark.integration


def status(station_id: str, bikes: int, **known: object) -> StationStatus:
    """A station's status with this many bikes."""
    return StationStatus(station_id=station_id, num_bikes_available=bikes, **known)  # type: ignore[arg-type]


class TestIdentity:
    """T1: the same key is one trip, and the later end wins."""

    def test_a_trip_received_twice_is_one_trip(self, availability: Availability) -> None:
        """A file dropped again must move no bike."""
        ride = trip("A", "B", at(8), at(9), bike="7")

        availability.apply(trips(ride, ride))
        availability.apply(trips(ride, drop="again"))

        assert availability.bikes() == {"A": 0, "B": 1}
        assert availability.rows("SELECT trips FROM system_state") == [{"trips": 1}]

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_the_latest_end_wins_in_any_order(
        self, availability: Availability, order: tuple[int, ...]
    ) -> None:
        """An open trip is closed by its later row, whichever came first."""
        versions = [
            trip("A", "", at(8), None, bike="7"),
            trip("A", "B", at(8), at(9), bike="7"),
            trip("A", "C", at(8), at(10), bike="7"),
        ]

        for chosen in order:
            availability.apply(trips(versions[chosen], chunk=chosen))

        assert availability.bikes()["C"] == 1
        assert availability.bikes().get("B", 0) == 0
        flows = availability.rows("SELECT alias, sum(arrivals) AS n FROM dock_event GROUP BY 1")
        assert {row["alias"]: row["n"] for row in flows if row["n"]} == {"C": 1}

    def test_of_equal_ends_the_greater_station_wins(self, availability: Availability) -> None:
        """A tie is broken by what the rows say, never by which came first."""
        rows = [trip("A", end, at(8), at(9), key="R") for end in ("10", "9")]

        availability.apply(trips(rows[1]))
        availability.apply(trips(rows[0], drop="later"))

        assert availability.rows("SELECT end_station_id FROM trip") == [{"end_station_id": "9"}]


class TestBikesWithIds:
    """T3: a bike is where its newest trip left it."""

    def test_an_older_trip_that_comes_late_moves_no_bike(self, availability: Availability) -> None:
        """Files come in any order; only the newest trip says where a bike is."""
        availability.apply(trips(trip("B", "C", at(10), at(11), bike="7")))
        availability.apply(trips(trip("A", "B", at(8), at(9), bike="7"), drop="older"))

        assert availability.bikes() == {"A": 0, "B": 0, "C": 1}

    def test_a_bike_on_an_open_trip_is_out(self, availability: Availability) -> None:
        """A bike being ridden is at no dock."""
        availability.apply(trips(trip("A", "B", at(8), at(9), bike="7")))
        availability.apply(trips(trip("B", "", at(10), None, bike="7"), drop="next"))

        assert availability.bikes() == {"A": 0, "B": 0}

    def test_a_bike_left_away_from_any_dock_is_out(self, availability: Availability) -> None:
        """A dockless end is a real end that affects no station."""
        availability.apply(trips(trip("A", "B", at(8), at(9), bike="7")))
        availability.apply(trips(trip("B", "", at(10), at(11), bike="7"), drop="next"))

        assert availability.bikes() == {"A": 0, "B": 0}

    def test_a_truck_shows_when_the_bike_next_departs(self, availability: Availability) -> None:
        """A bike that departs from elsewhere was moved: its newest trip decides."""
        availability.apply(trips(trip("A", "B", at(8), at(9), bike="7")))
        availability.apply(trips(trip("X", "Y", at(10), at(11), bike="7"), drop="next"))

        assert availability.bikes() == {"A": 0, "B": 0, "X": 0, "Y": 1}

    def test_a_trip_that_changes_its_bike_gives_the_first_one_back(
        self, availability: Availability
    ) -> None:
        """A corrected row may name another bike; the first is then where its older trip left it."""
        availability.apply(trips(trip("A", "B", at(8), at(9), bike="7", key="1")))
        availability.apply(trips(trip("B", "C", at(10), at(11), bike="7", key="2"), drop="wrong"))
        availability.apply(trips(trip("B", "C", at(10), at(12), bike="8", key="2"), drop="right"))

        bikes = availability.rows("SELECT bike_id, station_id FROM bike ORDER BY 1")
        assert bikes == [
            {"bike_id": "7", "station_id": "B"},
            {"bike_id": "8", "station_id": "C"},
        ]


class TestSnapshots:
    """T4: the newest snapshot, then what came and went strictly after it."""

    def test_trips_after_the_snapshot_count_and_others_do_not(
        self, availability: Availability
    ) -> None:
        """The snapshot includes everything up to its own time, that moment included."""
        availability.apply(snapshot(Feed.STATUS, at(9), status("A", 5), status("B", 5)))

        availability.apply(
            trips(
                trip("A", "B", at(8), at(8, 30), key="before"),
                trip("A", "B", at(9), at(9), key="at"),
                trip("A", "B", at(8, 50), at(9, 10), key="across"),
                trip("A", "B", at(9, 20), at(9, 30), key="after"),
            )
        )

        assert availability.bikes() == {"A": 4, "B": 7}

    def test_a_snapshot_that_comes_after_its_trips_gives_the_same(
        self, availability: Availability
    ) -> None:
        """The ledger is queried again when an anchor arrives late."""
        availability.apply(trips(trip("A", "B", at(9, 20), at(9, 30), key="after")))
        availability.apply(snapshot(Feed.STATUS, at(9), status("A", 5), status("B", 5)))

        assert availability.bikes() == {"A": 4, "B": 6}

    def test_an_older_snapshot_changes_nothing(self, availability: Availability) -> None:
        """Snapshots may arrive out of order; the newest by its own time is the anchor."""
        availability.apply(snapshot(Feed.STATUS, at(9), status("A", 5)))
        availability.apply(snapshot(Feed.STATUS, at(8), status("A", 1), drop="older"))

        assert availability.station("A")["anchored_at"] == at(9)
        assert availability.bikes() == {"A": 5}

    def test_what_is_served_is_held_within_capacity(self, availability: Availability) -> None:
        """Nobody can ride off on less than zero bikes; the difference is reported as drift."""
        availability.apply(
            snapshot(
                Feed.INFORMATION,
                at(9),
                StationInformation(station_id="A", capacity=3),
                StationInformation(station_id="B", capacity=3),
            ),
            snapshot(Feed.STATUS, at(9), status("A", 1), status("B", 2), drop="status"),
        )

        rides = [trip("A", "B", at(10, n), at(10, n + 1), key=str(n)) for n in range(3)]
        availability.apply(trips(*rides))

        held = [availability.station(name) for name in ("A", "B")]
        assert [row["num_bikes_available"] for row in held] == [0, 3]
        assert [row["unheld_bikes"] for row in held] == [-2, 5]
        assert [row["drift"] for row in held] == [-2, 2]

    def test_a_snapshot_outweighs_bike_ids(self, availability: Availability) -> None:
        """A station's own report is better than adding up trips since the beginning."""
        availability.apply(trips(trip("A", "B", at(8), at(8, 30), bike="7")))
        availability.apply(snapshot(Feed.STATUS, at(9), status("B", 12)))

        assert availability.bikes() == {"A": 0, "B": 12}


class TestUnknown:
    """T5: no ids and no snapshot means no count."""

    def test_a_count_is_never_invented(self, availability: Availability) -> None:
        """Rides alone say how many came and went, not how many there are."""
        availability.apply(trips(trip("A", "B", at(8), at(9), key="R")))

        assert availability.bikes() == {"A": None, "B": None}
        flows = availability.rows(
            "SELECT alias, departures, arrivals FROM station_day_flow ORDER BY 1"
        )
        assert flows == [
            {"alias": "A", "departures": 1, "arrivals": 0},
            {"alias": "B", "departures": 0, "arrivals": 1},
        ]

    def test_the_net_flow_is_that_of_all_trips(self, availability: Availability) -> None:
        """A newer version replaces an older one, in its own batch or a later one."""
        availability.apply(trips(trip("A", "B", at(8), at(9), key="R")))
        availability.apply(trips(trip("A", "C", at(8), at(10), key="R"), drop="newer"))
        availability.apply(trips(trip("A", "C", at(9), at(10), bike="7"), drop="another"))

        assert self.net_flows(availability) == {"A": -2, "B": 0, "C": 2}

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    def test_a_snapshot_counts_from_itself(
        self, availability: Availability, order: tuple[int, ...]
    ) -> None:
        """Before the first one all trips count; with it, those that come after it."""
        records = [
            trips(trip("A", "B", at(8), at(8, 30), key="before")),
            trips(trip("A", "B", at(9, 20), at(9, 30), key="after"), drop="after"),
            snapshot(Feed.STATUS, at(9), status("A", 5)),
        ]
        for chosen in order:
            availability.apply(records[chosen])

        assert self.net_flows(availability) == {"A": -1, "B": 2}

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_an_alias_adds_its_own(
        self, availability: Availability, order: tuple[int, int]
    ) -> None:
        """One place under two ids has one flow, however late they are joined."""
        joined = StationInformation(station_id="A", aliases=("B",))
        records = [
            trips(trip("A", "C", at(8), at(9), key="1"), trip("B", "C", at(8), at(9), key="2")),
            snapshot(Feed.INFORMATION, at(9), joined),
        ]
        for chosen in order:
            availability.apply(records[chosen])

        assert self.net_flows(availability) == {"A": -2, "C": 2}

    @staticmethod
    def net_flows(availability: Availability) -> dict[str, int]:
        """Return the net flow of each station that is served."""
        rows = availability.rows("SELECT station_id, net_flow FROM station_status")
        return {row["station_id"]: row["net_flow"] for row in rows}


class TestDocks:
    """T6: what is neither a bike nor broken is a free dock."""

    def test_disabled_bikes_and_docks_are_not_free(self, availability: Availability) -> None:
        """A rider cannot return a bike into a broken dock."""
        availability.apply(
            snapshot(Feed.INFORMATION, at(9), StationInformation(station_id="A", capacity=20)),
            snapshot(
                Feed.STATUS,
                at(9),
                status("A", 5, num_bikes_disabled=2, num_docks_disabled=3, is_returning=False),
                drop="status",
            ),
        )

        served = availability.station("A")
        assert served["num_docks_available"] == 10
        assert served["is_returning"] is False

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_a_status_without_a_count_tells_whether_a_station_is_open(
        self, availability: Availability, order: tuple[int, ...]
    ) -> None:
        """The older count stays in use; a station with no other entry is a snapshot's too."""
        closed = [StationStatus(station_id=name, is_renting=False) for name in ("A", "B")]
        records = [
            snapshot(Feed.STATUS, at(9), status("A", 5, is_renting=True)),
            snapshot(Feed.STATUS, at(10), *closed, drop="closed"),
            trips(trip("A", "B", at(9, 30), at(9, 40), key="R")),
        ]
        for chosen in order:
            availability.apply(records[chosen])

        a, b = (availability.station(name) for name in ("A", "B"))
        assert (a["num_bikes_available"], a["anchored_at"], a["is_renting"]) == (4, at(9), False)
        assert (b["num_bikes_available"], b["is_renting"], b["source"]) == (None, False, "both")
        assert a["last_reported"] == at(10)

    def test_the_newest_entry_tells_whether_a_station_is_open(
        self, availability: Availability
    ) -> None:
        """A late, older entry does not win; of two from one moment, the one with a count does."""
        unknown = StationStatus(station_id="A", is_renting=False)
        availability.apply(snapshot(Feed.STATUS, at(9), unknown))
        availability.apply(snapshot(Feed.STATUS, at(9), status("A", 5, is_renting=True), drop="2"))
        assert availability.station("A")["is_renting"] is True

        availability.apply(snapshot(Feed.STATUS, at(8), unknown, drop="older"))
        assert availability.station("A")["is_renting"] is True

    def test_docks_are_unknown_without_a_capacity(self, availability: Availability) -> None:
        """An unknown number of docks is not zero."""
        availability.apply(trips(trip("A", "B", at(8), at(9), bike="7")))

        assert availability.station("B")["num_docks_available"] is None


class TestStations:
    """T9: name and place come from the newest snapshot, else from the newest trip."""

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_the_newest_trip_names_a_station(
        self, availability: Availability, order: tuple[int, int]
    ) -> None:
        """A renamed station shows its new name whichever file comes first."""
        rides = [
            trip("A", "B", at(8), at(9), key="old", start_name="Old St", lat="40.1", lon="-74.1"),
            trip("A", "B", at(10), at(11), key="new", start_name="New St", lat="40.2", lon="-74.2"),
        ]

        for chosen in order:
            availability.apply(trips(rides[chosen], chunk=chosen))

        served = availability.station("A")
        assert (served["name"], served["lat"], served["lon"]) == ("New St", 40.2, -74.2)
        assert served["source"] == "trips"

    def test_a_snapshot_names_a_station_for_good(self, availability: Availability) -> None:
        """Not even a later trip renames what the operator has named."""
        named = StationInformation(station_id="A", name="Official", lat=1.0, lon=2.0)
        availability.apply(snapshot(Feed.INFORMATION, at(9), named))
        availability.apply(trips(trip("A", "B", at(10), at(11), bike="7", start_name="Other")))

        served = availability.station("A")
        assert (served["name"], served["lat"], served["source"]) == ("Official", 1.0, "both")


class TestAliases:
    """T10: one dock under several ids is one station, however late that is learned."""

    NEW = datetime(2025, 4, 7, tzinfo=UTC)

    def records(self) -> list[tuple[str, bytes]]:
        """Trips by two ids, and the snapshots of two eras that join them."""
        return [
            trips(trip("3186", "3203", at(8), at(9), bike="7"), drop="old"),
            trips(trip("JC005", "JC009", at(12), at(13), key="R"), drop="new"),
            snapshot(
                Feed.INFORMATION,
                at(10),
                StationInformation(station_id="3186", aliases=("JC005",), name="Grove", capacity=9),
                drop="information",
            ),
            snapshot(Feed.STATUS, at(10), status("3186", 4), drop="status"),
        ]

    @pytest.mark.parametrize("order", list(permutations(range(4))))
    def test_learning_an_alias_late_gives_the_same_state(
        self, availability: Availability, order: tuple[int, ...]
    ) -> None:
        """The state depends on what came, not on when the alias was learned."""
        records = self.records()
        for chosen in order:
            availability.apply(records[chosen])

        assert availability.bikes() == {"3186": 3, "3203": 1, "JC009": None}
        served = availability.station("3186")
        assert served["aliases"] == ["JC005"]
        assert (served["name"], served["source"]) == ("Grove", "both")

    def test_a_newer_feed_gives_the_station_its_new_id(self, availability: Availability) -> None:
        """Operators renumber; the place continues under the newest snapshot's id."""
        renamed = StationInformation(station_id="uuid", aliases=("JC005",), name="Grove St PATH")
        availability.apply(*self.records())
        availability.apply(snapshot(Feed.INFORMATION, self.NEW, renamed, drop="renamed"))

        served = availability.station("uuid")
        assert served["aliases"] == ["3186", "JC005"]
        assert (served["num_bikes_available"], served["anchored_at"]) == (3, at(10))
        assert "3186" not in availability.bikes()


class TestElectricBikes:
    @pytest.mark.parametrize(("electric", "served"), [(None, None), (2, 2), (9, 5)])
    def test_unknown_is_not_all_and_never_more_than_there_are(
        self, availability: Availability, electric: int | None, served: int | None
    ) -> None:
        """A feed that does not tell e-bikes apart must not make every bike electric."""
        bikes = status("A", 5, num_ebikes_available=electric)
        availability.apply(snapshot(Feed.STATUS, at(9), bikes))

        assert availability.station("A")["num_ebikes_available"] == served
