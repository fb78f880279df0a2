import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visit
from tests.support.page_site import REPOSITORY, PageSite
from tests.support.served_stations import ServedState, street_grid

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "chalice_api" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = "() => performance.getEntriesByName('picture').map(({detail}) => detail)"


class TestQuality:
    """The standards of a good page."""

    @pytest.mark.parametrize("path", ["", "?q=w+34+%26+11", "?q=zzzz"])
    def test_axe_finds_nothing(
        self, browser: Browser, site: PageSite, served: ServedState, path: str
    ) -> None:
        """Screen readers, contrast, names and roles, on a desktop and on a phone."""
        served.put(*street_grid(200))
        for width, height in ((1280, 800), (390, 844), (360, 640)):
            visitor = Visit(
                browser,
                site,
                viewport={"width": width, "height": height},
                bypass_csp=True,
                # Contrast cannot be checked while a popup is still fading in.
                reduced_motion="reduce",
            )
            page = visitor.open(path)
            if "34" in path:
                page.locator("#results-list button").first.click()
            page.add_script_tag(path=AXE)
            found = page.evaluate("() => axe.run()")
            visitor.context.close()

            assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []

    def test_a_large_city_is_drawn_in_short_stretches(
        self, visit: Visit, served: ServedState
    ) -> None:
        """The page responds in between; tests.bench.page measures how long each task takes."""
        served.put(*street_grid(2500))
        page = visit.open()
        visit.picture("city")
        (whole,) = page.evaluate(PICTURES)
        served.put(*street_grid(1, num_docks_available=5))
        for _ in range(50):
            if len(page.evaluate(PICTURES)) > 1:
                break
            page.wait_for_timeout(300)
        update = page.evaluate(PICTURES)[1]

        assert page.locator("body").get_attribute("data-marks") == "2500"
        assert (whole["changed"], whole["stretches"]) == (2500, 25)
        assert (update["changed"], update["stretches"]) == (1, 1)
