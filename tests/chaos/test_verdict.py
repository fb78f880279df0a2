"""The judge of every fault, tested on worlds whose one flaw is known."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.database import AttemptRow
from tests.chaos.expectation import Expectation, LedgerRow
from tests.chaos.verdict import judge
from tests.support.comparison import as_expected

TRIPS = """ride_id,started_at,ended_at,start_station_id,end_station_id
R1,2021-02-03 08:00:00,2021-02-03 08:10:00,A,B
R2,2021-02-03 08:00:00,2021-02-03 08:20:00,B,A
R3,2021-02-03 08:00:00,never,B,A
"""
FEED = {"last_updated": 1612300000, "data": {"stations": [{"station_id": "A", "capacity": 9}]}}
LIVE, STATIONS, CUT = "live/trips.csv", "stations/feed.json", "live/cut.csv.gz"
FILES = {
    LIVE: TRIPS.encode(),
    STATIONS: json.dumps(FEED).encode(),
    CUT: gzip.compress(TRIPS.encode())[:-20],
}
STRANGER: LedgerRow = ("R9", None, datetime(2021, 2, 3, tzinfo=UTC), None, "A", None)


def attempt(key: str, state: str, *, read: int, rejected: int = 0) -> AttemptRow:
    """A finished attempt that adds up."""
    outcome = "refused" if state == "refused" else "published"
    seen = read - rejected
    return AttemptRow(key, state, outcome, True, read, seen, rejected, seen, seen)  # noqa: FBT003 - a row's columns


@dataclass
class FakeDatabase:
    """A database that holds what a test says."""

    trips: set[LedgerRow]
    tried: list[AttemptRow]
    set_aside: int = 0

    def ledger(self) -> set[LedgerRow]:
        """Every trip."""
        return self.trips

    def attempts(self) -> list[AttemptRow]:
        """Every attempt at a drop."""
        return self.tried

    def unreadable(self) -> int:
        """How many records were set aside."""
        return self.set_aside

    def change(self, key: str, **values: Any) -> None:
        """Change fields of the attempt at a drop."""
        self.tried = [replace(one, **values) if one.key == key else one for one in self.tried]


@dataclass
class FakeWorld:
    """A world after two files, exact until a test spoils it."""

    expected: Expectation
    database: FakeDatabase
    served: dict[str, dict[str, Any]]
    gone: set[str] = field(default_factory=set)
    unreadable_expected: int = 0

    def stations(self) -> dict[str, dict[str, Any]]:
        """What the API serves."""
        return self.served


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    """An exact world: one of three rows was unreadable, a snapshot was read, a file was refused."""
    expected = Expectation()
    for key, content in FILES.items():
        path = tmp_path / Path(key).name
        path.write_bytes(content)
        expected.add(key, path)
    tried = [
        attempt(LIVE, "complete", read=3, rejected=1),
        attempt(STATIONS, "complete", read=1),
        # Its first rows were published before the file proved to be truncated.
        replace(attempt(CUT, "refused", read=0), rows_seen=2),
    ]
    served = {one: as_expected(station) for one, station in expected.stations().items()}
    return FakeWorld(expected, FakeDatabase(expected.ledger(), tried), served)


SPOILT: dict[str, Callable[[FakeWorld], object]] = {
    "a trip is lost": lambda world: world.database.trips.pop(),
    "a trip is invented": lambda world: world.database.trips.add(STRANGER),
    "a station is one off": lambda world: world.served["A"].update(net_flow=1),
    "a station is closed": lambda world: world.served["A"].update(is_returning=False),
    "a station is not served": lambda world: world.served.pop("B"),
    "a station is invented": lambda world: world.served.update(C=world.served["A"]),
    "a drop has no account": lambda world: world.database.tried.pop(),
    "a drop that is gone is complete": lambda world: world.gone.add(LIVE),
    "a drop is applied again": lambda world: world.database.tried.append(
        attempt(LIVE, "complete", read=3, rejected=1)
    ),
    "an attempt goes on": lambda world: world.database.tried.append(
        replace(world.database.tried[0], state="applying", is_complete=False, rows_applied=0)
    ),
    "a record is set aside": lambda world: setattr(world.database, "set_aside", 1),
}
# False accounts of an attempt, each wrong in one way only.
MISTOLD: dict[str, tuple[str, dict[str, object]]] = {
    "a row was not seen": (LIVE, {"rows_seen": 3}),
    "a row has two fates": (LIVE, {"rows_published": 3, "rows_seen": 3}),
    "an unreadable row is published": (
        LIVE,
        {"rows_rejected": 0, "rows_published": 3, "rows_seen": 3},
    ),
    "a row is read that is not there": (
        LIVE,
        {"rows_read": 4, "rows_published": 3, "rows_seen": 3},
    ),
    "a trip is not counted": (LIVE, {"rows_applied": 1}),
    "more is applied than seen": (STATIONS, {"rows_applied": 2}),
    "a good file is refused": (STATIONS, {"state": "refused", "outcome": "refused"}),
    "a bad file is taken": (CUT, {"state": "complete", "outcome": "published", "rows_seen": 0}),
}


class TestJudge:
    def test_finds_an_exact_world_good(self, world: FakeWorld) -> None:
        """Otherwise every fault would fail, and the flaws below would prove nothing."""
        verdict = judge(world)

        assert verdict.complaints == []
        assert verdict.is_good

    @pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
    def test_finds_each_flaw(self, world: FakeWorld, spoil: Callable[[FakeWorld], object]) -> None:
        """A judge that misses one would call every fault of its kind harmless."""
        spoil(world)

        assert not judge(world).is_good

    @pytest.mark.parametrize(("key", "told"), MISTOLD.values(), ids=MISTOLD)
    def test_finds_each_wrong_account(
        self, world: FakeWorld, key: str, told: dict[str, object]
    ) -> None:
        """T8 is a promise of its own: the state may be right while the numbers are wrong."""
        world.database.change(key, **told)

        assert not judge(world).is_good

    def test_tells_what_is_wrong_by_kind(self, world: FakeWorld) -> None:
        """The report has a column for each."""
        world.database.trips.pop()
        world.database.trips |= {STRANGER, ("R8", *STRANGER[1:])}
        world.served.clear()

        verdict = judge(world)

        assert (verdict.rows_lost, verdict.rows_invented, verdict.wrong_stations) == (1, 2, 2)
