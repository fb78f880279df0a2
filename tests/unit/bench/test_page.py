"""What is kept and written of a result: nothing is lost on the way, and a failed bar is shown."""

from dataclasses import replace

import pytest

from tests.bench.page import page
from tests.bench.part import Bar
from tests.bench.result import Result, kept, read, written
from tests.bench.tables import figure, rivals_tables


def result() -> Result:
    """One part with a bar that holds and one that does not."""
    return Result(
        name="unknown",
        title="9. Something",
        question="How fast?",
        input="A file.",
        plotted="seconds",
        seed=1,
        quick=False,
        commit="abc",
        watched={
            "at": "2026-01-01 00:00 UTC",
            "seconds": 3.0,
            "load_before": 0.5,
            "others_share": 0.125,
            "machine": {"processor": "P", "cores": 2},
        },
        versions={"kafka-python": "3"},
        settings={"ours": ["plain"], "theirs": ["tuned", "twice"]},
        samples={"ours": [{"seconds": 2.0}, {"seconds": 3.0}], "theirs": [{"seconds": 4.0}]},
        bars=[
            Bar(text="ahead", of=("theirs", "seconds"), to=("ours", "seconds"), at_least=2),
            Bar(text="short", of=("ours", "seconds"), at_most=1),
        ],
    )


class TestWritten:
    def test_what_is_written_is_read_back(self) -> None:
        """The page is made from what was kept, not from what was just measured."""
        assert read(written([result()])) == [result()]


class TestPage:
    def test_says_what_was_measured_and_which_bars_fail(self) -> None:
        """A page that leaves out what fails is an advertisement."""
        text = page([result()])

        assert "| 9. Something | 1 of 2         | short          |" in text
        assert "| ours   | 2.50 (2.00 … 3.00) |" in text
        assert "| ahead | ≥ 2   | 2.00               | holds     |" in text
        assert "| short | ≤ 1   | 2.50 (2.00 … 3.00) | **fails** |" in text
        assert "- **theirs**: tuned; twice" in text
        assert "others used 12% of the processors meanwhile" in text

    def test_those_of_whom_other_things_were_measured_have_a_table_of_their_own(self) -> None:
        """One table of all figures would be mostly empty, and too wide to read."""
        heavy = replace(
            result(), samples={"a": [{"s": 2.0}], "b": [{"mb": 4.0}], "c": [{"s": 1.0}]}
        )

        first, second = rivals_tables(heavy).split("\n\n")

        assert [line.split("|")[1].strip() for line in first.splitlines()[2:]] == ["a", "c"]
        assert [line.split("|")[1].strip() for line in second.splitlines()[2:]] == ["b"]

    def test_the_page_in_the_documents_is_what_the_kept_results_make(self) -> None:
        """The page is generated; an edit by hand would be lost, and fails here."""
        from tests.bench.page import PAGE

        assert PAGE.read_text(encoding="utf-8") == page(kept())


class TestFigure:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0.0, "0"),
            (0.012345, "0.0123"),
            (1.5, "1.50"),
            (99.96, "100.0"),
            (1234567.0, "1,234,567"),
        ],
    )
    def test_has_three_digits(self, value: float, text: str) -> None:
        """More would pretend to a precision that a shared machine does not have."""
        assert figure(value) == text
