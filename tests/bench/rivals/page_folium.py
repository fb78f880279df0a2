"""What folium's examples lead to: one page with a marker for each station, made anew when due."""

import gzip
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import folium
from chalicelib.page import FROM_LEAFLET, LEAFLET
from chalicelib.queries import StationRow


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def write_page(folder: Path, stations: Sequence[StationRow]) -> int:
    """Write the page and what it loads; give how many bytes that is, compressed."""
    city = folium.Map(location=(40.75, -73.97), zoom_start=12, tiles=None, prefer_canvas=True)
    city.default_js = [("leaflet", "leaflet.js")]
    city.default_css = [("leaflet", "leaflet.css")]
    city._id = "stations"
    for row in stations:
        told = f"{row.name}: {row.num_bikes_available} bikes, {row.num_docks_available} docks"
        folium.CircleMarker(
            (row.lat, row.lon),
            radius=5 + 8 * min(row.num_docks_available or 0, 40) / 40,
            fill=bool(row.num_docks_available),
            popup=told,
            tooltip=row.name,
        ).add_to(city)
    city.save(str(folder / "index.html"))
    for name in FROM_LEAFLET:
        (folder / Path(name).name).write_bytes((LEAFLET / name).read_bytes())
    return sum(len(gzip.compress(file.read_bytes())) for file in folder.iterdir())


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the page to this machine; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
