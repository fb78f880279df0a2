from pathlib import Path

from tests.accuracy.measure import measured_page
from tests.accuracy.page import table


class TestPage:
    def test_the_published_page_says_what_is_measured(self, data: Path) -> None:
        """Numbers nobody can reproduce are worthless; these are measured again in every run."""
        published = Path(__file__).parents[3] / "docs" / "accuracy.md"

        assert published.read_text(encoding="utf-8") == measured_page(data / "babs")


class TestTable:
    def test_columns_line_up(self) -> None:
        """The page is first read in a terminal."""
        assert table(["", "6 h"], [["never", "1.46"]]).split("\n") == [
            "|       |  6 h |",
            "| ----- | ---- |",
            "| never | 1.46 |",
        ]
