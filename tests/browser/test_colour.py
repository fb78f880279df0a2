import base64
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import combinations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit
from tests.support.page_site import PageSite
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.browser

DEFICIENCIES = ("none", "protanopia", "deuteranopia", "tritanopia", "achromatopsia")
# What WCAG asks of anything that is no text (1.4.11).
LEAST_CONTRAST = 3
SIDE_PX = 48
SCALE = 2
GRID = 24
ALIKE = 0.7
# Shape by shape, far enough apart that no square holds two of them; the place is in their middle.
LAT, LON, APART = 40.72, -74.04, 0.01
MARKS = {
    "open": station_row("open", lat=LAT - APART, lon=LON - APART),
    "none": station_row("none", lat=LAT + APART, lon=LON - APART, num_docks_available=0),
    "closed": station_row("closed", lat=LAT - APART, lon=LON + APART, is_returning=False),
    "unknown": station_row("unknown", lat=LAT + APART, lon=LON + APART, num_docks_available=None),
    "place": station_row("place", lat=LAT, lon=LON),
}
# How far each pixel is from the corner's, which is the plain ground, as WCAG counts contrast.
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
    """A page of its own that reads pictures: what is emulated elsewhere does not reach it."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def small(browser: Browser, site: PageSite) -> Iterator[Visit]:
    """A small window with fine pixels, where nothing fades or slides."""
    window = {"width": 480, "height": 640}
    visitor = Visit(
        browser, site, viewport=window, device_scale_factor=SCALE, reduced_motion="reduce"
    )
    yield visitor
    visitor.context.close()


class TestColour:
    """What a mark says, its shape says: no colour has to be told from another."""

    @pytest.mark.parametrize(("zoom", "is_outdated"), [(13, False), (13, True), (16, False)])
    def test_every_shape_is_its_own_however_colours_are_seen(
        self, small: Visit, eyes: Page, zoom: int, *, is_outdated: bool
    ) -> None:
        """Far off and close up, fresh and grey with age, without one or all of the colours."""
        stations = [row for name, row in MARKS.items() if name != "place"]
        clock = CLOCK if is_outdated else datetime.now(UTC)
        with closing(ServedState(small.site.dsn)) as served:
            served.put(*stations, clock=clock)
        page = small.open(f"?q={LAT},{LON}&need=dock&blocks=10")
        page.wait_for_selector(".found-pane path")
        look_at(page, LAT, LON, zoom)
        session = small.context.new_cdp_session(page)
        alike, pale = [], []
        for kind in DEFICIENCIES:
            session.send("Emulation.setEmulatedVisionDeficiency", {"type": kind})
            shapes = {}
            for name, row in MARKS.items():
                look_at(page, row.lat, row.lon, zoom)
                shapes[name] = shape_of(contrasts_at_middle(page, eyes))
            pale += [(kind, name) for name, shape in shapes.items() if len(shape) < GRID]
            alike += [
                (kind, one, other, round(overlap(shapes[one], shapes[other]), 2))
                for one, other in combinations(shapes, 2)
                if overlap(shapes[one], shapes[other]) > ALIKE
            ]

        assert pale == []
        assert alike == []


def look_at(page: Page, lat: float | None, lon: float | None, zoom: int) -> None:
    """Bring a place to the map's middle, at once."""
    view = "([at, zoom]) => map_stations.setView(at, zoom, { animate: false })"
    page.evaluate(view, [[lat, lon], zoom])


def contrasts_at_middle(page: Page, eyes: Page) -> list[list[float]]:
    """Look at the map's middle as it is seen, in a square around it."""
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    clip = {"x": x - SIDE_PX / 2, "y": y - SIDE_PX / 2, "width": SIDE_PX, "height": SIDE_PX}
    picture = page.screenshot(clip=clip)
    seen: list[list[float]] = eyes.evaluate(CONTRASTS, base64.b64encode(picture).decode())
    return seen


def shape_of(contrasts: Sequence[Sequence[float]]) -> Shape:
    """Give what stands out of the ground, whatever its size, on a small grid."""
    inked = [
        (x, y)
        for y, row in enumerate(contrasts)
        for x, contrast in enumerate(row)
        if contrast >= LEAST_CONTRAST
    ]
    if not inked:
        return frozenset()
    left, top = min(x for x, _ in inked), min(y for _, y in inked)
    side = 1 + max(max(x for x, _ in inked) - left, max(y for _, y in inked) - top)
    return frozenset(((x - left) * GRID // side, (y - top) * GRID // side) for x, y in inked)


def overlap(one: Shape, other: Shape) -> float:
    """Tell how much of both is common to both."""
    return len(one & other) / max(1, len(one | other))
