"""A real Chromium on the real page, in front of a real database."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.chromium import HOW_TO_GET_IT, chromium, chromium_program
from tests.support.page_site import REPOSITORY, PageSite
from tests.support.served_stations import ServedState

SCREENSHOTS = REPOSITORY / ".build" / "screenshots"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
# Popups fade in, and the map pans to make room for them.
SETTLED_MS = 600


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's own Chromium."""
    if chromium_program() is None:
        pytest.skip(HOW_TO_GET_IT)
    with chromium() as opened:
        yield opened


@pytest.fixture
def served(database: str) -> Iterator[ServedState]:
    """The database behind the page."""
    state = ServedState(database)
    yield state
    state.close()


@pytest.fixture
def site(served: ServedState) -> Iterator[PageSite]:
    """The page's address."""
    with PageSite(served.dsn) as running:
        yield running


class Visit:
    """One visitor's page, and everything it did that it should not have."""

    def __init__(self, browser: Browser, site: PageSite, **context: Any) -> None:
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
        """Open the page and wait for its first marks."""
        self.page.goto(self.site.url + path)
        self.page.wait_for_selector("body[data-marks]")
        return self.page

    def picture(self, name: str) -> None:
        """Save a screenshot for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(SETTLED_MS)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def visit(browser: Browser, site: PageSite) -> Iterator[Visit]:
    """A desktop visitor; every test must end with a clean console and no request to other hosts."""
    visitor = Visit(browser, site, **DESK)
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []
    assert visitor.strangers == []


@pytest.fixture
def phone(browser: Browser, site: PageSite) -> Iterator[Visit]:
    """A mobile visitor."""
    visitor = Visit(browser, site, **PHONE)
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []
    assert visitor.strangers == []
