import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import REPOSITORY, Site, Visit
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.browser

AXE = REPOSITORY / "chalice_api" / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = ('<script>document.title = "stolen"</script>', '"><img src=x onerror="document.title=1">')
BLUE = "#1559d6"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WHEN_SHOWN = """() => {
    const [first] = performance.getEntriesByName("picture");
    return first.startTime + first.duration;
}"""
LONGEST_STRETCH = "() => performance.getEntriesByName('picture').at(-1).detail.longestMs"


def grid(count: int, **changes: Any) -> list[Any]:
    """Stations on the corners of a grid in midtown, each with another number of docks."""
    return [
        station_row(
            f"s{n:05}",
            name=f"W {30 + n // 20 % 70} St & {1 + n % 20} Ave",
            lat=40.745 + (n // 20) * 0.0007,
            lon=-74.0 + (n % 20) * 0.0028,
            num_docks_available=n % 21,
            num_bikes_available=20 - n % 21,
            **changes,
        )
        for n in range(count)
    ]


class TestPopup:
    """What is said of one station."""

    def test_shows_the_last_hours_and_asks_for_them_once(
        self, visit: Visit, served: ServedState
    ) -> None:
        """Only when a popup opens, and not again with each change of its numbers."""
        served.put(station_row("a/b", estimated_bikes=3))
        for minutes, went, came in ((30, 2, 0), (90, 0, 5), (150, 1, 1)):
            served.execute(
                "INSERT INTO station_flow VALUES ('a/b', %(minute)s, %(went)s, %(came)s)",
                {"minute": CLOCK - timedelta(minutes=minutes), "went": went, "came": came},
            )
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
        """The one thing the page is for."""
        served.put(*grid(60))
        page = visit.open()

        filled = page.locator(f'path.leaflet-interactive[fill="{BLUE}"]')
        hollow = page.locator('path.leaflet-interactive[fill="#ffffff"]')

        expect(filled).to_have_count(57)
        expect(hollow).to_have_count(3)
        visit.picture("desktop")

    def test_bikes_come_first_where_docks_are_not_known(
        self, visit: Visit, served: ServedState
    ) -> None:
        """Trips alone tell of bikes and not of docks: the map shows what there is to show."""
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

    def test_another_shape_where_closed_or_unknown(self, visit: Visit, served: ServedState) -> None:
        """A colour-blind rider sees the difference, and closed is not the same as none."""
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
        """Two ids that turn out to be one place are one circle."""
        served.put(station_row("a"), station_row("b", lat=40.73))
        page = visit.open()
        marks = page.locator("path.leaflet-interactive")
        expect(marks).to_have_count(2)

        served.remove("b")

        expect(marks).to_have_count(1, timeout=10_000)

    def test_the_map_opens_where_the_stations_are(self, visit: Visit, served: ServedState) -> None:
        """Boston's data is shown in Boston, whatever one bad position says."""
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

    def test_only_tiles_come_from_another_host(self, browser: Browser, served: ServedState) -> None:
        """With a tile host set, nobody else hears of the visit; its work is credited."""
        served.put(*grid(30))
        site = Site(served.dsn, tiles="https://tile.example/{z}/{x}/{y}.png")
        visitor = Visit(browser, site)
        visitor.page.route("https://tile.example/**", lambda route: route.fulfill(body=PIXEL))
        page = visitor.open()
        page.wait_for_selector(".leaflet-tile-loaded")

        expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
        assert {address.split("/")[2] for address in visitor.strangers} == {"tile.example"}
        assert visitor.complaints == []
        visitor.context.close()
        site.stop()

    def test_a_tile_host_out_of_reach_leaves_the_map_plain(
        self, browser: Browser, served: ServedState
    ) -> None:
        """One question without an answer, not one for each tile."""
        served.put(*grid(30))
        site = Site(served.dsn, tiles="https://tile.example/{z}/{x}/{y}.png")
        visitor = Visit(browser, site)
        visitor.page.route("https://tile.example/**", lambda route: route.abort())
        page = visitor.open()
        page.wait_for_timeout(500)

        expect(page.locator("path.leaflet-interactive")).to_have_count(30)
        assert len(visitor.strangers) == 1
        visitor.context.close()
        site.stop()

    def test_names_are_text_everywhere(self, visit: Visit, served: ServedState) -> None:
        """Whoever can drop a file can name a station."""
        served.put(*(station_row(str(n), name=name) for n, name in enumerate(HOSTILE)))
        page = visit.open()
        for n, name in enumerate(HOSTILE):
            page.locator("#results-list button").nth(n).click()
            expect(page.locator(".card h3")).to_have_text(name)
            expect(page.locator("#results-list .name").nth(n)).to_have_text(name)
        page.fill("#q", "script")
        expect(page.locator("#suggestions li").first).to_have_text(HOSTILE[0])
        visit.picture("hostile-names")

        assert page.locator("img").count() == 0
        assert "stolen" not in page.title()


class TestAge:
    """What a rider asks next is how sure this is."""

    @pytest.mark.parametrize(
        ("age", "level", "words"),
        [
            (timedelta(seconds=20), "fresh", "Live"),
            (timedelta(minutes=3), "ageing", "3 min old"),
            (timedelta(hours=2), "stale", "Out of date"),
            (timedelta(days=900), "replay", "Replay"),
        ],
    )
    def test_is_always_said(
        self, visit: Visit, served: ServedState, age: timedelta, level: str, words: str
    ) -> None:
        """In words, from the data's own clock."""
        served.put(*grid(30), clock=datetime.now(UTC) - age)
        page = visit.open()

        expect(page.locator("body")).to_have_attribute("data-level", level)
        expect(page.locator("#freshness")).to_contain_text(words)
        visit.picture(f"age-{level}")

    def test_the_last_picture_stays_when_the_connection_is_lost(
        self, browser: Browser, served: ServedState, site: Site
    ) -> None:
        """In a tunnel the map is still there, and says how old it is; then it goes on."""
        served.put(*grid(30), clock=datetime.now(UTC))
        visitor = Visit(browser, site)
        page = visitor.open()
        site.stop()

        expect(page.locator("body")).to_have_attribute("data-level", "lost", timeout=30_000)
        expect(page.locator("path.leaflet-interactive")).to_have_count(30)
        visitor.picture("age-lost")
        site.start()

        expect(page.locator("body")).to_have_attribute("data-level", "fresh", timeout=60_000)
        visitor.context.close()


class TestSearch:
    """From a place to the docks within reach."""

    def test_list_and_map_agree(self, visit: Visit, served: ServedState) -> None:
        """Nearest first, within three blocks, the rest dimmed; the address can be shared."""
        served.put(*grid(200))
        page = visit.open()
        page.fill("#q", "w 34 & 11")
        page.keyboard.press("Enter")

        expect(page.locator("#results-title")).to_have_text("Near W 34 St & 11 Ave")
        listed = page.locator("#results-list li")
        near = page.locator('path.leaflet-interactive[stroke-opacity="1"]')
        expect(near).to_have_count(listed.count())
        assert "q=w+34+%26+11" in page.url
        visit.picture("search-desktop")
        page.go_back()
        expect(page.locator("#results-title")).to_have_text("Stations in view")

    def test_what_is_needed_is_remembered(self, visit: Visit, served: ServedState) -> None:
        """Someone who takes bikes in the morning is asked once."""
        served.put(station_row(num_bikes_available=0, num_docks_available=20))
        page = visit.open()
        mark = page.locator("path.leaflet-interactive")
        expect(mark).to_have_attribute("fill", BLUE)
        page.click("label[for=need-bike]")
        expect(mark).to_have_attribute("fill", "#ffffff")

        page = visit.open()

        expect(page.locator("#need-bike")).to_be_checked()
        expect(mark).to_have_attribute("fill", "#ffffff")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("zzzz", "No station or crossing"),
            ("42.36, -71.06", "outside the area"),
            ("11 ave", "Several places"),
        ],
    )
    def test_a_message_says_why_not(
        self, visit: Visit, served: ServedState, text: str, said: str
    ) -> None:
        """And what to try instead; a refused search is no error of the page."""
        served.put(*grid(200))
        page = visit.open()
        page.fill("#q", text)
        page.keyboard.press("Enter")

        expect(page.locator("#message")).to_contain_text(said)
        visit.picture(f"message-{said.split(maxsplit=1)[0].lower()}")

    @pytest.mark.parametrize(
        "text",
        ["x" * 10_000, "' OR 1=1; --", "\x00zzz", "\u202e\u05e9\u05dc", "🚲🚲", "%00%FF", "<b>"],
    )
    def test_anything_can_be_typed(self, visit: Visit, served: ServedState, text: str) -> None:
        """A plain message, whatever comes."""
        served.put(*grid(30))
        page = visit.open()
        page.evaluate("([text]) => { document.getElementById('q').value = text; }", [text])
        page.focus("#q")
        page.keyboard.press("Enter")

        expect(page.locator("#message")).to_be_visible()
        expect(page.locator("path.leaflet-interactive")).to_have_count(30)

    def test_keys_alone_do_everything(self, visit: Visit, served: ServedState) -> None:
        """Type, pick a suggestion, go down the list, open a station."""
        served.put(*grid(100))
        page = visit.open()
        page.focus("#q")
        page.keyboard.type("w 32 st 7")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("#results-title")).to_have_text("Near W 32 St & 7 Ave")

        page.focus("#results-list button")
        page.keyboard.press("Enter")

        expect(page.locator(".card h3")).to_have_text("W 32 St & 7 Ave")

    def test_fits_a_phone(self, phone: Visit, served: ServedState) -> None:
        """One hand, in the street: nothing to scroll sideways for."""
        served.put(*grid(200))
        page = phone.open("?q=w+34+%26+11")
        page.locator("#results-list button").first.click()
        expect(page.locator(".card h3")).to_be_visible()
        phone.picture("search-phone")

        assert page.evaluate("() => document.documentElement.scrollWidth") == 390

    def test_works_without_scripts(self, browser: Browser, site: Site, served: ServedState) -> None:
        """List, numbers and a still picture."""
        served.put(*grid(200))
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(site.url)
        page.fill("#q", "w 34 & 11")
        page.click("button.go")

        expect(page.locator("#results-list li").first).to_contain_text("W 34 St & 11 Ave")
        expect(page.locator("svg.picture")).to_be_visible()
        page.screenshot(path=str(Path(REPOSITORY, ".build/screenshots/without-scripts.png")))
        context.close()


class TestQuality:
    """The bars of a good page."""

    @pytest.mark.parametrize("path", ["", "?q=w+34+%26+11", "?q=zzzz"])
    def test_axe_finds_nothing(
        self, browser: Browser, site: Site, served: ServedState, path: str
    ) -> None:
        """Screen readers, contrast, names and roles, at a desk and on a phone."""
        served.put(*grid(200))
        for width, height in ((1280, 800), (390, 844)):
            visitor = Visit(
                browser,
                site,
                viewport={"width": width, "height": height},
                bypass_csp=True,
                # A popup that is still fading in has no contrast to measure.
                reduced_motion="reduce",
            )
            page = visitor.open(path)
            if "34" in path:
                page.locator("#results-list button").first.click()
            page.add_script_tag(path=AXE)
            found = page.evaluate("() => axe.run()")
            visitor.context.close()

            assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []

    def test_a_whole_city_is_quick(self, visit: Visit, served: ServedState) -> None:
        """2,500 stations: first circles within a second, an update within a tenth of one."""
        served.put(*grid(2500))
        shown_ms = []
        for _ in range(3):
            visit.page.goto(visit.site.url)
            visit.page.wait_for_selector("body[data-marks='2500']")
            shown_ms.append(visit.page.evaluate(WHEN_SHOWN))
        visit.picture("city")
        served.execute("UPDATE station_status SET num_docks_available = 5")
        served.put(*grid(1))
        served.execute("UPDATE station_status SET version = (SELECT version FROM system_state)")
        visit.page.wait_for_selector("#results-list .badge:text('5')", timeout=10_000)
        update_ms = visit.page.evaluate(LONGEST_STRETCH)

        # The best of three: other tests may keep this machine busy.
        assert min(shown_ms) < 1000
        assert update_ms < 100
