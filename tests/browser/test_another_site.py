"""A page of another origin reads the API and the feeds, as a trip planner would."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from tests.support.page_site import PageSite
from tests.support.served_stations import ServedState, station_row

pytestmark = pytest.mark.browser

READ = """async (url) => {
    const first = await fetch(url);
    const etag = first.headers.get("etag");
    // Not a simple header: the browser asks with OPTIONS first.
    const again = await fetch(url, {cache: "no-store", headers: {"If-None-Match": etag}});
    return {status: first.status, etag, again: again.status, body: await first.json()};
}"""
REFUSED = """async (url) => {
    const answer = await fetch(url);
    return {status: answer.status, problem: await answer.json()};
}"""


class _Planner(BaseHTTPRequestHandler):
    """Somebody else's site: one empty page."""

    def do_GET(self) -> None:
        page = b"<!doctype html><title>Planner</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def planner(browser: Browser) -> Iterator[Page]:
    """Their page, at its own origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Planner)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    yield page
    page.close()
    server.shutdown()
    server.server_close()
    thread.join()


class TestAnotherSite:
    """CORS as browsers enforce it, not as we imagine it."""

    @pytest.mark.parametrize(
        "path",
        ["api/v1/stations", "api/v1/stations.geojson", "gbfs/gbfs.json",
         "gbfs/2.3/station_status.json", "gbfs/3.0/station_information.json"],
    )  # fmt: skip
    def test_reads_and_asks_again(
        self, planner: Page, site: PageSite, served: ServedState, path: str
    ) -> None:
        """The ETag is exposed, so that asking again costs nothing."""
        served.put(station_row())

        read = planner.evaluate(READ, site.url + path)

        assert (read["status"], read["again"]) == (200, 304)
        assert read["etag"].startswith('"')
        assert read["body"]

    def test_follows_the_links_of_discovery(
        self, planner: Page, site: PageSite, served: ServedState
    ) -> None:
        """From the one address it knows to the bikes."""
        served.put(station_row())

        listed = planner.evaluate(READ, f"{site.url}gbfs/gbfs.json")["body"]["data"]["en"]["feeds"]
        links = {feed["name"]: feed["url"] for feed in listed}
        status = planner.evaluate(READ, links["station_status"])["body"]

        assert status["data"]["stations"][0]["num_bikes_available"] == 8

    def test_is_told_what_is_wrong(
        self, planner: Page, site: PageSite, served: ServedState
    ) -> None:
        """Without CORS headers, a refusal would be a riddle."""
        served.put(station_row())

        read = planner.evaluate(REFUSED, f"{site.url}api/v1/stations?bbox=here")

        assert (read["status"], read["problem"]["parameter"]) == (400, "bbox")
