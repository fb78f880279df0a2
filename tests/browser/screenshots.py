"""`make screenshots` takes the README's pictures of the real page, over a made-up day."""

import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from local_stack.sample_day import write_sample_day
from local_stack.services.postgres import Postgres
from tests.browser.conftest import DESK, PHONE
from tests.support.batches import create_database
from tests.support.chromium import chromium
from tests.support.page_site import REPOSITORY, PageSite
from tests.support.served_stations import ServedState
from tests.support.shown_city import show_files

IMAGES = REPOSITORY / "docs" / "images"
SEED = 2019
# The morning peak: stations where people live run empty, those where they work fill up.
INTO_THE_DAY = timedelta(hours=3, minutes=40)
SEARCH = "?q=w+31+%26+10&need=bike"
SETTLED_MS = 800


def main() -> None:
    """Show the day as it stands at the peak, and as it plays on."""
    with tempfile.TemporaryDirectory() as home, Postgres(home=Path(home)) as server:
        day = write_sample_day(Path(home) / "day", seed=SEED)
        now = day.starts_at + INTO_THE_DAY
        dsn = create_database(server.dsn, "shown", "head")
        show_files(dsn, day.station_information, day.station_status, day.trips, until=now)
        with PageSite(dsn) as site, closing(ServedState(dsn)) as state, chromium() as browser:
            state.tick(now)
            taken = Camera(browser, site.url)
            taken.picture("map", "?need=dock")
            taken.picture("search", SEARCH, act=open_second)
            taken.picture("phone", SEARCH, on_phone=True)
            state.execute("UPDATE applied_batch SET applied_at = applied_at - interval '1 day'")
            taken.picture("stale", "?need=bike", on_phone=True)


class Camera:
    """Takes screenshots of pages."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address

    def picture(
        self,
        name: str,
        path: str,
        *,
        on_phone: bool = False,
        act: Callable[[Page], None] | None = None,
    ) -> None:
        """Take one, once nothing moves any more."""
        page = self._browser.new_page(**(PHONE if on_phone else DESK))
        page.goto(self._address + path)
        page.wait_for_selector("body[data-ready]")
        if act is not None:
            act(page)
        page.wait_for_timeout(SETTLED_MS)
        target = IMAGES / f"{name}.png"
        page.screenshot(path=target)
        page.close()
        sys.stdout.write(f"{target.name}: {target.stat().st_size / 1000:.0f} kB\n")


def open_second(page: Page) -> None:
    """Open the second station of the list."""
    page.locator("#results-list button").nth(1).click()


if __name__ == "__main__":
    main()
