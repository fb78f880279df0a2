"""A rival in its own process: its figures are its own."""

import gzip
import sys
from pathlib import Path

import pytest

from tests.bench.child import peak_mb, sample_of_module

MODULE = "tests.bench.rivals.read_csv"


class TestSampleOfModule:
    def test_a_childs_peak_is_not_its_parents(self, tmp_path: Path) -> None:
        """Linux starts a child's getrusage peak at its parent's; we must not report that."""
        big = bytearray(200 * 1024 * 1024)
        file = tmp_path / "a.csv"
        file.write_text("a,b\n1,2\n")

        sample = sample_of_module(MODULE, (str(file),))

        assert len(big) / 2**20 <= peak_mb()
        assert sample["peak_mb"] < 100

    def test_processor_time_is_the_childs_alone(self, tmp_path: Path) -> None:
        """What the parent or an earlier child used would make all rivals look alike."""
        few, many = tmp_path / "few.csv", tmp_path / "many.csv"
        few.write_text("a,b\n")
        many.write_text("a,b\n" + "1,2\n" * 1_500_000)

        costly = sample_of_module(MODULE, (str(many),))["cpu_s"]
        cheap = sample_of_module(MODULE, (str(few),))["cpu_s"]

        assert 0 < cheap < costly

    def test_a_rival_that_fails_is_no_measurement(self) -> None:
        """A crash is the fastest way to finish."""
        with pytest.raises(RuntimeError, match="ended with 1"):
            sample_of_module(MODULE, ("/nowhere",), python=sys.executable)

    def test_a_rival_that_does_less_is_no_measurement(self, tmp_path: Path) -> None:
        """Nor one that does more: neither did the job."""
        file = tmp_path / "a.csv.gz"
        file.write_bytes(gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n"))

        assert sample_of_module(MODULE, (str(file), "2"))["rows_per_s"] > 0
        for rows in (1, 3):
            with pytest.raises(RuntimeError, match="ended with 1"):
                sample_of_module(MODULE, (str(file), str(rows)))
