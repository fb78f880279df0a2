import csv
import gzip
from pathlib import Path

from pyspark.sql import Row

from glue_jobs.prepare_trips.drops import write_drops
from glue_jobs.prepare_trips.refused import write_refused
from glue_jobs.prepare_trips.slices import HEADER

DROP = Row(
    slice="20190101T050000Z",
    number=0,
    rows="R1,,a\nR2,,São João",
    row_count=2,
    duplicates=1,
    open_rows=0,
    beaten_rows=0,
)


class TestWriteDrops:
    def test_a_drop_is_a_file_with_its_header(self, tmp_path: Path) -> None:
        """The publisher recognises it by its first line."""
        [written] = write_drops([DROP], folder=tmp_path.as_uri())

        content = (tmp_path / "20190101T050000Z-000.csv.gz").read_bytes()
        assert gzip.decompress(content).decode() == f"{HEADER}\nR1,,a\nR2,,São João\n"
        assert (written.rows, written.duplicates, written.is_new) == (2, 1, True)
        assert written.size_bytes == len(content)

    def test_the_same_rows_are_the_same_bytes(self, tmp_path: Path) -> None:
        """So a second run finds its drops there, and rewrites none of them."""
        [first] = write_drops([DROP], folder=tmp_path.as_uri())
        [second] = write_drops([DROP], folder=tmp_path.as_uri())

        assert (first.is_new, second.is_new) == (True, False)


class TestWriteRefused:
    def test_rows_are_kept_as_they_were(self, tmp_path: Path) -> None:
        """With the file they came in and their line in it."""
        file = tmp_path / "rows.csv"
        rows = [
            Row(part=0, line=3, reason="wrong_columns", detail="2 columns", text='1,"2'),
            Row(part=2, line=4, reason="no_start_time", detail="", text="a\nb"),
        ]

        [count] = write_refused(
            rows, url=file.as_uri(), before={0: 0, 2: 70}, names={0: "a.csv", 2: "b.zip/c.csv"}
        )

        assert count == 2
        with file.open(newline="") as text:
            assert list(csv.reader(text)) == [
                ["line", "reason", "detail", "row", "member"],
                ["3", "wrong_columns", "2 columns", '1,"2', "a.csv"],
                ["74", "no_start_time", "", "a\nb", "b.zip/c.csv"],
            ]

    def test_without_such_rows_there_is_no_file(self, tmp_path: Path) -> None:
        """An empty one would suggest that something is wrong."""
        file = tmp_path / "rows.csv"

        assert list(write_refused([], url=file.as_uri(), before={}, names={})) == [0]
        assert not file.exists()
