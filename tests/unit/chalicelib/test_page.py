import re
import subprocess
import sys
from pathlib import Path

import pytest
from chalicelib import page
from chalicelib.answers import Body
from chalicelib.assets import PageNotBuiltError, assets
from chalicelib.settings import Settings
from chalicelib.shell import fill_shell

SETTINGS = Settings(database="postgresql://nowhere")
BLANKS = (
    "page_title", "geocoder_credit", "q", "bike_checked", "ebike_checked", "ebike_hidden",
    "dock_checked", "blocks_options", "message", "message_hidden",
    "results_title", "results_note", "results", "picture",
)  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One build of the page."""
    folder = tmp_path_factory.mktemp("page") / "static"
    page.build(folder)
    return folder


class TestBuild:
    """What the page is made of."""

    def test_loads_nothing_from_other_hosts(self, built: Path) -> None:
        """Only map tiles may, and their address is a setting."""
        filled = fill_shell(
            (built / "shell.html").read_text(),
            build="b",
            settings=SETTINGS,
            content=dict.fromkeys(BLANKS, ""),
        )
        loaded = re.findall(r'(?:src|href)="([^"]+)"', filled)

        assert loaded
        assert not [address for address in loaded if "//" in address or address.startswith("/")]

    def test_holds_no_inline_script_or_style(self, built: Path) -> None:
        """The Content-Security-Policy would block them, and break the page."""
        shell = (built / "shell.html").read_text()

        assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", shell)

    def test_holds_foliums_map_and_one_layer(self, built: Path) -> None:
        """One layer for all stations: a marker for each would cost 2.3 MB."""
        script = (built / "map.js").read_text()

        assert script.count("L.map(") == 1
        assert script.count("L.geoJson(") == 1
        assert "maxZoom" in script
        assert "http" not in script

    def test_is_light_on_a_slow_network(self, built: Path) -> None:
        """The page and all it loads, as the API sends them: 250 kB at most."""
        sent = sum(len(asset.body.gzipped) for asset in assets(built).files.values())
        shell = len(Body(assets(built).shell.encode()).gzipped)

        assert sent + shell < 250_000

    def test_is_named_after_its_content(self, built: Path, tmp_path: Path) -> None:
        """The same sources give the same name, on any machine and at any time."""
        assert page.build(tmp_path / "again") == assets(built).build

    def test_gives_every_module_it_loads(self, built: Path) -> None:
        """A module that is imported but missing breaks the page."""
        files = assets(built).files
        imported = {
            name
            for file in built.glob("*.js")
            for name in re.findall(r'from "\./([\w.]+)"', file.read_text())
        }

        assert imported
        assert imported <= files.keys()


class TestAssets:
    """The build as the API serves it."""

    def test_says_what_to_do_when_there_is_none(self, tmp_path: Path) -> None:
        """A forgotten set-up step is named."""
        with pytest.raises(PageNotBuiltError, match=r"python -m chalicelib\.page"):
            assets(tmp_path)


class TestRequestPath:
    """What a request must never wait for."""

    def test_needs_neither_folium_nor_a_setting(self) -> None:
        """Chalice imports app.py while packaging; folium takes half a second and 58 MB."""
        code = "import app, sys; sys.exit(bool({'folium', 'numpy', 'boto3'} & sys.modules.keys()))"
        paths = [str(Path(page.__file__).parents[1]), str(Path(page.__file__).parents[2])]
        environment = {"PYTHONPATH": ":".join(paths)}

        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
