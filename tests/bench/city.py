"""A city of New York's size, with the same rides in every run, to measure the stream on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from bikeshare.stations import StationStatus
from bikeshare.trips import Trip
from bikeshare.utc import utc_text

FIRST_RIDE_AT: Final = datetime(2019, 6, 3, tzinfo=UTC)
# A New York summer: 2,200 stations, 20,000 bikes on the road, 100,000 rides a day.
STATIONS: Final = 2_200
BIKES: Final = 20_000
RIDES_PER_S: Final = 100_000 / 86_400
# The share of rides that start elsewhere than the bike was left: 8 to 10 % in real files.
MOVED_BY_TRUCK: Final = 0.09
CAPACITY: Final = 30


@dataclass(frozen=True, kw_only=True)
class Dock:
    """A station as trip rows name it."""

    station_id: str
    name: str
    lat: str
    lon: str


def docks() -> list[Dock]:
    """Every station of the city."""
    return [
        Dock(
            station_id=str(3000 + number),
            name=f"Street {number // 40} & Avenue {number % 40}",
            lat=f"{40.65 + (number // 40) * 0.0035:.6f}",
            lon=f"{-74.02 + (number % 40) * 0.0035:.6f}",
        )
        for number in range(STATIONS)
    ]


def rides(count: int, *, with_bike_ids: bool = True, seed: int = 7) -> Iterator[Trip]:
    """Yield `count` rides in order of their starts; most bikes go on from where they were left."""
    random, places = Random(seed), docks()  # noqa: S311 - the same in every run
    popular = [random.paretovariate(1.2) for _ in places]
    drawn = random.choices(range(STATIONS), weights=popular, k=2 * count)
    left_at = [random.randrange(STATIONS) for _ in range(BIKES)]
    back_at = [FIRST_RIDE_AT] * BIKES
    started_at = FIRST_RIDE_AT
    for number in range(count):
        started_at += timedelta(seconds=random.expovariate(RIDES_PER_S))
        bike = drawn_bike(random)
        while back_at[bike] > started_at:
            bike = drawn_bike(random)
        moved = random.random() < MOVED_BY_TRUCK
        start = places[drawn[number] if moved else left_at[bike]]
        left_at[bike] = drawn[count + number]
        back_at[bike] = started_at + timedelta(seconds=random.lognormvariate(6.5, 0.6))
        yield _trip(start, places[left_at[bike]], started_at, back_at[bike], bike, with_bike_ids)


def drawn_bike(random: Random) -> int:
    """
    Draw a bike for a ride: some are ridden twice as often as the mean and some hardly ever.

    In a real month (JC-201901) 5, 25, 50, 75 and 95 % of bikes have at most 0.1, 0.6, 1.0, 1.3 and
    1.8 times the mean's rides; here 0.1, 0.5, 1.0, 1.5 and 1.9 times, growing with the number.
    """
    return int(BIKES * random.random() ** 0.5)


def _trip(  # noqa: PLR0913, PLR0917 - once per ride
    start: Dock,
    end: Dock,
    started_at: datetime,
    ended_at: datetime,
    bike: int,
    named: bool,  # noqa: FBT001
) -> Trip:
    bike_id, began = str(10_000 + bike), utc_text(started_at)
    return Trip(
        trip_key=f"{bike_id}@{began}" if named else f"{number_of(bike, started_at):016X}",
        bike_id=bike_id if named else "",
        started_at=began,
        ended_at=utc_text(ended_at),
        start_station_id=start.station_id,
        start_station_name=start.name,
        start_lat=start.lat,
        start_lon=start.lon,
        end_station_id=end.station_id,
        end_station_name=end.name,
        end_lat=end.lat,
        end_lon=end.lon,
    )


def number_of(bike: int, started_at: datetime) -> int:
    """Number a ride so that neighbours are far apart, as in files with random ride ids."""
    microseconds = (started_at - FIRST_RIDE_AT) // timedelta(microseconds=1)
    return (microseconds * BIKES + bike) * 0x9E3779B97F4A7C15 % 2**64


def statuses() -> list[StationStatus]:
    """Return what a snapshot says about every station."""
    return [
        StationStatus(station_id=one.station_id, num_bikes_available=CAPACITY // 2)
        for one in docks()
    ]
