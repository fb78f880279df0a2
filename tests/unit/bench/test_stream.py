"""Stream: like is compared with like."""

from pathlib import Path
from typing import Any
from unittest.mock import Mock

from tests.bench.parts.stream import PRODUCT, SMALLER_PRODUCT, Parties, SmallerBites, bars


def parties(home: Path) -> Parties:
    """The rivals, without anything to run them on."""
    missing: Any = Mock()
    return Parties(home, "broker:9092", missing, missing)


class TestBars:
    def test_each_compares_batches_of_one_size(self, tmp_path: Path) -> None:
        """Smaller batches are slower for everyone."""
        found = bars([rival.name for rival in parties(tmp_path).rivals()])

        assert len(found) == 10
        for bar in found:
            assert bar.to is not None
            size = "10,000" if "10,000" in bar.to[0] else "40,000"
            assert size in bar.text
            assert bar.of[0] == {"10,000": SMALLER_PRODUCT, "40,000": PRODUCT}[size]

    def test_both_sides_run_in_the_same_rounds(self, tmp_path: Path) -> None:
        """A ratio is of two figures of one round."""
        rivals = parties(tmp_path).rivals()
        rounds = {rival.name: rival.rounds for rival in rivals}

        for bar in bars(list(rounds)):
            assert bar.to is not None
            assert rounds[bar.of[0]] == rounds[bar.to[0]]


class TestSmallerBites:
    def test_it_is_the_shipped_job_with_one_more_argument(self, tmp_path: Path) -> None:
        """Whatever else differed would be measured too."""
        stream = SmallerBites(home=tmp_path, bootstrap="broker:9092", dsn="postgresql://a")

        assert stream.command().argv[-2:] == ("--bite_rows", "10000")
