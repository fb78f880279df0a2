from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PHONE, SETTLED_MS, Visit
from tests.support.page_site import PageSite
from tests.support.served_stations import ServedState, station_row, street_grid

pytestmark = pytest.mark.browser

PHONES = {"tall": (390, 844), "small": (360, 640), "on its side": (667, 375)}
# Everything that can be said about a station, so that nothing is taller.
TALLEST = {
    "name": "A very long name of a station on the Avenue of the Americas & East 123 St",
    "is_renting": False,
    "drift": 5,
    "estimated_bikes": 1,
}
MARK_AT = """(id) => {
  const marks = [...geo_json_stations.getLayers()];
  const mark = marks.find(({ feature }) => feature.id === id);
  const { x, y } = map_stations.latLngToContainerPoint(mark.getLatLng());
  const { left, top } = map_stations.getContainer().getBoundingClientRect();
  return [left + x, top + y];
}"""
IS_ON_TOP = """(element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""
HOW_HIGH = "(pane) => Number(getComputedStyle(pane).zIndex)"
CENTER = "() => Object.values(map_stations.getCenter())"
DIMMED_THEN_REACHED = """() => {
  const marks = [...document.querySelectorAll("path.leaflet-interactive")];
  return marks.map((mark) => mark.getAttribute("stroke-opacity") === "1");
}"""


@pytest.fixture(params=PHONES)
def small(request: pytest.FixtureRequest, browser: Browser, site: PageSite) -> Iterator[Visit]:
    """A visitor whose screen is small, in one dimension or the other."""
    width, height = PHONES[request.param]
    size: dict[str, Any] = {"width": width, "height": height}
    visitor = Visit(browser, site, **{**PHONE, "viewport": size})
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []


def close_button(page: Page) -> Locator:
    """Return the button that closes the details."""
    return page.locator(".leaflet-popup-close-button")


class TestSheet:
    """On a small screen, a station's details take the place of the list."""

    def test_leaves_the_map_its_mark_and_its_controls_in_sight(
        self, small: Visit, served: ServedState
    ) -> None:
        """All details can be read, and nothing overlaps."""
        served.put(*street_grid(100), station_row("tall", lat=40.744, lon=-74.0, **TALLEST))
        page = small.open()

        page.touchscreen.tap(*page.evaluate(MARK_AT, "tall"))

        sheet = page.locator("#sheet")
        expect(sheet.locator("h2")).to_have_text(TALLEST["name"])
        expect(sheet.locator("rect").first).to_be_visible()
        page.wait_for_timeout(SETTLED_MS)
        small.picture(f"sheet-{page.viewport_size['width']}")
        for control in (".legend summary", ".leaflet-control-zoom-in", "#q"):
            assert page.locator(control).evaluate(IS_ON_TOP), control
        assert close_button(page).evaluate(IS_ON_TOP)
        x, y = page.evaluate(MARK_AT, "tall")
        assert page.evaluate("(at) => !!document.elementFromPoint(...at).closest('.map')", [x, y])
        sheet.evaluate("(sheet) => sheet.scrollTo(0, sheet.scrollHeight)")
        assert sheet.locator("figcaption").evaluate(IS_ON_TOP)
        assert close_button(page).evaluate(IS_ON_TOP)
        expect(page.locator("#results-list")).not_to_be_visible()
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width == page.viewport_size["width"]

    @pytest.mark.parametrize("how", ["Escape", "Space"])
    def test_takes_the_keyboard_and_gives_it_back(
        self, small: Visit, served: ServedState, how: str
    ) -> None:
        """Screen reader users are in the sheet when it opens, and back in the same row after."""
        served.put(*street_grid(100))
        page = small.open("?q=w+32+%26+7&need=dock")
        page.wait_for_selector(".place-pane path")
        row = page.locator("#results-list button").nth(2)
        name = row.locator(".name").inner_text()
        row.focus()

        page.keyboard.press("Enter")

        expect(page.get_by_role("dialog", name=name)).to_be_focused()
        if how == "Space":
            page.keyboard.press("Tab")
            expect(close_button(page)).to_be_focused()
        page.keyboard.press(how)
        expect(page.locator("#sheet")).to_be_hidden()
        expect(row).to_be_focused()

    def test_is_closed_by_going_back(self, small: Visit, served: ServedState) -> None:
        """On a phone, Back gets you out of anything; the page itself stays."""
        served.put(*street_grid(100))
        page = small.open("?need=dock")
        for station in ("s00042", "s00044"):
            page.touchscreen.tap(*page.evaluate(MARK_AT, station))
            expect(page.locator("#sheet .card")).to_be_visible()

        page.go_back()

        expect(page.locator("#sheet")).to_be_hidden()
        assert page.url.endswith("?need=dock")

    def test_leaves_nothing_behind_to_go_back_from(self, small: Visit, served: ServedState) -> None:
        """Once the sheet is closed, Back leads to where the rider was before the page, as ever."""
        served.put(*street_grid(100))
        page = small.open("?need=dock")
        page.touchscreen.tap(*page.evaluate(MARK_AT, "s00042"))
        expect(page.locator("#sheet .card")).to_be_visible()
        assert page.evaluate("history.state") == {"sheet": True}

        close_button(page).click()

        page.wait_for_function("() => history.state === null")
        expect(page.locator("#sheet")).to_be_hidden()

    def test_stays_where_it_was_read_while_numbers_change(
        self, small: Visit, served: ServedState
    ) -> None:
        """A busy system has changes every few seconds."""
        served.put(station_row("a", **TALLEST), *street_grid(20))
        page = small.open()
        page.touchscreen.tap(*page.evaluate(MARK_AT, "a"))
        page.locator("#sheet rect").first.wait_for()
        sheet = page.locator("#sheet")
        scrolled = sheet.evaluate("(s) => { s.scrollTo(0, 60); return s.scrollTop; }")
        assert scrolled > 0

        served.put(station_row("a", **TALLEST, num_docks_available=3))

        expect(sheet.locator(".number b").nth(1)).to_have_text("3", timeout=8000)
        assert sheet.evaluate("(s) => s.scrollTop") == scrolled

    def test_makes_way_for_the_answer_of_a_search(self, small: Visit, served: ServedState) -> None:
        """The rider asked for the list."""
        served.put(*street_grid(100))
        page = small.open()
        page.touchscreen.tap(*page.evaluate(MARK_AT, "s00042"))
        expect(page.locator("#sheet")).to_be_visible()

        page.fill("#q", "w 32 & 7")
        page.keyboard.press("Enter")

        expect(page.locator("#results-title")).to_be_visible()
        expect(page.locator("#results-title")).to_have_text("Near W 32 St & 7 Ave")
        expect(page.locator("#sheet")).to_be_hidden()
        expect(page.locator("#q")).to_be_focused()
        page.go_back()
        expect(page.locator("#results-title")).not_to_have_text("Near W 32 St & 7 Ave")

    def test_is_a_popup_again_where_there_is_room(self, small: Visit, served: ServedState) -> None:
        """Windows can be enlarged."""
        served.put(*street_grid(100))
        page = small.open()
        page.locator("#results-list button").first.click()
        expect(page.locator("#sheet .card")).to_be_visible()

        page.set_viewport_size({"width": 1280, "height": 800})

        expect(page.locator(".card")).to_have_count(0)
        page.locator("#results-list button").first.click()
        expect(page.locator(".leaflet-popup-pane .card")).to_be_visible()


class TestPopup:
    """On a desktop, the details are beside the mark."""

    def test_lets_its_rider_look_elsewhere(self, visit: Visit, served: ServedState) -> None:
        """Changes of the station do not pull the map back to it."""
        served.put(*street_grid(100))
        page = visit.open()
        page.locator("#results-list button").first.click()
        page.wait_for_timeout(SETTLED_MS)
        page.evaluate("() => { map_stations.panBy([900, 0], { animate: false }); }")
        left_at = page.evaluate(CENTER)

        served.put(*street_grid(100, num_docks_available=9))

        expect(page.locator(".card .number b").nth(1)).to_have_text("9", timeout=8000)
        page.wait_for_timeout(SETTLED_MS)
        assert page.evaluate(CENTER) == left_at

    def test_is_said_aloud_each_time(self, visit: Visit, served: ServedState) -> None:
        """Even when one station follows another."""
        served.put(*street_grid(100))
        page = visit.open()
        listed = page.locator("#results-list button").evaluate_all(
            "(rows) => rows.slice(0, 2).map((row) => row.dataset.station)"
        )

        for station_id in listed:
            row = page.locator(f'[data-station="{station_id}"]')
            row.press("Enter")
            name = row.locator(".name").inner_text()
            expect(page.locator("#announcement")).to_contain_text(name)
            expect(row).to_be_focused()


class TestReach:
    """The reach around the place that was searched for."""

    def test_crosses_no_number(self, visit: Visit, served: ServedState) -> None:
        """The dashed circle lies below the marks, and dimmed marks below those within reach."""
        served.put(*street_grid(900))
        page = visit.open("?q=w+34+%26+7&need=dock")
        page.wait_for_selector(".place-pane path")
        order = [
            page.locator(f".leaflet-{name}-pane").evaluate(
                "(pane) => getComputedStyle(pane).zIndex"
            )
            for name in ("reach", "overlay", "place")
        ]
        reached = page.evaluate(DIMMED_THEN_REACHED)

        assert order == sorted(set(order))
        assert page.locator(".leaflet-reach-pane path").count() == 1
        assert True in reached
        assert reached == sorted(reached)
        followed = page.locator("text.count").evaluate_all(
            "(texts) => texts.every((text) => text.previousSibling.matches('path'))"
        )
        assert followed
