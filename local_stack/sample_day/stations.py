"""Which of Manhattan's crossings have a station in the sample, and what each is like."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from local_stack.errors import UsageError
from local_stack.sample_day.manhattan import Crossing, crossings, grid_of, position_of

WIDEST_SPACING_M = 400
JITTER_M = 12

# Where people work: place (lat, lon), how far the offices reach along and across, how many.
OFFICES = (
    (40.7555, -73.9765, 900, 520, 1.0),  # midtown
    (40.7080, -74.0100, 650, 450, 0.9),  # the financial district
    (40.7415, -73.9935, 500, 450, 0.45),  # Flatiron and Chelsea
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A station of the sample; offices and homes say how many people work and live around it."""

    station_id: str
    short_name: str
    crossing: Crossing
    lat: float
    lon: float
    capacity: int
    bikes_disabled: int
    docks_disabled: int
    is_open: bool
    offices: float
    homes: float

    @property
    def docks(self) -> int:
        """Docks that a bike can be left in."""
        return self.capacity - self.bikes_disabled - self.docks_disabled


def build_stations(number: int, random: Random) -> list[Station]:
    """Choose crossings evenly over the island and put a station at each."""
    chosen = spread(list(crossings()), number, random)
    ids = sorted(random.sample(range(72, 4000), number))
    closed = set(random.sample(range(number), min(2, number // 50)))
    broken = set(random.sample(range(number), number // 25))
    return [
        equipped(crossing, random, station_id=ids[index], broken=index in broken)
        if index not in closed
        else equipped(crossing, random, station_id=ids[index], is_open=False)
        for index, crossing in enumerate(chosen)
    ]


def spread(candidates: list[Crossing], number: int, random: Random) -> list[Crossing]:
    """Pick random crossings a minimum distance apart, which shrinks while too few fit."""
    if number > len(candidates):
        message = f"the sample has room for {len(candidates)} stations, not {number}"
        raise UsageError(message)
    random.shuffle(candidates)
    chosen: list[Crossing] = []
    spacing_m = float(WIDEST_SPACING_M)
    while len(chosen) < number:
        for candidate in candidates:
            if len(chosen) < number and is_apart(candidate, chosen, spacing_m):
                chosen.append(candidate)
        spacing_m = spacing_m * 0.9 if spacing_m > 1 else 0
        candidates = [one for one in candidates if one not in chosen]
    return sorted(chosen, key=lambda one: (one.along_m, one.across_m))


def is_apart(candidate: Crossing, chosen: Sequence[Crossing], spacing_m: float) -> bool:
    """Return whether no chosen crossing is nearer than the spacing."""
    return all(
        math.hypot(one.along_m - candidate.along_m, one.across_m - candidate.across_m) >= spacing_m
        for one in chosen
    )


def equipped(
    crossing: Crossing,
    random: Random,
    *,
    station_id: int,
    broken: bool = False,
    is_open: bool = True,
) -> Station:
    """Put a station near the crossing; the busier the place, the more docks."""
    offices = offices_near(crossing)
    size = random.gauss(29 + 14 * offices, 12)
    lat, lon = position_of(
        crossing.along_m + random.uniform(-JITTER_M, JITTER_M),
        crossing.across_m + random.uniform(-JITTER_M, JITTER_M),
    )
    return Station(
        station_id=str(station_id),
        short_name=f"{5000 + station_id}.{random.randint(1, 12):02d}",
        crossing=crossing,
        lat=round(lat, 8),
        lon=round(lon, 8),
        capacity=max(15, min(67, round(size))),
        bikes_disabled=random.randint(1, 3) if broken else 0,
        docks_disabled=random.randint(0, 2) if broken else 0,
        is_open=is_open,
        offices=offices,
        homes=max(0.15, 1.05 - offices) * random.uniform(0.7, 1.3),
    )


def offices_near(crossing: Crossing) -> float:
    """Return how much of a business district the place is: 0 not at all, about 1 at its heart."""
    found = 0.0
    for lat, lon, along_reach_m, across_reach_m, weight in OFFICES:
        along_m, across_m = grid_of(lat, lon)
        along = (crossing.along_m - along_m) / along_reach_m
        across = (crossing.across_m - across_m) / across_reach_m
        found += weight * math.exp(-(along**2 + across**2) / 2)
    return found
