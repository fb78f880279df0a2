"""What folium's examples lead to: one page with a marker for each station, regenerated when due."""

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

JQUERY = LEAFLET.parent / "jquery" / "dist" / "jquery.min.js"


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def end_headers(self) -> None:
        """Declare the folder's files compressed, as a page of 4 MB should be."""
        self.send_header("Content-Encoding", "gzip")
        super().end_headers()

    def send_error(self, code: int, *_: object) -> None:
        """Refuse without a body, which would not be compressed."""
        self.send_response(code)
        self.send_header("Content-Length", "0")
        super().end_headers()


def write_page(folder: Path, stations: Sequence[StationRow]) -> None:
    """Write the page and what it loads, compressed."""
    city = folium.Map(location=(40.75, -73.97), zoom_start=12, tiles=None, prefer_canvas=True)
    # What its popups need, served from this machine; it uses nothing else of folium's defaults.
    city.default_js = [("leaflet", "leaflet.js"), ("jquery", "jquery.min.js")]
    city.default_css = [("leaflet_css", "leaflet.css")]
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
    for path in (*(LEAFLET / name for name in FROM_LEAFLET), JQUERY):
        (folder / path.name).write_bytes(path.read_bytes())
    for file in folder.iterdir():
        file.write_bytes(gzip.compress(file.read_bytes()))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the page locally; yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
