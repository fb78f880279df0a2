import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import DESK, Visit
from tests.support.page_site import PageSite
from tests.support.served_stations import ServedState, street_grid

pytestmark = pytest.mark.browser

TILE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class TileHost:
    """A separate tile host; a test may change the status of its responses."""

    def __init__(self) -> None:
        self.status = 200
        self.referrers: set[str | None] = set()
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.referrers.add(self.headers["Referer"])
                body = TILE if host.status == 200 else b"no"
                self.send_response(host.status)
                self.send_header("Content-Type", "image/png")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def tiles() -> Iterator[TileHost]:
    """A tile host that works."""
    host = TileHost()
    yield host
    host.close()


@pytest.fixture
def visit(browser: Browser, served: ServedState, tiles: TileHost) -> Iterator[Visit]:
    """A visitor to a page with tiles."""
    served.put(*street_grid(30))
    with PageSite(served.dsn, MAP_TILES_URL=f"{tiles.url}{{z}}/{{x}}/{{y}}.png") as site:
        visitor = Visit(browser, site, **DESK)
        yield visitor
        visitor.context.close()


class TestTiles:
    """The only thing that may come from elsewhere."""

    def test_only_tiles_come_from_another_host(self, visit: Visit, tiles: TileHost) -> None:
        """No other host learns of the visit; the tile host learns the origin, and is credited."""
        page = visit.open()
        page.wait_for_selector(".leaflet-tile-loaded")
        visit.picture("tiles")

        expect(page.locator(".leaflet-control-attribution a")).to_have_attribute(
            "href", "https://www.openstreetmap.org/copyright"
        )
        assert all(address.startswith(tiles.url) for address in visit.strangers)
        assert tiles.referrers == {visit.site.url}
        assert visit.complaints == []

    def test_the_policy_lets_no_other_host_in(self, visit: Visit) -> None:
        """Whatever is injected into the page can neither load nor send anything."""
        page = visit.open()

        refused = page.evaluate(
            """async () => {
                const image = new Image();
                const loaded = new Promise((resolve) => {
                    image.onload = () => resolve("loaded");
                    image.onerror = () => resolve("refused");
                });
                image.src = "http://127.0.0.1:9/beacon.png";
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
                const sent = await fetch("http://127.0.0.1:9/").then(() => "sent", () => "refused");
                return [await loaded, sent, window.ran ?? "refused"];
            }"""
        )

        assert refused == ["refused"] * 3
        assert any("Content Security Policy" in complaint for complaint in visit.complaints)

    def test_a_host_that_fails_leaves_the_map_plain(self, visit: Visit, tiles: TileHost) -> None:
        """One failed request, not one for each tile; circles need no streets."""
        tiles.status = 503
        page = visit.open()
        page.wait_for_timeout(500)

        expect(page.locator("path.leaflet-interactive")).to_have_count(30)
        assert len(visit.strangers) == 1
        assert page.locator(".leaflet-tile").count() == 0

    def test_a_host_that_fails_later_leaves_holes_and_no_broken_pictures(
        self, visit: Visit, tiles: TileHost
    ) -> None:
        """Loaded tiles stay; missing ones show the background colour."""
        page = visit.open()
        page.wait_for_selector(".leaflet-tile-loaded")
        tiles.status = 503
        page.evaluate(
            "() => { map_stations.setZoom(map_stations.getZoom() + 2, {animate: false}); }"
        )
        page.wait_for_timeout(500)
        visit.picture("tiles-missing")

        expect(page.locator("path.leaflet-interactive")).to_have_count(30)
        broken = page.locator(".leaflet-tile").evaluate_all(
            """tiles => tiles.filter((tile) => {
                return getComputedStyle(tile).visibility === "visible" && !tile.naturalWidth;
            }).length"""
        )
        assert broken == 0
