from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Visit
from tests.support.page_site import PageSite
from tests.support.served_stations import ServedState, street_grid

pytestmark = pytest.mark.browser

COUNTED = """
globalThis.located = 0;
const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
navigator.geolocation.getCurrentPosition = (...how) => { globalThis.located += 1; ask(...how); };
"""
MIDTOWN = {"latitude": 40.7465, "longitude": -73.9888}
BOSTON = {"latitude": 42.36, "longitude": -71.06}


def opened(browser: Browser, site: PageSite, **context: Any) -> tuple[Visit, Page]:
    """A visitor whose geolocation requests are counted."""
    visitor = Visit(browser, site, **PHONE, **context)
    visitor.page.add_init_script(COUNTED)
    return visitor, visitor.open()


class TestNearMe:
    """The rider's own place, and only when they ask."""

    def test_is_asked_for_on_tap_alone(
        self, browser: Browser, site: PageSite, served: ServedState
    ) -> None:
        """Then it is a place like any other: red circle, reach, list, address bar."""
        served.put(*street_grid(200))
        visitor, page = opened(browser, site, geolocation=MIDTOWN, permissions=["geolocation"])
        assert page.evaluate("() => located") == 0

        page.tap("#near-me")

        expect(page.locator("#results-title")).to_have_text("Near you")
        expect(page.locator("#results-list li").nth(1)).to_contain_text("min walk")
        assert "q=40.7465%2C+-73.9888" in page.url
        assert page.evaluate("() => located") == 1
        visitor.picture("near-me")
        visitor.context.close()
        assert visitor.complaints == []

    @pytest.mark.parametrize(
        ("context", "said"),
        [
            ({}, "Your browser may not say where you are. Type a station"),
            (
                {"geolocation": BOSTON, "permissions": ["geolocation"]},
                "You are outside the area of Citi Bike",
            ),
        ],
    )
    def test_says_what_to_do_where_it_does_not_help(
        self,
        browser: Browser,
        site: PageSite,
        served: ServedState,
        context: dict[str, Any],
        said: str,
    ) -> None:
        """When permission is refused, and when the rider is in another city."""
        served.put(*street_grid(200))
        visitor, page = opened(browser, site, **context)

        page.tap("#near-me")

        expect(page.locator("#message")).to_contain_text(said)
        expect(page.locator("#results-title")).to_have_text("Stations in view")
        visitor.context.close()
