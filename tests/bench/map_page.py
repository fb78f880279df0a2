"""A map page in a real browser: when circles show, and what an update costs."""

from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from tests.bench.part import Sample
from tests.support.page_day import fast_day, weigh

# Waiting for a function is refused by the page's own policy.
VISITOR: Any = {"viewport": {"width": 390, "height": 844}, "bypass_csp": True}
POLLS = 10
POLL_MS = 3000
# Marks as the map itself knows them, in ours and in folium's page alike; the next frame has them.
# Before the map there is its element, by the same name.
WHEN_SHOWN = """
(function look() {
  const map = globalThis.map_stations;
  let marks = 0;
  map?.eachLayer?.((layer) => (marks += layer.setRadius ? 1 : 0));
  if (marks < %d) requestAnimationFrame(look);
  else requestAnimationFrame(() => (globalThis.shownMs = performance.now()));
})();
"""
SENT_KB = """() => {
  const loaded = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
  return loaded.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000;
}"""


def measure_first_circles(browser: Browser, address: str, marks: int) -> Sample:
    """Open the page with nothing kept, as a phone would."""
    page = browser.new_page(**VISITOR)
    page.add_init_script(WHEN_SHOWN % marks)
    page.goto(address)
    page.wait_for_function("() => globalThis.shownMs")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    measured = {
        "first_circles_ms": page.evaluate("() => globalThis.shownMs"),
        "sent_kb": page.evaluate(SENT_KB),
        "heap_mb": weigh(session).heap_mb,
    }
    page.close()
    return measured


def measure_reload(browser: Browser, address: str, marks: int) -> Sample:
    """Bring a page up to date that can only be loaded again."""
    page = browser.new_page(**VISITOR)
    page.add_init_script(WHEN_SHOWN % marks)
    page.goto(address)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    before = busy_ms(session)
    page.reload()
    page.wait_for_function("() => globalThis.shownMs")
    measured = {"update_ms": busy_ms(session) - before}
    page.close()
    return measured


def measure_updates(browser: Browser, address: str, *, part: int) -> float:
    """Tell how long a poll that changes one station in `part` keeps the main thread busy."""
    page = browser.new_page(**VISITOR)
    with fast_day(page, address, part=part) as session:
        taken = [_one_poll(page, session) for _ in range(POLLS)]
    page.close()
    return median(taken)


def busy_ms(session: CDPSession) -> float:
    """Tell for how long the main thread has been busy."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(one["value"] for one in metrics if one["name"] == "TaskDuration")


def _one_poll(page: Page, session: CDPSession) -> float:
    before = busy_ms(session)
    page.clock.run_for(POLL_MS)
    return busy_ms(session) - before
