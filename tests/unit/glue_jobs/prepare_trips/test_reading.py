"""Parts of files are read without Spark, and together they are the whole file."""

import gzip
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bikeshare.errors import UnreadableFileError
from glue_jobs.prepare_trips.plan import FilePlan, plan_of
from glue_jobs.prepare_trips.reading import FIELD_END, PART, REFUSED, TRIPS, Dialect, read_part
from glue_jobs.prepare_trips.refused import lines_before
from glue_jobs.prepare_trips.storage import files_at, put
from tests.support.publication import HEADER, file_of, ride

DIALECT = Dialect(zone=ZoneInfo("America/New_York"), received_at=datetime(2026, 1, 1, tzinfo=UTC))


def plan(file: Path, *, part_bytes: int = 1_000_000) -> FilePlan:
    """Plan the parts of one file, numbered as in a run of it alone."""
    (found,) = files_at(file.as_uri())
    return plan_of(found, part_bytes=part_bytes)


class Read:
    """Everything read from the parts of a file."""

    def __init__(self, file: Path, *, part_bytes: int = 1_000_000) -> None:
        self.parts = plan(file, part_bytes=part_bytes).parts
        records = [list(read_part(part, DIALECT)) for part in self.parts]
        accounts = [json.loads(part[-1][5]) for part in records]
        assert {part[-1][1] for part in records} == {PART}
        self.mended = [account["mended"] for account in accounts]
        self.accepted = sum(account["accepted"] for account in accounts)
        self.trips = [
            tuple(row.split(FIELD_END))
            for part in records
            for record in part
            if record[1] == TRIPS
            for row in record[5].split("\n")
        ]
        lines = [part[-1][2] for part in records]
        starts = [sum(lines[:number]) for number in range(len(lines))]
        self.refused = [
            (start + record[2], record[3], record[5])
            for start, part in zip(starts, records, strict=True)
            for record in part
            if record[1] == REFUSED
        ]


class TestReadPart:
    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_a_large_file_read_in_parts_is_the_file(self, tmp_path: Path, line_end: str) -> None:
        """Row for row and line for line, over quoted breaks, a byte-order mark and long lines."""
        rows = [ride(number) for number in range(400)]
        rows[100] = ride(100, name='"Grove,\nSt ""PATH"""')
        rows[200] = "1,2"
        rows[250] = ride(250, name='"open')
        rows[300] = ride(300, name="x" * 2_000_000)
        file = tmp_path / "large.csv"
        text = "\ufeff" + "\n".join([HEADER, *rows, ""]).replace("\n", line_end)
        file.write_bytes(text.encode())

        whole, parts = Read(file), Read(file, part_bytes=5_000)

        assert len(parts.parts) == 8
        assert parts.trips == whole.trips
        assert parts.refused == whole.refused
        assert [(line, reason) for line, reason, _ in whole.refused] == [
            (203, "wrong_columns"),
            (253, "unbalanced_quote"),
            (303, "line_too_long"),
        ]
        assert whole.accepted == 397

    def test_says_what_it_mended(self, tmp_path: Path) -> None:
        """A count of repaired rows tells an operator that a publisher changed something."""
        file = tmp_path / "mended.csv"
        rows = [
            ride(1),
            ride(2, name=" Grove St PATH"),
            ride(3).replace("40.719586,-74.043117", "0,0"),
            ride(4).replace("40.719586,-74.043117", '"40,719586","-74,043117"'),
            ride(5).replace("40.719586,-74.043117", ","),
            ride(6)
            .replace("2021-02-03 23:11:28", "2021-11-07 01:50:00")
            .replace("2021-02-03 23:18:28", "2021-11-07 01:10:00"),
        ]
        file.write_bytes(file_of(*rows))

        assert Read(file).mended == [
            {
                "text_cleaned": 1,
                "position_left_out": 1,
                "position_rewritten": 1,
                "end_in_the_later_of_two_hours": 1,
            }
        ]

    def test_counts_the_same_row_by_row_and_in_columns(self, tmp_path: Path) -> None:
        """One odd row among many changes how its neighbours are read, not what is counted."""
        rows = [ride(number, name=" Grove St PATH ") for number in range(300)]
        file = tmp_path / "padded.csv"
        file.write_bytes(file_of(*rows))
        with_odd = tmp_path / "odd.csv"
        with_odd.write_bytes(file_of(*rows[:150], "1,2", *rows[150:]))

        assert Read(file).mended == Read(with_odd).mended == [{"text_cleaned": 300}]

    def test_every_file_of_a_zip_is_a_part(self, tmp_path: Path) -> None:
        """Finder's litter is not, and what cannot be read is reported."""
        file = tmp_path / "months.zip"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.csv", file_of(ride(1)))
            archive.writestr("b.csv", file_of(ride(2), "1,2"))
            archive.writestr("__MACOSX/._a.csv", b"\x00")
            archive.writestr("odd.csv", "what,is,this\n")

        assert [part.name for part in plan(file).parts] == ["months.zip/a.csv", "months.zip/b.csv"]
        assert "odd.csv" in (plan(file).note or "")
        assert [trip[0] for trip in Read(file).trips] == ["R1", "R2"]


class TestPlanOf:
    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("empty.csv", b"", "empty"),
            ("blank.csv", b"\n \n", "blank lines only"),
            ("cut.csv.gz", gzip.compress(file_of(*map(ride, range(500))))[:-20], "breaks after"),
            ("odd.csv", b"ride_id,what\n1,2\n", "nearest is"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_advice(
        self, tmp_path: Path, name: str, content: bytes, said: str
    ) -> None:
        """With the messages that refuse a dropped file."""
        file = tmp_path / name
        file.write_bytes(content)

        refused = plan(file)

        assert not refused.parts
        assert said in (refused.refused or "")

    def test_a_header_alone_is_a_file_without_rows(self, tmp_path: Path) -> None:
        """A month without a ride is not an error."""
        file = tmp_path / "header.csv"
        file.write_bytes(file_of())

        assert plan(file).refused is None
        assert Read(file).trips == []

    def test_a_file_of_old_carriage_returns_is_not_cut(self, tmp_path: Path) -> None:
        """It has no line feed to cut at."""
        file = tmp_path / "old.csv"
        file.write_bytes(file_of(*map(ride, range(100))).replace(b"\n", b"\r"))

        assert len(plan(file, part_bytes=1_000).parts) == 1
        assert Read(file, part_bytes=1_000).accepted == 100

    def test_names_in_a_zip_must_differ(self, tmp_path: Path) -> None:
        """Rows of two files could not be told apart."""
        file = tmp_path / "twice.zip"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.csv", file_of(ride(1)))
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("a.csv", file_of(ride(2)))

        assert "two files named a.csv" in (plan(file).refused or "")


class TestFilesAt:
    def test_a_folder_is_all_that_lies_below_it(self, tmp_path: Path) -> None:
        """And none of what a Mac adds."""
        (tmp_path / "2019").mkdir()
        for name in ("2019/a b.csv", "c,d.csv", ".DS_Store"):
            (tmp_path / name).write_text("x")

        found = sorted(file.name for file in files_at(f"{tmp_path.as_uri()}/"))

        assert found == ["a b.csv", "c,d.csv"]

    def test_a_file_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        """Preparing nothing must not pass in silence."""
        with pytest.raises(UnreadableFileError, match="not a file"):
            list(files_at((tmp_path / "none.csv").as_uri()))


class TestPut:
    def test_the_same_content_is_written_once(self, tmp_path: Path) -> None:
        """A second run makes no new drop of what is there."""
        url = (tmp_path / "lane" / "drop.csv.gz").as_uri()
        other = tmp_path / "other"
        other.write_bytes(b"other")
        for content, is_new in ((b"one", True), (b"one", False), (b"two", True)):
            source = tmp_path / "content"
            source.write_bytes(content)
            with source.open("rb") as stream:
                assert put(url, stream) is is_new
        assert (tmp_path / "lane" / "drop.csv.gz").read_bytes() == b"two"
        assert [path.name for path in (tmp_path / "lane").iterdir()] == ["drop.csv.gz"]


class TestLinesBefore:
    def test_lines_are_counted_from_the_start_of_each_file(self, tmp_path: Path) -> None:
        """A refused row is found by its line in the original file."""
        for name in ("a.csv", "b.csv"):
            (tmp_path / name).write_bytes(file_of(*map(ride, range(200))))
        plans = [plan(tmp_path / name, part_bytes=9_000) for name in ("a.csv", "b.csv")]
        parts = [part for each in plans for part in each.parts]
        numbered = [replace(part, number=number) for number, part in enumerate(parts)]
        lines = dict.fromkeys(range(len(parts)), 70)

        before = lines_before(numbered, lines)

        assert len(parts) == 6
        assert before == {0: 0, 1: 70, 2: 140, 3: 0, 4: 70, 5: 140}
