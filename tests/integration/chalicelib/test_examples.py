import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalicelib.contract.document import OPERATIONS
from chalicelib.contract.examples import FIRST, examples_of

from tests.support.served_api import put_city, served_api
from tests.support.served_stations import CLOCK, ServedState

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
NODE = Path(sys.executable).with_name("node")
ASK = "const ask = async (a) => { const r = await fetch(a); if (!r.ok) throw a; return r; };\n"
STRICT = "curl --fail --silent --show-error "
CURL = re.compile(r'^curl (?:-\S+ )*"\$API[^"\n]*"', re.MULTILINE)


@pytest.fixture
def api_url(served: ServedState, tmp_path: Path) -> Iterator[str]:
    """A server with what the examples ask for."""
    put_city(served)
    served.put_drop("4f1c2d8e9ab34567c0de", key="live/a.csv", received_at=CLOCK)
    served.put_attempt("4f1c2d8e9ab34567c0de", "t1")
    with served_api(tmp_path, served.dsn) as url:
        yield url


def program(language: str, api_url: str) -> str:
    """Join all examples that the page shows in one language."""
    lines = [examples_of(one)[language] for one in OPERATIONS]
    return "\n".join([FIRST[language].format(api=api_url), *lines])


def run(*command: str) -> None:
    """Run a program and expect success."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert ended.returncode == 0, ended.stderr


class TestExamples:
    """What is copied from the documents works."""

    def test_of_the_page_run(self, api_url: str) -> None:
        """In each of the three languages, every one of them."""
        run("bash", "-euc", program("sh", api_url).replace("curl ", STRICT))
        run(sys.executable, "-W", "ignore", "-c", program("python", api_url))
        checked = program("js", api_url).replace("await fetch(", "await ask(")
        run(str(NODE), "--input-type=module", "--eval", ASK + checked)

    @pytest.mark.parametrize("document", ["README.md", "docs/api.md"])
    def test_of_the_documents_run(self, api_url: str, document: str) -> None:
        """Each line with curl and $API."""
        lines = CURL.findall((ROOT / document).read_text())

        assert lines
        script = "\n".join(
            line.replace("curl ", "curl --fail --silent --show-error ", 1) for line in lines
        )
        run("bash", "-euc", f"API={api_url}\n{script}")
