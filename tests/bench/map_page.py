"""A map page in a real browser: when circles show, what an update costs, what a day leaves."""

from statistics import median
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from tests.bench.part import Sample
from tests.support.page_day import fast_day, pass_hour, weigh

# The page's own policy forbids waiting for a function.
VISITOR: Any = {"viewport": {"width": 390, "height": 844}, "bypass_csp": True}
POLLS = 10
POLL_MS = 3000
HOURS = 8
# A task this long delays a tap; browsers report none that is shorter than 50 ms.
TOLD_FROM_MS = 50
# Marks as the map itself knows them, in our page and folium's alike; they show a frame later.
# Until the map exists, the global of that name is its element.
WHEN_SHOWN = """
(function look(hadSome) {
  const map = globalThis.map_stations;
  let marks = 0;
  map?.eachLayer?.((layer) => (marks += layer.setRadius ? 1 : 0));
  if (hadSome) globalThis.firstMs ??= performance.now();
  if (marks < %d) requestAnimationFrame(() => look(marks > 0));
  else requestAnimationFrame(() => (globalThis.shownMs = performance.now()));
})(false);
"""
LONG_TASKS = f"""
globalThis.longestMs = {TOLD_FROM_MS};
new PerformanceObserver((list) => {{
  for (const {{ duration }} of list.getEntries()) longestMs = Math.max(longestMs, duration);
}}).observe({{ type: "longtask", buffered: true }});
"""
# A mid-range phone on a slow mobile network, as Lighthouse emulates it.
SLOW_NETWORK: Any = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}
SLOWER = 4
LONGEST_MS = 120_000
SENT_KB = """() => {
  const loaded = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
  return loaded.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000;
}"""


def measure_first_circles(browser: Browser, address: str, marks: int) -> Sample:
    """Open the page with an empty cache, at a phone's size."""
    page = browser.new_page(**VISITOR)
    page.add_init_script(LONG_TASKS)
    page.add_init_script(WHEN_SHOWN % marks)
    page.goto(address)
    page.wait_for_function("() => globalThis.shownMs")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    measured = {
        "first_circles_ms": page.evaluate("() => globalThis.firstMs ?? globalThis.shownMs"),
        "all_circles_ms": page.evaluate("() => globalThis.shownMs"),
        "longest_task_ms": page.evaluate("() => globalThis.longestMs"),
        "sent_kb": page.evaluate(SENT_KB),
        "heap_mb": weigh(session).heap_mb,
    }
    page.close()
    return measured


def measure_slow_phone(browser: Browser, address: str, marks: int) -> Sample:
    """Measure when all circles are there if network and processor are slow."""
    page = browser.new_page(**VISITOR)
    page.add_init_script(WHEN_SHOWN % marks)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, timeout=LONGEST_MS)
    page.wait_for_function("() => globalThis.shownMs", timeout=LONGEST_MS)
    measured = {"slow_phone_ms": page.evaluate("() => globalThis.shownMs")}
    page.close()
    return measured


def measure_reload(browser: Browser, address: str, marks: int) -> Sample:
    """Measure the update of a page that can only be reloaded."""
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
    """Measure how long a poll that changes one station in `part` keeps the main thread busy."""
    page = browser.new_page(**VISITOR)
    with fast_day(page, address, part=part) as session:
        taken = [_one_poll(page, session) for _ in range(POLLS)]
    page.close()
    return median(taken)


def measure_day(browser: Browser, address: str, *, part: int) -> Sample:
    """Leave the page open; what it holds after the first hour is what it should hold forever."""
    page = browser.new_page(**VISITOR)
    with fast_day(page, address, part=part) as session:
        pass_hour(page)
        early = weigh(session)
        for _ in range(HOURS - 1):
            pass_hour(page)
        late = weigh(session)
    page.close()
    return {"day_start_mb": early.heap_mb, "day_end_mb": late.heap_mb}


def busy_ms(session: CDPSession) -> float:
    """Return how long the main thread has been busy."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1000 * next(one["value"] for one in metrics if one["name"] == "TaskDuration")


def _one_poll(page: Page, session: CDPSession) -> float:
    before = busy_ms(session)
    page.clock.run_for(POLL_MS)
    return busy_ms(session) - before
