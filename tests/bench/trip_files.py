"""Trip files of any length: real ones repeated where available, else a generated day."""

import gzip
import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

from local_stack.sample_day.day import write_sample_day

DATA = Path(__file__).parents[3] / "shared" / "data" / "citibike_jc"
# One layout, bike ids, quoted texts, times with fractions: the slowest to parse.
MONTHS = ("JC-201901", "JC-201902", "JC-202101")
COMPRESSION_LEVEL = 6


def source(folder: Path, *, seed: int) -> tuple[str, list[bytes]]:
    """Return a description in words, then a header line and its rows."""
    if DATA.is_dir():
        files = [DATA / f"{month}-citibike-tripdata.csv.gz" for month in MONTHS]
        lines = [gzip.decompress(file.read_bytes()).splitlines(keepends=True) for file in files]
        told = f"Citi Bike's files {', '.join(MONTHS)}"
        return told, [lines[0][0], *itertools.chain(*(rows[1:] for rows in lines))]
    day = write_sample_day(folder, seed=seed)
    told = f"the generated sample day, seed {seed}"
    return told, day.trips.read_bytes().splitlines(keepends=True)


def write_rows(path: Path, lines: list[bytes], rows: int) -> Path:
    """Write a header and as many rows as asked, cycling through the input."""
    with path.open("wb") as file:
        file.writelines(_repeated(lines, rows))
    return path


def _repeated(lines: list[bytes], rows: int) -> Iterator[bytes]:
    header, *body = lines
    return itertools.chain([header], itertools.islice(itertools.cycle(body), rows))


def write_gzip(path: Path, plain: Path) -> Path:
    """Compress a file as the publishers of such files do."""
    with plain.open("rb") as source_file, gzip.open(path, "wb", COMPRESSION_LEVEL) as file:
        shutil.copyfileobj(source_file, file, 1024 * 1024)
    return path


def write_gzip_of_many(path: Path, lines: list[bytes], rows: int, times: int) -> Path:
    """Write `rows` rows `times` times as gzip members, compressing them only once."""
    header, *body = lines
    content = b"".join(itertools.islice(itertools.cycle(body), rows))
    member = gzip.compress(content, COMPRESSION_LEVEL)
    with path.open("wb") as file:
        file.write(gzip.compress(header, COMPRESSION_LEVEL))
        for _ in range(times):
            file.write(member)
    return path
