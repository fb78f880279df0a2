import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.page_day import POLLS_AN_HOUR, fast_day, pass_hour, weigh
from tests.support.served_stations import ServedState, street_grid

pytestmark = pytest.mark.browser

HOURS = 8
STATIONS = 100


class TestOpenAllDay:
    """A page that hangs on a wall, or sits in a forgotten tab."""

    def test_neither_leaks_nor_drifts(self, visit: Visit, served: ServedState) -> None:
        """After eight hours of changes, searches and popups it is as it was after the first."""
        served.put(*street_grid(STATIONS))
        with fast_day(visit.page, visit.site.url, part=10) as session:
            pass_hour(visit.page)
            early = weigh(session)
            for _ in range(HOURS - 1):
                pass_hour(visit.page)
            late = weigh(session)

        assert visit.page.evaluate("() => polls()") > HOURS * POLLS_AN_HOUR * 0.8
        assert late.nodes <= early.nodes * 1.1
        assert late.listeners <= early.listeners * 1.1
        assert late.heap_mb < early.heap_mb + 2
        expect(visit.page.locator("path.leaflet-interactive")).to_have_count(STATIONS)
        expect(visit.page.locator("#freshness")).to_have_text(re.compile(r"Live 2\d s ago"))
