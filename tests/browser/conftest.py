"""A real Chromium on the real page, in front of a real database."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.served_stations import ServedState

REPOSITORY = Path(__file__).parents[2]
SCREENSHOTS = REPOSITORY / ".build" / "screenshots"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
START_S = 20
# Popups fade in, and the map moves to make room for them.
SETTLED_MS = 600


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's own Chromium."""
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def served(database: str) -> Iterator[ServedState]:
    """The database behind the page."""
    state = ServedState(database)
    yield state
    state.close()


class Site:
    """The app on the local server, in a process of its own that a test may stop."""

    def __init__(self, dsn: str, *, tiles: str = "") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._environment = os.environ | {
            "DATABASE_URL": dsn.replace("bikeshare@", "bikeshare_api@"),
            "MAP_TILES_URL": tiles,
            # What a test changes shows at once.
            "REFRESH_S": "0",
            "PYTHONPATH": f"{REPOSITORY / 'chalice_api'}{os.pathsep}{REPOSITORY}",
        }
        self.start()

    def start(self) -> None:
        """Run it and wait until it takes callers."""
        command = [sys.executable, "-m", "local_stack.services.api_server", str(self.port)]
        self._process = subprocess.Popen(
            command, env=self._environment, cwd=REPOSITORY / "chalice_api"
        )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        pytest.fail("the API did not start")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(timeout=10)


@pytest.fixture
def site(served: ServedState) -> Iterator[Site]:
    """The page's address."""
    running = Site(served.dsn)
    yield running
    running.stop()


class Visit:
    """One visitor's page, and everything it should not have done."""

    def __init__(self, browser: Browser, site: Site, **context: Any) -> None:
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.site = site
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.site.url, "data:")):
            self.strangers.append(request.url)

    def open(self, path: str = "") -> Page:
        """Go to the page and wait for its first marks."""
        self.page.goto(self.site.url + path)
        self.page.wait_for_selector("body[data-marks]")
        return self.page

    def picture(self, name: str) -> None:
        """Keep what it looks like, for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(SETTLED_MS)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """A visitor at a desk; every test ends with a clean console and no request to strangers."""
    visitor = Visit(browser, site, viewport={"width": 1280, "height": 800})
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []
    assert visitor.strangers == []


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[Visit]:
    """A visitor in the street."""
    visitor = Visit(
        browser,
        site,
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
    )
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []
    assert visitor.strangers == []
