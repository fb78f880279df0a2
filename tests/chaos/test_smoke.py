"""The most telling faults in two minutes; `make chaos` injects all of them, many times over."""

from collections.abc import Iterator

import pytest

from tests.chaos.fault import Fault
from tests.chaos.suite import FAULTS, seeded, strike
from tests.chaos.world import World

pytestmark = pytest.mark.e2e

SEED = 7
TELLING = (
    "corrupt_records",
    "emulator_killed",
    "postgres_killed",
    "kafka_killed",
    "gzip_lies",
    "notified_twice",
    "spark_killed_before_checkpoint",
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One stack, hit by every fault of this module in turn."""
    with World(seeded(SEED, "smoke")) as running:
        yield running


class TestSmoke:
    @pytest.mark.parametrize(
        ("number", "fault"),
        list(enumerate(one for name in TELLING for one in FAULTS if one.name == name)),
        ids=TELLING,
    )
    def test_the_stack_recovers_and_is_exact(self, world: World, number: int, fault: Fault) -> None:
        """Every row is there once and every station is right, whatever was killed or sent."""
        run = strike(world, fault, number, SEED)

        assert run.recovered, run.verdict.complaints
        assert run.verdict.is_good, run.verdict
