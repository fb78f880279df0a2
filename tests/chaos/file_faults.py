"""Faults of the files themselves: poison rows, clocks, long lines, and archives that lie."""

import gzip
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import psutil

from tests.chaos.fault import named
from tests.chaos.material import csv_bytes
from tests.chaos.notification_faults import announce
from tests.chaos.world import World
from tests.support.truth import FileTruth

HEADER = (
    "tripduration,starttime,stoptime,start station id,start station name,start station latitude,"
    "start station longitude,end station id,end station name,end station latitude,"
    "end station longitude,bikeid,usertype,birth year,gender"
)
NEW_YORK = ZoneInfo("America/New_York")
POISONED_ROWS = 12
LINE_BYTES = 10 * 1024 * 1024
MEBIBYTE = 1024 * 1024
BOMB_MEBIBYTES = (256, 512, 2048)
FUNCTION_MEMORY_BYTES = 512 * MEBIBYTE  # what the function has on AWS

POISONS: tuple[Callable[[str], bytes], ...] = (
    lambda row: row.rpartition(",")[0].encode(),
    lambda row: f"{row},1,2".encode(),
    lambda row: b"600,soon," + row.split(",", 2)[2].encode(),
    lambda row: b"600,," + row.split(",", 2)[2].encode(),
    lambda row: b"600,2031-01-01 00:00:00," + row.split(",", 2)[2].encode(),
    lambda row: b"600,2099-01-01 00:00:00,2099-01-01 00:10:00," + row.split(",", 3)[3].encode(),
    lambda row: row.replace("Dock", "D\xf6ck").encode("latin-1"),
    lambda row: row.replace(",Dock", ',"Dock', 1).encode(),
    lambda _: b"\x00\x01\x02",
)


def ride(
    number: int, began: datetime | str, ended: datetime | str, *, bike: int, ends: int = 0
) -> str:
    """Write one row, between two of ten docks."""
    start, end = 900_000 + number % 10, 900_000 + (ends or number * 7 + 3) % 10
    return (
        f"600,{clock(began)},{clock(ended)},{start},Dock {start},40.7,-74.0,"
        f"{end},Dock {end},40.71,-74.01,{bike},Subscriber,1980,1"
    )


def clock(at: datetime | str) -> str:
    """Write a time as these files do."""
    return at if isinstance(at, str) else f"{at:%Y-%m-%d %H:%M:%S.%f}"[:-2]


def poison_row(world: World, random: Random) -> None:
    """A row of each bad kind in every position: first, between, last."""
    world.strike()
    for poison in random.sample(POISONS, 3):
        began = datetime(2017, 5, 1) + timedelta(minutes=random.randrange(400_000))  # noqa: DTZ001
        rows = [
            ride(n, began + timedelta(minutes=n), began + timedelta(minutes=n + 9), bike=700 + n)
            for n in range(POISONED_ROWS)
        ]
        for position in range(POISONED_ROWS + 1):
            lines = [row.encode() for row in rows]
            lines.insert(position, poison(rows[position % POISONED_ROWS]))
            content = b"\n".join([HEADER.encode(), *lines, b""])
            world.upload(world.material.bytes("poison.csv", content))


def daylight_saving(world: World, random: Random) -> None:
    """Rides through the night that has an hour twice, and the one that lacks an hour."""
    world.strike()
    for night in ("2019-11-03", "2019-03-10"):
        rows = []
        for number in range(120):
            minutes = sorted(random.sample(range(240), 2))
            if random.random() < 0.2:
                minutes.reverse()  # the clock went back during the ride, or no such ride exists
            began, ended = (
                f"{night} {m // 60:02d}:{m % 60:02d}:{number % 60:02d}" for m in minutes
            )
            rows.append(ride(number, began, ended, bike=800_000 + random.randrange(20)))
        path = world.material.bytes("night.csv", csv_bytes(HEADER, rows))
        world.upload(path, lane=random.choice(("live", "backfill")))


def clock_off(world: World, random: Random) -> None:
    """Rows and notices by clocks that are an hour off, around the limit of a day ahead."""
    now = datetime.now(tz=NEW_YORK).replace(tzinfo=None)
    world.strike()
    rows = []
    for number in range(100):
        ahead = random.choice((-1, 0, 1, 22, 23, 25, 26))
        began = now + timedelta(hours=ahead, seconds=random.randrange(-600, 600))
        bike = 850_000 + random.randrange(30)
        rows.append(ride(number, began, began + timedelta(minutes=5), bike=bike))
    key = world.upload(world.material.bytes("clock.csv", csv_bytes(HEADER, rows)))
    for hours in (-1, 1):
        announce(world, key, clock_off=timedelta(hours=hours))


def long_line(world: World, random: Random) -> None:
    """A line of 10 MB in the middle of a file."""
    began = datetime(2018, 3, 1) + timedelta(minutes=random.randrange(10_000))  # noqa: DTZ001
    rows = [
        ride(n, began + timedelta(minutes=n), began + timedelta(minutes=n + 5), bike=860_000 + n)
        for n in range(50)
    ]
    rows.insert(random.randrange(len(rows)), "x" * LINE_BYTES)
    world.strike()
    world.upload(world.material.bytes("long.csv", csv_bytes(HEADER, rows)))


def gzip_lies(world: World, random: Random) -> None:
    """Gzip files that give a wrong size or sum, or end too soon."""
    world.strike()
    for _ in range(3):
        file = world.material.trips(random, random.randint(50, 2000))
        whole = gzip.compress(csv_bytes(file.month.header, file.rows))
        length = struct.pack("<I", random.randrange(2**32))
        broken = random.choice(
            (
                whole[:-4] + length,
                whole[:-8] + length + whole[-4:],
                whole[: random.randrange(20, len(whole) - 1)],
            )
        )
        world.upload(world.material.bytes("lies.csv.gz", broken))
    with world.load(random, files=2):
        pass


def zip_bomb(world: World, random: Random) -> None:
    """A zip of some MB that holds up to 2 GiB in one line: memory stays what the function has."""
    path = world.material.path("bomb.zip")
    _write_bomb(path, random.choice(BOMB_MEBIBYTES) * MEBIBYTE)
    key = f"live/{path.name}"
    world.expected.state(
        key, FileTruth(path=path, rows_read=1, rows_published=0, rejected={"line_too_long": 1})
    )
    world.strike()
    world.put(path, key)
    with world.load(random, files=2):
        pass
    world.wait_until_complete(key)
    most = max(_most_memory(worker.pid) for worker in world.function_workers())
    if most > FUNCTION_MEMORY_BYTES:
        message = f"a function took {most // MEBIBYTE} MiB for a zip bomb"
        raise AssertionError(message)


def _write_bomb(path: Path, size_bytes: int) -> None:
    zeros = b"0" * (16 * MEBIBYTE)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("bomb.csv", "w", force_zip64=True) as member,
    ):
        member.write(f"{HEADER}\n".encode())
        for _ in range(size_bytes // len(zeros)):
            member.write(zeros)


def _most_memory(pid: int) -> int:
    """Return the peak memory of a process on Linux, elsewhere its current memory."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return int(psutil.Process(pid).memory_info().rss) if psutil.pid_exists(pid) else 0
    told = re.search(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE)
    return int(told[1]) * 1024 if told else 0


FAULTS = named(poison_row, daylight_saving, clock_off, long_line, gzip_lies, zip_bomb)
