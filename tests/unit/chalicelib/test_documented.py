import re
from pathlib import Path

import pytest
from chalicelib.gbfs.stations import list_stations
from chalicelib.metrics import Observed, metrics_text
from chalicelib.queries import DropRow, SystemState, Totals
from chalicelib.stations import station_object
from chalicelib.status import Report

from tests.support.served_stations import CLOCK, station_row

DOCUMENTS = Path(__file__).parents[3] / "docs"
DOCUMENT = (DOCUMENTS / "api.md").read_text()
GBFS_DOCUMENT = (DOCUMENTS / "gbfs.md").read_text()
NAMED = set(re.findall(r"`([\w.]+)`", DOCUMENT))


class TestApiDocument:
    """docs/api.md is a promise to its readers."""

    def test_names_every_field(self) -> None:
        """Nothing undocumented ships."""
        fields = {*station_object(station_row()), *DropRow._fields}
        sums = {"rows_rejected", "rows_duplicate"}

        assert fields - NAMED - sums == set()
        assert all(word in DOCUMENT for word in sums)

    def test_names_every_route(self) -> None:
        """Nor any undocumented route."""
        from app import app

        ours = [path for path in app.routes if path.startswith(("/api/", "/gbfs/", "/metrics"))]

        assert ours
        assert [path for path in ours if f"`{path}" not in DOCUMENT + GBFS_DOCUMENT] == []

    def test_names_every_metric(self) -> None:
        """Whoever writes an alarm reads there what a number means."""
        report = Report(SystemState(1, CLOCK), Totals(0, 0, 0), [], [], [])
        text = metrics_text(Observed(report, [], list_stations([]), CLOCK), build="").decode()
        named = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))

        assert named
        assert {name for name in named if name not in NAMED and f"{name}_total" not in NAMED} == {
            "bikeshare_api"  # written with its _info
        }

    @pytest.mark.parametrize("module", ["problems", "search/finder", "answers", "gbfs/links"])
    def test_names_every_problem(self, module: str) -> None:
        """A program may rely on the type of a problem."""
        source = Path(__file__).parents[3] / "chalice_api" / "chalicelib" / f"{module}.py"
        kinds = re.findall(r'kind(?:: str)? = "([\w-]+)"|\d{3}: \("([\w-]+)"', source.read_text())

        for kind in {left or right for left, right in kinds} - {"invalid-request"}:
            assert f"`urn:bikeshare:problem:{kind}`" in DOCUMENT

    def test_names_every_setting(self) -> None:
        """Whoever deploys finds all of them in one place."""
        folder = Path(__file__).parents[3] / "chalice_api" / "chalicelib"
        sources = ("settings.py", "geocoding/settings.py", "gbfs/facts.py")
        text = "".join((folder / source).read_text() for source in sources)
        names = set(re.findall(r'"([A-Z]+_[A-Z_]+)"', text))

        assert names
        assert names - NAMED - {"DATABASE_AUTH"} == set()
