"""Part 5: the riders' page, from its address to circles, and through a day of changes."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser

from local_stack.services.postgres import Postgres
from tests.bench.map_page import (
    measure_day,
    measure_first_circles,
    measure_reload,
    measure_slow_phone,
    measure_updates,
)
from tests.bench.part import Bar, Part, Rival, Sample, Setting
from tests.bench.rivals.page_folium import served, write_page
from tests.support.batches import create_database
from tests.support.chromium import chromium
from tests.support.page_site import PageSite
from tests.support.served_stations import ServedState, street_grid

SIZES = (2_500, 10_000)
# New York's 12 dock events a second touch about 35 stations in the 3 s between two polls.
ONE_IN = 70


@contextmanager
def part(setting: Setting) -> Iterator[Part]:
    """Serve one city of each size, by the product and as a page of folium's markers."""
    sizes = SIZES[:1] if setting.quick else SIZES
    with ExitStack() as open_until_the_end:
        enter = open_until_the_end.enter_context
        server, browser = enter(Postgres(home=setting.home)), enter(chromium())
        rivals: list[Rival] = []
        for size in sizes:
            stations = street_grid(size)
            dsn = create_database(server.dsn, f"city_{size}", "head")
            with closing(ServedState(dsn)) as state:
                state.put(*stations)
            site = enter(PageSite(dsn))
            folder = setting.home / f"folium_{size}"
            folder.mkdir()
            write_page(folder, stations)
            markers = Markers(browser, enter(served(folder)), size)
            rivals += [product(browser, site.url, size), markers.rival()]
        yield Part(
            title="5. Page: circles on a phone",
            question=(
                "The page in a real Chromium, 390 by 844. An update is all that one poll makes the "
                "main thread do; folium's page has none but to be loaded again. The slow phone has "
                "a quarter of this processor, and 1.6 Mbit/s with 150 ms of latency. The day is "
                "8 hours on the page's own clock: in each a search, a popup and 60 polls."
            ),
            input=f"A street grid of {' and '.join(f'{size:,}' for size in sizes)} stations.",
            rivals=rivals,
            bars=bars(sizes),
            plotted="first_circles_ms",
            rounds=3,
            packages=("folium", "playwright"),
        )


def product(browser: Browser, address: str, size: int) -> Rival:
    """Measure our page."""

    def run() -> Sample:
        return {
            **measure_first_circles(browser, address, size),
            "update_ms": measure_updates(browser, address, part=ONE_IN),
            "whole_update_ms": measure_updates(browser, address, part=1),
            **measure_slow_phone(browser, address, size),
            **measure_day(browser, address, part=ONE_IN),
        }

    return Rival(name=f"product, {size:,}", settings=("as served, gzip, no tiles",), run=run)


@dataclass(frozen=True)
class Markers:
    """Folium's page at an address."""

    browser: Browser
    address: str
    size: int

    def rival(self) -> Rival:
        """Measure a marker for each station."""
        told = (
            "prefer_canvas, a CircleMarker with popup and tooltip each",
            "gzip; Leaflet and jQuery from this machine, none of the Bootstrap it would load",
        )
        return Rival(name=f"folium, {self.size:,}", settings=told, run=self.run)

    def run(self) -> Sample:
        """Measure the same of it as of our page."""
        return {
            **measure_first_circles(self.browser, self.address, self.size),
            **measure_reload(self.browser, self.address, self.size),
            **measure_slow_phone(self.browser, self.address, self.size),
        }


def bars(sizes: Sequence[int]) -> list[Bar]:
    """The bars of the page."""
    held: list[Bar] = []
    for size in sizes:
        ours, theirs = f"product, {size:,}", f"folium, {size:,}"
        held += [
            Bar(
                text=f"{size:,} stations on a slow phone no later than folium's",
                of=(ours, "slow_phone_ms"),
                to=(theirs, "slow_phone_ms"),
                at_most=1,
            ),
            Bar(
                text=f"an update at {size:,} stations under 100 ms of main thread",
                of=(ours, "update_ms"),
                at_most=100,
            ),
            Bar(
                text=f"{size:,} stations: no task keeps a tap waiting for more than 200 ms",
                of=(ours, "longest_task_ms"),
                at_most=200,
            ),
            Bar(
                text=f"{size:,} stations: memory after 8 hours as after the first",
                of=(ours, "day_end_mb"),
                to=(ours, "day_start_mb"),
                at_most=1.1,
            ),
        ]
    first = f"product, {sizes[0]:,}"
    held.append(
        Bar(
            text=f"first circles of {sizes[0]:,} stations within 1 s",
            of=(first, "first_circles_ms"),
            at_most=1000,
        )
    )
    held.append(Bar(text="page, assets and stations in 250 kB", of=(first, "sent_kb"), at_most=250))
    return held
