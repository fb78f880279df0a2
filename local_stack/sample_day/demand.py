"""When people ride on a working day, from where, and to where."""

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from random import Random

from local_stack.sample_day.stations import Station

RIDES_PER_STATION = 104
# Each hour from 5:00: its share of the day's rides, and the shares of these to work and to home.
HOURS = (
    (0.7, 0.45, 0.0), (2.2, 0.5, 0.0), (5.2, 0.5, 0.0), (8.8, 0.5, 0.0), (6.6, 0.4, 0.0),
    (4.2, 0.15, 0.0), (4.2, 0.0, 0.0), (4.9, 0.0, 0.0), (5.0, 0.0, 0.0), (5.0, 0.0, 0.05),
    (5.6, 0.0, 0.1), (7.0, 0.0, 0.2), (10.4, 0.0, 0.36), (10.2, 0.0, 0.36), (7.2, 0.0, 0.25),
    (4.9, 0.0, 0.15), (3.6, 0.0, 0.1), (2.6, 0.0, 0.1), (1.7, 0.0, 0.1),
)  # fmt: skip
QUARTER_S = 15 * 60
LONG_RIDE_M = 1000
SHORT_WALK_M = 350


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why people ride: how many start at each station, and where they go from each."""

    origins: Sequence[float]
    destinations: Sequence[Sequence[float]]

    def ride(self, random: Random) -> tuple[int, int]:
        """Draw the station where someone wants to start and the one where they want to be."""
        origin = drawn(self.origins, random)
        return origin, drawn(self.destinations[origin], random)


def drawn(running_totals: Sequence[float], random: Random) -> int:
    """Draw an index by its weight."""
    last = len(running_totals) - 1
    return bisect(running_totals, random.random() * running_totals[-1], hi=last)


def departure_times(stations: int, random: Random) -> list[int]:
    """Draw when people want to start, in milliseconds after 5:00, at a smoothly varying rate."""
    quarters = range(4 * len(HOURS))
    weights = [busyness((quarter + 0.5) / 4) for quarter in quarters]
    chosen = random.choices(quarters, weights, k=RIDES_PER_STATION * stations)
    return sorted(
        quarter * QUARTER_S * 1000 + random.randrange(1, QUARTER_S * 1000) for quarter in chosen
    )


def busyness(hours_after_5: float) -> float:
    """Return the percentage of the day's rides per hour, interpolated between hours' middles."""
    position = min(max(hours_after_5 - 0.5, 0.0), len(HOURS) - 1.0)
    before = int(position)
    after = min(before + 1, len(HOURS) - 1)
    return HOURS[before][0] + (HOURS[after][0] - HOURS[before][0]) * (position - before)


def purpose_at(ms_after_5: int, random: Random) -> str:
    """Draw a ride's purpose by the hour of the day."""
    _, to_work, to_home = HOURS[ms_after_5 // 3_600_000]
    draw = random.random()
    if draw < to_work:
        return "to work"
    return "to home" if draw < to_work + to_home else "around"


def purposes(stations: Sequence[Station]) -> dict[str, Purpose]:
    """Weight the routes between all stations for each purpose."""
    nearness = [
        [nearness_of(ride_m(origin, end), origin is end) for end in stations] for origin in stations
    ]
    homes = [station.homes * station.is_open for station in stations]
    offices = [(station.offices + 0.12) * station.is_open for station in stations]
    around = [(0.5 + station.homes + station.offices) * station.is_open for station in stations]
    ends = {"to work": (homes, offices), "to home": (offices, homes), "around": (around, around)}
    return {
        name: purpose_of(origins, [list(map(mul, destinations, row)) for row in nearness])
        for name, (origins, destinations) in ends.items()
    }


def purpose_of(origins: Sequence[float], ways: Sequence[Sequence[float]]) -> Purpose:
    """
    Weight each route by both its ends.

    A place with more in reach starts more rides, so that the day's flows balance; otherwise bikes
    would gather in the middle of the island.
    """
    destinations = [list(accumulate(row)) for row in ways]
    totals = [weight * row[-1] for weight, row in zip(origins, destinations, strict=True)]
    return Purpose(list(accumulate(totals)), destinations)


def nearness_of(distance_m: float, is_round_trip: bool) -> float:  # noqa: FBT001
    """Return the weight of a ride's length: few as short as a walk, ever fewer long ones."""
    if is_round_trip:
        return 0.25
    worth_a_bike = 1 - math.exp(-((distance_m / SHORT_WALK_M) ** 2))
    return worth_a_bike * math.exp(-distance_m / LONG_RIDE_M)


def ride_m(start: Station, end: Station) -> float:
    """Return the distance to ride in metres, along avenues and streets."""
    along_m = start.crossing.along_m - end.crossing.along_m
    return abs(along_m) + abs(start.crossing.across_m - end.crossing.across_m)
