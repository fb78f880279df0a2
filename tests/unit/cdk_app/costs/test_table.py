from pathlib import Path
from typing import Any

import pytest

from cdk_app.costs.table import BEGIN, END, table, written_into

PAGE = Path(__file__).parents[4] / "docs/operations.md"


def columns(text: str) -> dict[str, dict[str, str]]:
    """Read each stage's column of a table, by the names of its lines."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    head, _, *body = rows
    return {
        stage: {row[0]: row[place] for row in body} for place, stage in enumerate(head) if place
    }


def resources(synthesis: Any) -> list[dict[str, Any]]:
    """Return every resource of a stage."""
    return [
        each
        for stack in synthesis.stacks
        for each in synthesis.template(stack)["Resources"].values()
    ]


class TestTable:
    @pytest.mark.parametrize("stage", ["dev", "metro"])
    def test_the_runbook_shows_what_the_templates_cost(
        self, syntheses: dict[str, Any], stage: str
    ) -> None:
        """Changing a size changes the bill: `python -m cdk_app.costs` writes it again."""
        _, _, rest = PAGE.read_text().partition(BEGIN)
        written, _, _ = rest.partition(END)
        now = columns(table({stage: resources(syntheses[stage])}))[stage]
        assert columns(written)[stage] == now


class TestWrittenInto:
    def test_the_rest_of_the_page_stays(self) -> None:
        """The script owns what is between its markers and nothing else."""
        api = {"Type": "AWS::Serverless::Function", "Properties": {"MemorySize": 512}}
        standing = [api, {"Type": "AWS::MSK::ServerlessCluster", "Properties": {}}]
        page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
        written = written_into(page, {"dev": standing})
        assert written.startswith(f"before\n{BEGIN}\n")
        assert written.endswith(f"\n{END}\nafter\n")
        assert "old" not in written
        assert written_into(written, {"dev": standing}) == written
