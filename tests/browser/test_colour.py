import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import combinations

import pytest
from chalicelib.queries import StationRow
from playwright.sync_api import Browser, Locator, Page

from tests.browser.conftest import Visit
from tests.support.page_site import PageSite
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.browser

DEFICIENCIES = ("none", "protanopia", "deuteranopia", "tritanopia", "achromatopsia")
# What WCAG 1.4.11 requires of anything other than text.
LEAST_CONTRAST = 3
# What is dimmed recedes, but can still be made out.
LEAST_DIMMED = 1.4
SIDE_PX = 48
SCALE = 2
GRID = 24
ALIKE = 0.7
# One shape per corner, far enough apart that no square holds two; the place is in the middle.
LAT, LON, APART = 40.72, -74.04, 0.01
MARKS = {
    "open": station_row("open", lat=LAT - APART, lon=LON - APART),
    "none": station_row("none", lat=LAT + APART, lon=LON - APART, num_docks_available=0),
    "closed": station_row("closed", lat=LAT - APART, lon=LON + APART, is_returning=False),
    "unknown": station_row("unknown", lat=LAT + APART, lon=LON + APART, num_docks_available=None),
    "place": station_row("place", lat=LAT, lon=LON),
}
# Each pixel's contrast, as WCAG defines it, with the corner pixel, which is plain background.
CONTRASTS = """async (png) => {
  const picture = new Image();
  picture.src = `data:image/png;base64,${png}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
  const linear = (value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = (at) =>
    0.2126 * linear(data[at]) + 0.7152 * linear(data[at + 1]) + 0.0722 * linear(data[at + 2]);
  const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const ground = light(0);
  const { width, height } = picture;
  const pixel = (x, y) => contrast(light((y * width + x) * 4), ground);
  const row = (y) => Array.from({ length: width }, (_, x) => pixel(x, y));
  return Array.from({ length: height }, (_, y) => row(y));
}"""

Shape = frozenset[tuple[int, int]]


@pytest.fixture
def eyes(browser: Browser) -> Iterator[Page]:
    """A separate page that reads pictures, unaffected by what is emulated in the other."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def small(browser: Browser, site: PageSite) -> Iterator[Visit]:
    """A small window at high resolution, where nothing fades or slides."""
    window = {"width": 480, "height": 640}
    visitor = Visit(
        browser, site, viewport=window, device_scale_factor=SCALE, reduced_motion="reduce"
    )
    yield visitor
    visitor.context.close()


class TestColour:
    """A mark's shape says everything: no colour has to be told from another."""

    @pytest.mark.parametrize(("zoom", "is_outdated"), [(13, False), (13, True), (16, False)])
    def test_every_shape_is_its_own_however_colours_are_seen(
        self, small: Visit, eyes: Page, zoom: int, *, is_outdated: bool
    ) -> None:
        """From afar and close up, fresh and grey with age, without one or all of the colours."""
        stations = [row for name, row in MARKS.items() if name != "place"]
        page = searched(small, *stations, blocks=10, is_outdated=is_outdated)

        def shape(name: str) -> Shape:
            look_at(page, MARKS[name].lat, MARKS[name].lon, zoom)
            return shape_of(contrasts_at(page, eyes, *middle_of(page.locator(".folium-map"))))

        assert_told_apart(page, {name: partial(shape, name) for name in MARKS})

    @pytest.mark.parametrize(("zoom", "is_outdated"), [(13, True), (16, False)])
    def test_dimmed_marks_stand_back_and_keep_their_shapes(
        self, small: Visit, eyes: Page, zoom: int, *, is_outdated: bool
    ) -> None:
        """What is out of reach is not taken for what is within reach, nor closed for open."""
        page = searched(small, *MARKS.values(), blocks=1, is_outdated=is_outdated)

        def shape(name: str) -> Shape:
            look_at(page, MARKS[name].lat, MARKS[name].lon, zoom)
            seen = contrasts_at(page, eyes, *middle_of(page.locator(".folium-map")))
            assert max(map(max, seen)) < LEAST_CONTRAST
            return shape_of(seen, LEAST_DIMMED)

        dimmed = [name for name in MARKS if name != "place"]
        assert_told_apart(page, {name: partial(shape, name) for name in dimmed})

    def test_the_picture_without_scripts_needs_no_colours_either(
        self, browser: Browser, site: PageSite, eyes: Page
    ) -> None:
        """The same shapes, drawn by the server."""
        with closing(ServedState(site.dsn)) as served:
            served.put(*(row for name, row in MARKS.items() if name != "place"))
        context = browser.new_context(java_script_enabled=False, device_scale_factor=SCALE)
        page = context.new_page()
        page.goto(f"{site.url}?q={LAT},{LON}&need=dock&blocks=10")

        def shape(name: str) -> Shape:
            middle = middle_of(page.locator(f"svg.picture .{name}"))
            return shape_of(contrasts_at(page, eyes, *middle))

        assert_told_apart(page, {name: partial(shape, name) for name in MARKS})
        context.close()


def searched(visitor: Visit, *stations: StationRow, blocks: int, is_outdated: bool) -> Page:
    """Search for the place in the middle of these stations."""
    clock = CLOCK if is_outdated else datetime.now(UTC)
    with closing(ServedState(visitor.site.dsn)) as served:
        served.put(*stations, clock=clock)
    page = visitor.open(f"?q={LAT},{LON}&need=dock&blocks={blocks}")
    page.wait_for_selector(".place-pane path")
    return page


def assert_told_apart(page: Page, shapes: Mapping[str, Callable[[], Shape]]) -> None:
    """Look at each shape with each kind of vision; none is too faint, no two look alike."""
    session = page.context.new_cdp_session(page)
    alike, pale = [], []
    for kind in DEFICIENCIES:
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": kind})
        seen = {name: look() for name, look in shapes.items()}
        pale += [(kind, name) for name, shape in seen.items() if len(shape) < GRID]
        alike += [
            (kind, one, other, round(overlap(seen[one], seen[other]), 2))
            for one, other in combinations(seen, 2)
            if overlap(seen[one], seen[other]) > ALIKE
        ]

    assert pale == []
    assert alike == []


def look_at(page: Page, lat: float | None, lon: float | None, zoom: int) -> None:
    """Centre the map on a place at once."""
    view = "([at, zoom]) => map_stations.setView(at, zoom, { animate: false })"
    page.evaluate(view, [[lat, lon], zoom])


def middle_of(shown: Locator) -> tuple[float, float]:
    """Return the centre of an element."""
    box = shown.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def contrasts_at(page: Page, eyes: Page, x: float, y: float) -> list[list[float]]:
    """Capture a square of the page as it is seen, and return its contrasts."""
    clip = {"x": x - SIDE_PX / 2, "y": y - SIDE_PX / 2, "width": SIDE_PX, "height": SIDE_PX}
    picture = page.screenshot(clip=clip)
    seen: list[list[float]] = eyes.evaluate(CONTRASTS, base64.b64encode(picture).decode())
    return seen


def shape_of(contrasts: Sequence[Sequence[float]], least: float = LEAST_CONTRAST) -> Shape:
    """Return what stands out from the background, scaled to a small grid."""
    inked = [
        (x, y)
        for y, row in enumerate(contrasts)
        for x, contrast in enumerate(row)
        if contrast >= least
    ]
    if not inked:
        return frozenset()
    left, top = min(x for x, _ in inked), min(y for _, y in inked)
    side = 1 + max(max(x for x, _ in inked) - left, max(y for _, y in inked) - top)
    return frozenset(((x - left) * GRID // side, (y - top) * GRID // side) for x, y in inked)


def overlap(one: Shape, other: Shape) -> float:
    """Return the share of both shapes that they have in common."""
    return len(one & other) / max(1, len(one | other))
