"""The arithmetic that turns the cost of a row into databases, workers and dollars."""

from dataclasses import replace

from tests.bench.sizing import (
    DATABASE_MEMORY_GIB,
    GIB,
    HOT_SHARE,
    LOADS,
    MEMORY,
    PLANNED_SHARE,
    WRITER,
    Load,
    Measured,
    machines,
    need,
    page,
)

COST = Measured(
    machines="`api` on a machine",
    publish_s=5e-6,
    kafka_bytes=50,
    stream_s=123.4e-6,
    answer_s=0.5e-3,
    bytes_per_trip=500,
)
CITY = Load(name="a city", systems=1, trips_a_year=45_000_000)


class TestNeed:
    def test_one_city_is_one_database(self) -> None:
        """Six rows a second are nothing to a writer that manages ten thousand."""
        assert need(CITY, COST).shards == 1

    def test_a_busy_writer_is_shared_out(self) -> None:
        """No writer is planned to be busy for more than half of its time at the peak."""
        slow = replace(COST, stream_s=0.2, bytes_per_trip=1)

        planned = need(CITY, slow)

        assert planned.bottleneck == WRITER
        assert planned.shards == 3

    def test_memory_is_a_reason_for_more_databases(self) -> None:
        """A writer whose indexes do not fit is slow long before it is busy."""
        planned = need(replace(CITY, trips_a_year=1_500_000_000), COST)

        assert planned.bottleneck == MEMORY
        assert planned.database == "db.r7g.xlarge"
        assert planned.shards == 11

    def test_no_memory_is_planned_to_be_fuller_than_the_rest(self) -> None:
        """What a load takes is told of the class that it gets, not of a larger one."""
        for load in LOADS:
            planned = need(load, COST)
            hot_gib = load.trips_a_year * COST.bytes_per_trip * HOT_SHARE / GIB
            used = hot_gib / planned.shards / DATABASE_MEMORY_GIB[planned.database]

            assert used <= PLANNED_SHARE
            assert round(used * planned.shards / PLANNED_SHARE - planned.shares[MEMORY], 6) == 0

    def test_more_trips_never_cost_less(self) -> None:
        """A size that is cheaper than a smaller one would be a mistake in the table."""
        dollars = [need(load, COST).dollars for load in LOADS]
        assert dollars == sorted(dollars)

    def test_answers_are_paid_by_the_question(self) -> None:
        """Requests are most of what a large deployment pays for, unless an edge answers them."""
        twice = replace(CITY, trips_a_year=2 * CITY.trips_a_year)

        one, two = (need(load, COST).dollars_for_answers for load in (CITY, twice))

        assert one > 12 * 3.5
        assert round(two / one, 6) == 2


class TestPage:
    def test_shows_every_load_and_what_moves_its_bottleneck(self) -> None:
        """The page is for decisions: a number without a next step is only half of that."""
        written = page(COST)

        for load in LOADS:
            assert load.name in written
            assert need(load, COST).bottleneck in written
        assert "123.4" in written
        assert COST.machines in written

    def test_tells_what_a_hundred_deployments_would_cost(self) -> None:
        """Sharing parts is a design change; its worth is the difference."""
        alone = 100 * need(replace(CITY, trips_a_year=4_000_000), COST).dollars

        assert f"{alone:,.0f}" in page(COST)

    def test_tells_which_part_ran_on_which_machine(self) -> None:
        """Times of different processors are not one machine's."""
        amd, intel = {"processor": "AMD"}, {"processor": "Intel"}

        told = machines({"publish": amd, "api": amd, "growth": intel})

        assert told == "`publish` and `api` on AMD, `growth` on Intel"
