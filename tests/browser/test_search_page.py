import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import DESK, SCREENSHOTS, Visit
from tests.support.geocoders import AddressServer, refused
from tests.support.page_site import PageSite
from tests.support.served_stations import ServedState, station_row, street_grid

pytestmark = pytest.mark.browser

BLUE = "#1559d6"


class TestSearch:
    """From a place to the docks within reach."""

    def test_list_and_map_agree(self, visit: Visit, served: ServedState) -> None:
        """Nearest first, within three blocks, the rest dimmed; the address can be shared."""
        served.put(*street_grid(200))
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

    def test_says_how_far_each_station_is(self, visit: Visit, served: ServedState) -> None:
        """In the list and in its popup."""
        served.put(*street_grid(200))
        page = visit.open("?q=w+34+%26+11&need=dock")
        row = page.locator("#results-list button").nth(1)
        expect(row).to_contain_text("blocks")

        row.click()

        minutes = row.locator(".minutes").inner_text()
        assert minutes.endswith("min walk")
        expect(page.locator(".card .line").first).to_contain_text(minutes)
        page.keyboard.press("Escape")
        expect(page.locator(".card")).to_have_count(0)

    def test_nothing_within_reach_leads_to_the_nearest_three(
        self, visit: Visit, served: ServedState
    ) -> None:
        """All three are on the map, and none of them lacks docks."""
        near = station_row("here", name="Here", lat=40.72, num_docks_available=0)
        far = [station_row(str(n), name=f"Far {n}", lat=40.73 + n / 1000) for n in range(5)]
        served.put(near, *far)
        page = visit.open("?q=here&need=dock&blocks=1")

        expect(page.locator("#results-note")).to_have_text(
            "No station within 1 block has an open dock. The nearest beyond:"
        )
        expect(page.locator("#results-list .name")).to_have_text(["Far 0", "Far 1", "Far 2"])
        assert page.evaluate("() => map_stations.getBounds().contains([40.732, -74.0431])")
        expect(page).to_have_title("Near Here: Citi Bike: bikes and docks near you, now")

    @pytest.mark.parametrize(
        ("typed", "first"),
        [
            ("W 34th Street and 11th Av", "W 34 St & 11 Ave"),
            ("11 34", "W 34 St & 11 Ave"),
            ("grvoe path", "Grove St PATH"),
        ],
    )
    def test_suggests_as_the_search_reads(
        self, visit: Visit, served: ServedState, typed: str, first: str
    ) -> None:
        """Ordinals, long forms, any word order, a typo."""
        served.put(*street_grid(200), station_row())
        page = visit.open()

        page.fill("#q", typed)

        expect(page.locator("#suggestions li").first).to_have_text(first)

    def test_a_suggestion_is_taken_where_the_press_ends(
        self, visit: Visit, served: ServedState
    ) -> None:
        """WCAG 2.5.2: a mistaken press can be dragged off; the other button chooses nothing."""
        served.put(*street_grid(200))
        page = visit.open()
        page.fill("#q", "11 34")
        first = page.locator("#suggestions li").first
        first.click(button="right")
        first.hover()
        page.mouse.down()
        expect(page.locator("#q")).to_be_focused()
        page.mouse.move(5, 5)
        page.mouse.up()

        assert "q=" not in page.url
        first.click()
        expect(page.locator("#results-title")).to_have_text("Near W 34 St & 11 Ave")

    def test_the_same_search_again_is_one_step_back(
        self, visit: Visit, served: ServedState
    ) -> None:
        """A Back that does nothing seems broken."""
        served.put(*street_grid(200))
        page = visit.open()
        page.fill("#q", "w 34 & 11")
        for _ in range(3):
            page.locator("#q").press("Enter")
            expect(page.locator("#results-title")).to_have_text("Near W 34 St & 11 Ave")

        page.go_back()

        expect(page.locator("#results-title")).to_have_text("Stations in view")

    def test_says_that_it_searches_and_that_nobody_answered(
        self, visit: Visit, served: ServedState
    ) -> None:
        """A gateway's own error text is of no use to riders."""
        served.put(*street_grid(200))
        page = visit.open()
        held: list[Route] = []
        page.route("**/api/v1/geocode*", lambda route: held.append(route))  # noqa: PLW0108
        page.fill("#q", "350 fifth avenue")
        page.locator("#q").press("Enter")

        expect(page.locator("#announcement")).to_have_text("Searching…")
        held[0].fulfill(status=504, json={"message": "Endpoint request timed out"})
        expect(page.locator("#message")).to_contain_text("was not answered")
        visit.complaints.clear()

    @pytest.mark.parametrize(("width", "height"), [(320, 256), (427, 240), (360, 300)])
    def test_can_be_used_at_four_times_its_size(
        self, browser: Browser, site: PageSite, served: ServedState, width: int, height: int
    ) -> None:
        """WCAG 1.4.10: a desktop window zoomed to 400 % is this small; nothing is lost."""
        served.put(*street_grid(200))
        visitor = Visit(browser, site, viewport={"width": width, "height": height})
        page = visitor.open("?q=w+34+%26+11")
        visitor.picture(f"zoomed-{width}")
        boxes = [
            page.locator(part).bounding_box() for part in (".map", "#results-list li >> nth=0")
        ]
        page.fill("#q", "zzzz")
        page.keyboard.press("Enter")
        expect(page.locator("#message")).to_be_visible()
        visitor.picture(f"zoomed-message-{width}")
        message, shown = (page.locator(part).bounding_box() for part in ("#message", ".map"))
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        visitor.context.close()

        tall = [box["height"] for box in boxes if box]
        assert tall[0] >= 200
        assert tall[1] >= 40
        assert message is not None
        assert shown is not None
        assert message["y"] + message["height"] <= shown["y"]
        assert wide <= width

    def test_a_message_can_be_put_away(self, visit: Visit, served: ServedState) -> None:
        """On a phone it covers the map."""
        served.put(*street_grid(200))
        page = visit.open("?q=zzzz")
        expect(page.locator("#message")).to_be_visible()

        page.click("#message .close")

        expect(page.locator("#message")).to_be_hidden()
        expect(page.locator("#q")).to_be_focused()

    def test_addresses_that_cannot_be_looked_up_leave_the_rest(
        self, browser: Browser, served: ServedState
    ) -> None:
        """The message says what still works, and the page who would provide addresses."""
        served.put(*street_grid(200))
        with (
            AddressServer(refused(403)) as addresses,
            PageSite(served.dsn, GEOCODER="nominatim", GEOCODER_URL=addresses.url) as site,
        ):
            visitor = Visit(browser, site, **DESK)
            page = visitor.open("?q=350+fifth+avenue+manhattan")
            expect(page.locator("#message")).to_contain_text("all else works")
            expect(page.locator(".credit")).to_contain_text("OpenStreetMap")
            page.fill("#q", "w 34 & 11")
            page.keyboard.press("Enter")
            expect(page.locator("#results-title")).to_have_text("Near W 34 St & 11 Ave")
            visitor.context.close()
        assert visitor.complaints == []

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
        """And what to try instead; a refused search is not an error of the page."""
        served.put(*street_grid(200))
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
        """Any input gets a plain message."""
        served.put(*street_grid(30))
        page = visit.open()
        page.evaluate("([text]) => { document.getElementById('q').value = text; }", [text])
        page.focus("#q")
        page.keyboard.press("Enter")

        expect(page.locator("#message")).to_be_visible()
        expect(page.locator("path.leaflet-interactive")).to_have_count(30)

    def test_keys_alone_do_everything(self, visit: Visit, served: ServedState) -> None:
        """Type, pick a suggestion, go down the list, open a station."""
        served.put(*street_grid(100))
        page = visit.open()
        page.focus("#q")
        page.keyboard.type("w 32 st 7")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator("#results-title")).to_have_text("Near W 32 St & 7 Ave")

        page.focus("#results-list button")
        page.keyboard.press("Enter")

        expect(page.locator(".card h2")).to_have_text("W 32 St & 7 Ave")

    def test_fits_a_phone(self, phone: Visit, served: ServedState) -> None:
        """Used one-handed in the street: no sideways scrolling."""
        served.put(*street_grid(200))
        page = phone.open("?q=w+34+%26+11")
        page.locator("#results-list button").first.click()
        expect(page.locator(".card h2")).to_be_visible()
        phone.picture("search-phone")

        assert page.evaluate("() => document.documentElement.scrollWidth") == 390

    def test_works_without_scripts(
        self, browser: Browser, site: PageSite, served: ServedState
    ) -> None:
        """List, numbers and a still picture."""
        served.put(*street_grid(200))
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(site.url)
        page.fill("#q", "w 34 & 11")
        page.click("button.go")

        expect(page.locator("#results-list li").first).to_contain_text("W 34 St & 11 Ave")
        expect(page.locator("svg.picture")).to_be_visible()
        page.screenshot(path=SCREENSHOTS / "without-scripts.png")
        context.close()
