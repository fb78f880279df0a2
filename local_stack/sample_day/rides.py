"""A day of the sample: every bike departs from where it is, and every arrival finds a dock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random

from local_stack.sample_day.demand import departure_times, purpose_at, purposes, ride_m
from local_stack.sample_day.stations import Station

DAY_MS = 19 * 3_600_000
WALK_TO_ANOTHER_M = 500
STATIONS_TRIED = 4
ROUND_TRIP_M = 2200
TRUCK_EVERY_MS = 9 * 60_000
TRUCK_BIKES = 6
TRUCK_HOURS = range(2, 17)  # 7:00 to 22:00, counted from 5:00
NEARLY_EMPTY, NEARLY_FULL = 0.1, 0.85


@dataclass(frozen=True, slots=True)
class Ride:
    """One ride, in milliseconds after 5:00; a ride still going at midnight has no end."""

    bike_id: int
    started_ms: int
    start: Station
    ended_ms: int | None
    end: Station | None
    is_subscriber: bool


@dataclass(slots=True)
class Day:
    """Where every bike is as the day goes on; `journeys` is a heap of (arrival, n, journey)."""

    stations: Sequence[Station]
    random: Random
    docked: list[list[int]]
    nearest: list[list[int]] = field(default_factory=list)
    rides: list[Ride] = field(default_factory=list)
    journeys: list[tuple[int, int, "Journey"]] = field(default_factory=list)
    journeys_begun: int = 0

    def depart(self, at_ms: int, wanted_start: int, end: int, *, is_subscriber: bool) -> None:
        """Take a bike at the station or, if it has none, at the next; otherwise walk."""
        start = next((one for one in self.around(wanted_start) if self.docked[one]), None)
        if start is None:
            return
        bikes = self.docked[start]
        bike = bikes.pop(self.random.randrange(len(bikes)))
        takes_ms = self.riding_ms(start, end, is_subscriber=is_subscriber)
        self.send(at_ms + takes_ms, Journey([bike], end, at_ms, start, is_subscriber))

    def send(self, arrives_ms: int, journey: "Journey") -> None:
        """Put bikes on their way."""
        self.journeys_begun += 1
        heappush(self.journeys, (arrives_ms, self.journeys_begun, journey))

    def arrive_until(self, now_ms: int) -> None:
        """Process arrivals that are due; a rider who finds a full station rides on to the next."""
        while self.journeys and self.journeys[0][0] < now_ms:
            at_ms, _, journey = heappop(self.journeys)
            free = self.stations[journey.end].docks - len(self.docked[journey.end])
            if free < len(journey.bikes):
                self.ride_on(at_ms, journey)
                continue
            self.docked[journey.end] += journey.bikes
            if journey.start is not None:
                self.record(journey, at_ms)

    def ride_on(self, at_ms: int, journey: "Journey") -> None:
        """Go to the nearest station that has docks now; it may be full on arrival, too."""
        wanted = len(journey.bikes)
        full_end = journey.end
        journey.end = next(
            one
            for one in self.nearest[full_end]
            if one != full_end and self.stations[one].docks - len(self.docked[one]) >= wanted
        )
        self.send(at_ms + 20_000 + self.riding_ms(full_end, journey.end), journey)

    def record(self, journey: "Journey", ended_ms: int | None) -> None:
        """Record a ride that ended, or one that has no end."""
        start = self.stations[journey.start or 0]
        end = None if ended_ms is None else self.stations[journey.end]
        (bike,) = journey.bikes
        self.rides.append(
            Ride(bike, journey.started_ms, start, ended_ms, end, journey.is_subscriber)
        )

    def drive_truck(self, at_ms: int) -> None:
        """Carry a few bikes from a station that is nearly full to one that is nearly empty."""
        shares = [
            (len(bikes) / station.docks, index)
            for index, (station, bikes) in enumerate(zip(self.stations, self.docked, strict=True))
            if station.is_open
        ]
        full = [index for share, index in shares if share > NEARLY_FULL]
        empty = [index for share, index in shares if share < NEARLY_EMPTY]
        if full and empty:
            start, end = self.random.choice(full), self.random.choice(empty)
            load = [self.docked[start].pop(0) for _ in range(TRUCK_BIKES)]
            self.send(at_ms + self.random.randint(15, 40) * 60_000, Journey(load, end, at_ms))

    def around(self, station: int) -> list[int]:
        """Return the station and those that are a short walk away, nearest first."""
        here = self.stations[station]
        return [
            one
            for one in self.nearest[station][:STATIONS_TRIED]
            if ride_m(here, self.stations[one]) <= WALK_TO_ANOTHER_M
        ]

    def riding_ms(self, start: int, end: int, *, is_subscriber: bool = True) -> int:
        """Draw a ride's duration: unlocking and traffic lights, and riding at the rider's pace."""
        metres = ride_m(self.stations[start], self.stations[end]) if start != end else ROUND_TRIP_M
        metres_per_s = max(1.6, self.random.gauss(3.3, 0.55))
        detour = 1.0 if is_subscriber else self.random.uniform(1.2, 2.6)
        return round((self.random.uniform(45, 120) + metres * detour / metres_per_s) * 1000)


@dataclass(slots=True)
class Journey:
    """Bikes on their way; a journey without a start is a truck's."""

    bikes: list[int]
    end: int
    started_ms: int
    start: int | None = None
    is_subscriber: bool = True


def ride_all_day(
    stations: Sequence[Station], docked: list[list[int]], random: Random
) -> list[Ride]:
    """Simulate the city from 5:00 to midnight; return every ride, ordered by start."""
    day = Day(stations, random, docked, [nearest_to(station, stations) for station in stations])
    why = purposes(stations)
    next_truck_ms = TRUCK_HOURS.start * 3_600_000
    for at_ms in departure_times(len(stations), random):
        while next_truck_ms < at_ms:
            if next_truck_ms // 3_600_000 in TRUCK_HOURS:
                day.arrive_until(next_truck_ms)
                day.drive_truck(next_truck_ms)
            next_truck_ms += TRUCK_EVERY_MS
        day.arrive_until(at_ms)
        purpose = purpose_at(at_ms, random)
        start, end = why[purpose].ride(random)
        commutes = purpose != "around"
        day.depart(at_ms, start, end, is_subscriber=random.random() < (0.97 if commutes else 0.83))
    day.arrive_until(DAY_MS)
    for _, _, journey in day.journeys:
        if journey.start is not None:
            day.record(journey, None)
    return sorted(day.rides, key=lambda ride: (ride.started_ms, ride.bike_id))


def nearest_to(station: Station, stations: Sequence[Station]) -> list[int]:
    """Return all open stations, the nearest (usually the station itself) first."""
    open_ones = [index for index, one in enumerate(stations) if one.is_open]
    return sorted(open_ones, key=lambda index: ride_m(station, stations[index]))
