"""
`python -m chalicelib.page` builds the map page: folium's map, our scripts, Leaflet, one folder.

Run at set-up and before a deploy, never in a request: folium takes half a second to import.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any, Final

from chalicelib.search.words import JOINING, SHORT_FORMS

API_FOLDER: Final = Path(__file__).parents[1]
FRONTEND: Final = API_FOLDER / "frontend"
BUILT: Final = Path(__file__).parent / "static"
SHELL: Final = "shell.html"
MANIFEST: Final = "manifest.json"
LEAFLET: Final = API_FOLDER / "node_modules" / "leaflet"
FROM_LEAFLET: Final = ("dist/leaflet.js", "dist/leaflet.css")

# New York, until the settings or the stations themselves say otherwise.
FIRST_VIEW: Final = (40.735, -73.985)
FIRST_ZOOM: Final = 12
NEAREST_ZOOM: Final = 19
FARTHEST_ZOOM: Final = 3

MAKE_MARK: Final = "(feature, latlng) => bikeshare.mark(feature, latlng)"


def folium_map() -> tuple[str, str]:
    """Have folium render the map and its one layer; return the element and its script."""
    import folium
    from folium.utilities import JsCode

    city = folium.Map(
        location=FIRST_VIEW,
        zoom_start=FIRST_ZOOM,
        tiles=None,
        zoom_control="bottomright",
        # Without tiles nothing else limits the zoom, and controls vanish silently.
        maxZoom=NEAREST_ZOOM,
        minZoom=FARTHEST_ZOOM,
    )
    # Every file is ours: no script or style comes from another host.
    city.default_js, city.default_css = [], []
    nothing_yet = {"type": "FeatureCollection", "features": []}
    layer = folium.GeoJson(nothing_yet, name="Stations", point_to_layer=JsCode(MAKE_MARK))
    # folium generates random names; the page's own scripts look for these.
    city._id = layer._id = "stations"  # noqa: SLF001 - branca has no public way
    layer.add_to(city)
    figure: Any = city.get_root()
    figure.render()
    return figure.html.render().strip(), figure.script.render().strip()


def words_module() -> str:
    """Return the search's words as a module for the page, whose suggestions use the same."""
    forms = {long: short for long, short in SHORT_FORMS.items() if long != short}
    return (
        "// Made by the page build from the search's own words.\n\n"
        f"export const SHORT_FORMS = {json.dumps(forms, sort_keys=True)};\n"
        f"export const JOINING = {json.dumps(sorted(JOINING))};\n"
    )


def asset_files() -> dict[str, bytes]:
    """Return the files that the page loads, by name."""
    if not LEAFLET.is_dir():
        message = f"{LEAFLET} is missing: run `npm ci` in chalice_api first"
        raise FileNotFoundError(message)
    files = {Path(name).name: (LEAFLET / name).read_bytes() for name in FROM_LEAFLET}
    ours = [path for path in FRONTEND.iterdir() if path.suffix in (".js", ".css", ".svg")]
    files["words.js"] = words_module().encode()
    return files | {path.name: path.read_bytes() for path in ours}


def build(target: Path) -> str:
    """Write the built page; return its name, a digest, so that browsers may cache it for good."""
    element, script = folium_map()
    files = asset_files() | {"map.js": f"{script}\n".encode()}
    shell = (FRONTEND / SHELL).read_text(encoding="utf-8").replace("$map", element)
    modules = sorted(
        name for name in files if name.endswith(".js") and name not in ("leaflet.js", "map.js")
    )
    preloads = "\n".join(
        f'<link rel="modulepreload" href="static/$build/{name}">' for name in modules
    )
    shell = shell.replace("$preloads", preloads)
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name] + b"\0")
    name_of_build = digest.hexdigest()[:12]
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, content in files.items():
        (target / name).write_bytes(content)
    (target / SHELL).write_text(shell, encoding="utf-8")
    (target / MANIFEST).write_text(json.dumps({"build": name_of_build, "files": sorted(files)}))
    return name_of_build


if __name__ == "__main__":
    print(f"page built: {build(BUILT)}")  # noqa: T201 - a command's answer
