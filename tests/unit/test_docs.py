"""The documents name files that exist: a reader who follows a path arrives."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OUR_FOLDERS = "bikeshare|lambdas|glue_jobs|chalice_api|cdk_app|local_stack|tests|docs|requirements"
# Whole names in backticks; a name with a pattern, a placeholder or an id is not a path.
PATH = re.compile(rf"`((?:{OUR_FOLDERS})/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
BUILT = ("chalice_api/chalicelib/static",)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
class TestPaths:
    def test_every_path_in_a_document_exists(self, document: Path) -> None:
        """Code moves; a document that still names the old place misleads."""
        text = document.read_text(encoding="utf-8")
        named = [path for path in PATH.findall(text) if not path.startswith(BUILT)]

        assert [path for path in named if not (ROOT / path).exists()] == []

    def test_every_link_leads_somewhere(self, document: Path) -> None:
        """A dead link in a runbook costs most when it is needed most."""
        links = LINK.findall(document.read_text(encoding="utf-8"))

        assert [link for link in links if not (document.parent / link).exists()] == []
