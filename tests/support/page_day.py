"""
A page left open for a day, played in seconds: its clock runs fast and every poll brings changes.

Three minutes of each hour are played poll by poll; the rest is skipped, as when a phone sleeps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page

HOUR_MS = 3_600_000
AWAKE_MS = 180_000
POLLS_AN_HOUR = 60
MIB = 2**20
# What a poll brings, faked in the page: the real city first, then the changes of a busy system.
CHANGING_FEED = """
const ask = globalThis.fetch;
const PART = %(part)s;
let city = null;
let turn = 0;
globalThis.fetch = async (address, options) => {
  if (!String(address).includes("stations.geojson")) return ask(address, options);
  city ??= await (await ask("api/v1/stations.geojson")).json();
  turn += 1;
  const isWhole = !String(address).includes("since_version");
  const changed = city.features.filter((_, n) => isWhole || (n + turn) %% PART === 0);
  const features = changed.map((feature) => {
    const properties = { ...feature.properties, num_docks_available: turn %% 20 };
    return { ...feature, properties };
  });
  const as_of = new Date(Date.now() - 20_000).toISOString();
  const body = { ...city, as_of, version: turn, features };
  return new Response(JSON.stringify(body), { headers: { Date: new Date().toUTCString() } });
};
globalThis.polls = () => turn;
"""


@dataclass(frozen=True, kw_only=True)
class Weight:
    """What a page holds after garbage collection."""

    heap_mb: float
    nodes: int
    listeners: int


@contextmanager
def fast_day(page: Page, address: str, *, part: int) -> Iterator[CDPSession]:
    """Open the page with a fake clock, where every poll changes one station in `part`."""
    page.clock.install()
    page.add_init_script(CHANGING_FEED % {"part": part})
    page.goto(address)
    page.wait_for_selector("body[data-marks]")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    try:
        yield session
    finally:
        session.detach()


def pass_hour(page: Page) -> None:
    """Let an hour pass, in which the rider searches for a place and opens a station there."""
    page.fill("#q", "40.7478, -73.972")
    page.keyboard.press("Enter")
    # Responses arrive in real time, and what is measured must not depend on how fast.
    page.locator("#results-title", has_text="Near").wait_for()
    page.locator("#results-list button").first.click()
    page.locator(".card .history svg").wait_for()
    page.clock.run_for(AWAKE_MS)
    page.clock.fast_forward(HOUR_MS - AWAKE_MS)
    page.keyboard.press("Escape")
    page.fill("#q", "")
    page.keyboard.press("Enter")
    page.clock.run_for(1000)


def weigh(session: CDPSession) -> Weight:
    """Collect garbage, then measure."""
    session.send("HeapProfiler.collectGarbage")
    measured: dict[str, Any] = {
        one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]
    }
    return Weight(
        heap_mb=measured["JSHeapUsedSize"] / MIB,
        nodes=int(measured["Nodes"]),
        listeners=int(measured["JSEventListeners"]),
    )
