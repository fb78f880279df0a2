from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit
from tests.support.page_site import PageSite
from tests.support.served_stations import CLOCK, ServedState, station_row, street_grid

pytestmark = pytest.mark.browser


class TestAge:
    """What a rider asks next: how current it is."""

    @pytest.mark.parametrize(
        ("age", "level", "words"),
        [
            (timedelta(seconds=20), "fresh", "Live"),
            (timedelta(minutes=3), "ageing", "3 min old"),
            (timedelta(hours=2), "stale", "Out of date"),
            (timedelta(days=900), "stale", "as of "),
        ],
    )
    def test_is_always_said(
        self, visit: Visit, served: ServedState, age: timedelta, level: str, words: str
    ) -> None:
        """In words, by the data's own clock."""
        served.put(*street_grid(30), clock=datetime.now(UTC) - age)
        page = visit.open()

        expect(page.locator("body")).to_have_attribute("data-level", level)
        expect(page.locator("#freshness")).to_contain_text(words)
        visit.picture(f"age-{level}")

    def test_a_replay_shows_the_clock_of_the_data(self, visit: Visit, served: ServedState) -> None:
        """Old data whose clock moves is a replay; once the clock stands still, it is outdated."""
        served.put(*street_grid(30), clock=CLOCK)
        page = visit.open()
        expect(page.locator("body")).to_have_attribute("data-level", "stale")

        served.put(station_row("s00000", num_docks_available=4), clock=CLOCK + timedelta(minutes=2))

        expect(page.locator("#freshness")).to_have_text("Replay 1 Jul 2019, 08:02", timeout=8000)
        assert page.locator("body[data-outdated]").count() == 0
        visit.picture("age-replay")
        page.clock.install()
        page.clock.fast_forward(400_000)
        expect(page.locator("#freshness")).to_contain_text("Out of date")

    def test_the_last_picture_stays_when_the_connection_is_lost(
        self, browser: Browser, served: ServedState, site: PageSite
    ) -> None:
        """In a tunnel the map stays and says how old it is; then it goes on."""
        served.put(*street_grid(30), clock=datetime.now(UTC))
        visitor = Visit(browser, site)
        visitor.page.clock.install()
        page = visitor.open()
        site.stop()
        page.clock.fast_forward(20_000)

        expect(page.locator("body")).to_have_attribute("data-level", "lost", timeout=30_000)
        expect(page.locator("path.leaflet-interactive")).to_have_count(30)
        visitor.picture("age-lost")
        site.start()
        page.clock.fast_forward(30_000)

        expect(page.locator("body")).to_have_attribute("data-level", "fresh", timeout=60_000)
        visitor.context.close()
