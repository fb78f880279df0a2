"""A seed is worthless unless it gives the same files again."""

from pathlib import Path

from tests.chaos.material import Material, Month
from tests.chaos.suite import FAULTS, SWEPT, plan, seeded

HEADER = "ride_id,started_at,ended_at,start_station_id,end_station_id"
MONTH = Month(
    HEADER,
    tuple(f"R{n},2021-02-03 08:00:{n:02d},2021-02-03 09:00:00,A{n % 3},B" for n in range(50)),
)


def written(folder: Path, seed: int) -> dict[str, bytes]:
    """Return every file that a seed makes."""
    folder.mkdir()
    material, random = Material([MONTH], folder), seeded(seed)
    for _ in range(8):
        material.write(material.trips(random, 20), random)
        material.feed(random)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestMaterial:
    def test_the_same_seed_gives_the_same_bytes(self, tmp_path: Path) -> None:
        """A fault that was found must be found again."""
        assert written(tmp_path / "a", 5) == written(tmp_path / "b", 5)
        assert written(tmp_path / "c", 6) != written(tmp_path / "d", 5)

    def test_an_open_ride_has_no_end(self) -> None:
        """T1: the row that closes it must win, whichever comes first."""
        assert MONTH.opened(MONTH.rows[0]) == "R0,2021-02-03 08:00:00,,A0,"


class TestPlan:
    def test_strikes_every_fault_as_often_but_those_that_wait(self) -> None:
        """Two hundred runs must not be two hundred of the quick faults."""
        names = [fault.name for fault in plan(1, 4 * len(FAULTS) - 3 * len(SWEPT), FAULTS)]

        tries = {name: names.count(name) for name in names}
        assert set(tries) == {fault.name for fault in FAULTS}
        assert {tries[name] for name in SWEPT} == {1}
        assert {count for name, count in tries.items() if name not in SWEPT} == {4}

    def test_goes_by_its_seed_alone(self) -> None:
        """The recorded command must inject the recorded faults."""
        assert plan(3, 40, FAULTS) == plan(3, 40, FAULTS)
        assert plan(3, 40, FAULTS) != plan(4, 40, FAULTS)
