"""Seeded trip files and feeds, cut from real months beside the checkout or from a made-up day."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from local_stack.sample_day import write_sample_day

DATA = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "citibike_jc"
START_IDS = ("start station id", "start_station_id")
END_WORDS = ("end", "stop")
MONTHS_A_WORLD = 3
OPEN_SHARE = 0.04


@dataclass(frozen=True)
class Month:
    """One published file: its header line and its rows, without line endings."""

    header: str
    rows: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "Month":
        """Read a plain or gzipped file."""
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw).decode("utf-8-sig")
        header, *rows = text.splitlines()
        return cls(header, tuple(row for row in rows if row))

    @cached_property
    def names(self) -> list[str]:
        """Return the column names in lower case."""
        return [name.strip().lower() for name in fields(self.header)]

    @cached_property
    def station_ids(self) -> list[str]:
        """Return every station at which a trip of the month started."""
        column = next(self.names.index(name) for name in START_IDS if name in self.names)
        return sorted({fields(row)[column] for row in self.rows} - {""})

    def opened(self, row: str) -> str:
        """Return the row as it was during its ride, when nothing is known of its end."""
        values = fields(row)
        for column, name in enumerate(self.names):
            if name.startswith(END_WORDS):
                values[column] = ""
        return joined(values)


@dataclass(frozen=True)
class TripFile:
    """The content of a file before it is packed."""

    month: Month
    rows: tuple[str, ...]


class Material:
    """The months for one stack's lifetime, and every seeded file made from them."""

    def __init__(self, months: Sequence[Month], folder: Path) -> None:
        self.months = tuple(months)
        self.folder = folder
        self._made = 0
        self._feed_times: set[int] = set()

    @classmethod
    def gather(cls, folder: Path, random: Random) -> "Material":
        """Choose the months; write the made-up day if there are none."""
        folder.mkdir(parents=True, exist_ok=True)
        published = sorted(DATA.glob("JC-*-citibike-tripdata.csv*"))
        if published:
            return cls([Month.read(p) for p in random.sample(published, MONTHS_A_WORLD)], folder)
        day = write_sample_day(folder / "sample", seed=random.randrange(1000), stations=60)
        return cls([Month.read(day.trips)], folder)

    def path(self, name: str) -> Path:
        """Return a new file name; no two are alike, so a drop's key identifies its content."""
        self._made += 1
        return self.folder / f"{self._made:05d}-{name}"

    def trips(self, random: Random, count: int) -> TripFile:
        """Pick consecutive rows of a month, some of them twice or as they were while open."""
        month = random.choice(self.months)
        first = random.randrange(max(1, len(month.rows) - count))
        rows = list(month.rows[first : first + count])
        rows += [month.opened(row) for row in rows if random.random() < OPEN_SHARE]
        random.shuffle(rows)
        return TripFile(month, tuple(rows))

    def write(self, file: TripFile, random: Random, *, name: str = "trips") -> Path:
        """Write a trip file in one of the ways that operators do."""
        return random.choice((self.plain, self.windows, self.gzipped, self.zipped))(file, name)

    def plain(self, file: TripFile, name: str = "trips") -> Path:
        """Write a CSV file."""
        return self.bytes(f"{name}.csv", csv_bytes(file.month.header, file.rows))

    def windows(self, file: TripFile, name: str = "trips") -> Path:
        """Write a CSV file with a byte-order mark and CRLF line endings."""
        content = csv_bytes(file.month.header, file.rows).replace(b"\n", b"\r\n")
        return self.bytes(f"{name}.csv", b"\xef\xbb\xbf" + content)

    def gzipped(self, file: TripFile, name: str = "trips") -> Path:
        """Write a gzip file."""
        content = gzip.compress(csv_bytes(file.month.header, file.rows), 1, mtime=0)
        return self.bytes(f"{name}.csv.gz", content)

    def zipped(self, file: TripFile, name: str = "trips") -> Path:
        """Write a zip of two CSV files and what Finder adds."""
        path, middle = self.path(f"{name}.zip"), len(file.rows) // 2
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            members = {
                "one.csv": csv_bytes(file.month.header, file.rows[:middle]),
                "two.csv": csv_bytes(file.month.header, file.rows[middle:]),
                "__MACOSX/._one.csv": b"\x00litter",
            }
            for member, content in members.items():
                # A fixed date, so that the same seed gives the same bytes.
                archive.writestr(zipfile.ZipInfo(member), content)
        return path

    def bytes(self, name: str, content: bytes) -> Path:
        """Write a file of exactly these bytes."""
        path = self.path(name)
        path.write_bytes(content)
        return path

    def feed(self, random: Random) -> Path:
        """Write a snapshot of some stations, at a time that no other snapshot has."""
        at = self._unused_time(random)
        ids = random.choice(self.months).station_ids
        chosen = random.sample(ids, k=random.randint(1, len(ids)))
        entry = random.choice((self._information, _status))
        content = {
            "last_updated": at,
            "ttl": 60,
            "version": "2.3",
            "data": {"stations": [entry(station_id, random) for station_id in chosen]},
        }
        return self.bytes("feed.json", json.dumps(content).encode())

    def _unused_time(self, random: Random) -> int:
        earliest = int(datetime(2015, 9, 1, tzinfo=UTC).timestamp())
        while True:
            at = earliest + random.randrange(6 * 365 * 24 * 3600)
            if at not in self._feed_times:
                self._feed_times.add(at)
                return at

    def _information(self, station_id: str, random: Random) -> dict[str, Any]:
        told: dict[str, Any] = {
            "station_id": station_id,
            "name": f"Dock {station_id}",
            "lat": round(40.6 + random.random() / 5, 6),
            "lon": round(-74.1 + random.random() / 5, 6),
            "capacity": random.randint(5, 45),
        }
        if random.random() < 0.3:
            told["short_name"] = f"S{station_id}"
        return told


def _status(station_id: str, random: Random) -> dict[str, Any]:
    bikes, broken, docks = (random.randint(0, most) for most in (40, 3, 40))
    return {
        "station_id": station_id,
        "num_bikes_available": bikes,
        "num_bikes_disabled": broken,
        "num_docks_available": docks,
        "is_installed": 1,
        "is_renting": bikes % 2,
        "is_returning": docks % 2,
        "last_reported": 1562341725,
    }


def fields(row: str) -> list[str]:
    """Split a row."""
    return next(csv.reader(io.StringIO(row)))


def joined(values: Iterable[str]) -> str:
    """Join a row."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


def csv_bytes(header: str, rows: Iterable[str]) -> bytes:
    """Return a header and rows as the bytes of a CSV file."""
    return "\n".join([header, *rows, ""]).encode()
