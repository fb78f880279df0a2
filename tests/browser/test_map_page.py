from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.support.served_stations import CLOCK, ServedState, station_row, street_grid

pytestmark = pytest.mark.browser

HOSTILE = ('<script>document.title = "stolen"</script>', '"><img src=x onerror="document.title=1">')
BLUE = "#1559d6"
PAINTED = """
globalThis.painted = new Set();
const paint = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
  painted.add(text);
  paint.call(this, text, ...where);
};
"""
WATCH_PLACES = """() => {
  const pane = document.querySelector(".leaflet-map-pane");
  globalThis.places = new Set();
  const note = () => places.add(pane.style.transform);
  new MutationObserver(note).observe(pane, { attributes: true, attributeFilter: ["style"] });
}"""
GLIDE_MS = 600
SHOWN_NUMBERS = """() => {
  const written = [...document.querySelectorAll("text.count")].map((mark) => mark.textContent);
  return [...new Set([...painted, ...written])];
}"""


class TestPopup:
    """What is shown about one station."""

    def test_shows_the_last_hours_and_asks_for_them_once(
        self, visit: Visit, served: ServedState
    ) -> None:
        """Only when a popup opens, and not again whenever its numbers change."""
        served.put(station_row("a/b", estimated_bikes=3))
        for minutes, went, came in ((30, 2, 0), (90, 0, 5), (150, 1, 1)):
            at = CLOCK - timedelta(minutes=minutes)
            served.put_events("a/b", at, departures=went, arrivals=came)
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        page = visit.open()
        assert not [url for url in asked if url.endswith("/history")]

        page.locator("#results-list button").first.click()

        chart = page.locator(".card .history")
        expect(chart.locator("figcaption")).to_have_text(
            "Last 6 h: 3 departures, 6 arrivals; between 5 and 10 bikes."
        )
        expect(chart.locator("rect")).to_have_count(24)
        label = chart.locator("svg[role=img]").get_attribute("aria-label")
        assert label is not None
        assert label.startswith("Bikes over time. From 5 at ")
        expect(page.locator(".card")).to_contain_text("about 3 bikes are more likely")
        visit.picture("popup")
        served.put(station_row("a/b", num_bikes_available=9))
        expect(page.locator(".card .number b").first).to_have_text("9", timeout=8000)
        expect(chart.locator("rect")).to_have_count(24)
        assert len([url for url in asked if url.endswith("/history")]) == 1


class TestCircles:
    """The map shows what the database holds."""

    def test_blue_where_docks_are_open_and_hollow_where_none(
        self, visit: Visit, served: ServedState
    ) -> None:
        """The main purpose of the page."""
        served.put(*street_grid(60))
        page = visit.open()

        filled = page.locator(f'path.leaflet-interactive[fill="{BLUE}"]')
        hollow = page.locator('path.leaflet-interactive[fill="#ffffff"]')

        expect(filled).to_have_count(57)
        expect(hollow).to_have_count(3)
        visit.picture("desktop")

    def test_bikes_come_first_where_docks_are_not_known(
        self, visit: Visit, served: ServedState
    ) -> None:
        """Trips alone reveal bikes but not docks: the map shows what there is to show."""
        served.put(
            *(
                station_row(str(n), lat=40.7 + n / 100, capacity=None, num_docks_available=None)
                for n in range(5)
            )
        )
        page = visit.open()

        expect(page.locator("#need-bike")).to_be_checked()
        expect(page.locator(f'path.leaflet-interactive[fill="{BLUE}"]')).to_have_count(5)
        page.click("label[for=need-dock]")
        expect(page.locator("#results-note")).to_contain_text("Open docks are not known here")

    def test_e_bikes_are_a_choice_where_they_are_counted(
        self, visit: Visit, served: ServedState
    ) -> None:
        """A feed without e-bike counts offers no such choice."""
        served.put(station_row("a", num_ebikes_available=None), station_row("b", lat=40.73))
        page = visit.open()

        page.click("label[for=need-ebike]")

        expect(page.locator(f'path.leaflet-interactive[fill="{BLUE}"]')).to_have_count(1)
        expect(page.locator("#results-list li.open .way")).to_have_text(
            "2 e-bikes, 8 bikes, 12 open docks"
        )
        expect(page.locator("#results-list li.unknown .way")).to_have_text("e-bikes not known")
        served.put(
            station_row("a", num_ebikes_available=None),
            station_row("b", lat=40.73, num_ebikes_available=None),
        )
        page = visit.open()
        expect(page.locator("#for-ebike")).to_be_hidden()
        expect(page.locator("#need-bike")).to_be_checked()

    @pytest.mark.parametrize("count", [4, 2000])
    def test_says_how_many_close_up(self, visit: Visit, served: ServedState, count: int) -> None:
        """Few marks are elements and many are drawn; either way the circle has its number."""
        served.put(*street_grid(count, num_docks_available=17))
        visit.page.add_init_script(PAINTED)
        page = visit.open()
        page.evaluate("() => { map_stations.setView([40.745, -74.0], 12, {animate: false}); }")
        assert page.evaluate(SHOWN_NUMBERS) == []

        page.evaluate("() => { map_stations.setView([40.745, -74.0], 16, {animate: false}); }")

        visit.picture(f"close-up-{count}")
        assert page.evaluate(SHOWN_NUMBERS) == ["17"]

    def test_another_shape_where_closed_or_unknown(self, visit: Visit, served: ServedState) -> None:
        """A colour-blind rider sees the difference, and closed is not the same as empty."""
        served.put(
            station_row("open", lat=40.70),
            station_row("none", lat=40.71, num_docks_available=0),
            station_row("closed", lat=40.72, is_returning=False),
            station_row("unknown", lat=40.73, num_docks_available=None),
        )
        page = visit.open()

        shapes = page.locator("path.leaflet-interactive").evaluate_all(
            "marks => marks.map((mark) => mark.getAttribute('d').replace(/[^A-Za-z]/g, ''))"
        )

        assert sorted(shapes) == ["MLLLz", "MLML", "Maa", "Maa"]

    def test_a_change_shows_without_a_reload(self, visit: Visit, served: ServedState) -> None:
        """Within seconds, and without touching the others."""
        served.put(station_row("a", num_docks_available=0), station_row("b", lat=40.73))
        page = visit.open()
        mark = page.locator("path.leaflet-interactive").first
        other = page.locator("path.leaflet-interactive").nth(1)
        other.evaluate("mark => { mark.kept = true; }")
        expect(mark).to_have_attribute("fill", "#ffffff")

        served.put(station_row("a", num_docks_available=7))

        expect(mark).to_have_attribute("fill", BLUE, timeout=8000)
        assert other.evaluate("mark => mark.kept")

    def test_a_station_that_went_goes(self, visit: Visit, served: ServedState) -> None:
        """Two ids that turn out to be one place become one circle."""
        served.put(station_row("a"), station_row("b", lat=40.73))
        page = visit.open()
        marks = page.locator("path.leaflet-interactive")
        expect(marks).to_have_count(2)

        served.remove("b")

        expect(marks).to_have_count(1, timeout=10_000)

    def test_the_map_opens_where_the_stations_are(self, visit: Visit, served: ServedState) -> None:
        """Boston's data is shown in Boston, whatever a single bad position says."""
        served.put(
            *(station_row(str(n), lat=42.35 + n / 10_000, lon=-71.06) for n in range(200)),
            station_row("stray", lat=1.0, lon=1.0),
        )
        page = visit.open()

        center = page.evaluate("() => map_stations.getCenter()")

        assert (round(center["lat"], 1), round(center["lng"], 1)) == (42.4, -71.1)

    def test_the_map_follows_until_it_is_touched(self, visit: Visit, served: ServedState) -> None:
        """A first start shows the city as it comes in, and never pulls the map from a hand."""
        visit.page.goto(visit.site.url)
        expect(visit.page.locator("#results-title")).to_have_text("No stations yet")
        served.put(station_row("a", lat=40.70, lon=-74.00))
        page = visit.page
        page.wait_for_selector("body[data-marks='1']")

        served.put(station_row("b", lat=40.80, lon=-73.90))
        page.wait_for_selector("body[data-marks='2']")
        shown = page.evaluate(
            "() => [...geo_json_stations.getLayers()].every(IN_VIEW)".replace(
                "IN_VIEW", "(mark) => map_stations.getBounds().contains(mark.getLatLng())"
            )
        )
        page.mouse.click(900, 200)
        served.put(station_row("c", lat=42.0, lon=-71.0))
        page.wait_for_selector("body[data-marks='3']", timeout=10_000)

        assert shown
        assert page.evaluate("() => map_stations.getCenter().lng") < -73.5

    @pytest.mark.parametrize(
        ("motion", "steps"), [("reduce", range(1, 2)), ("no-preference", range(2, 100))]
    )
    def test_a_key_moves_the_map_at_once_for_whoever_wants_less_motion(
        self, visit: Visit, served: ServedState, motion: Any, steps: range
    ) -> None:
        """Animated panning makes some people ill."""
        served.put(*street_grid(20))
        visit.page.emulate_media(reduced_motion=motion)
        page = visit.open()
        page.evaluate(WATCH_PLACES)
        page.locator(".leaflet-container").focus()

        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(GLIDE_MS)

        assert page.evaluate("places.size") in steps

    def test_names_are_text_everywhere(self, visit: Visit, served: ServedState) -> None:
        """Anyone who can drop a file can name a station."""
        served.put(*(station_row(str(n), name=name) for n, name in enumerate(HOSTILE)))
        page = visit.open()
        for n, name in enumerate(HOSTILE):
            page.locator("#results-list button").nth(n).click()
            expect(page.locator(".card h2")).to_have_text(name)
            expect(page.locator("#results-list .name").nth(n)).to_have_text(name)
        page.fill("#q", "script")
        expect(page.locator("#suggestions li").first).to_have_text(HOSTILE[0])
        visit.picture("hostile-names")

        assert page.locator("img").count() == 0
        assert "stolen" not in page.title()
