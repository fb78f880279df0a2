"""
Google's Lighthouse on the local page, as a phone and as a desktop sees it.

`make lighthouse` fetches what is needed first. It prints the scores, and exits with 1 if one is
below its bar; the full reports stay in .build/lighthouse.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from local_stack.services.postgres import Postgres
from tests.support.batches import create_database
from tests.support.chromium import HOW_TO_GET_IT, chromium_program
from tests.support.page_site import REPOSITORY, PageSite
from tests.support.served_stations import ServedState, street_grid

AUDIT = Path(__file__).parent / "node_modules" / "lighthouse" / "cli" / "index.js"
REPORTS = REPOSITORY / ".build" / "lighthouse"
STATIONS = 2500
BARS = {"accessibility": 1.0, "best-practices": 0.95, "performance": 0.9}
PAGES = {"map": "", "search": "?q=w+34+%26+11&need=dock"}
# By default, Lighthouse emulates a slow phone on a slow network.
DEVICES: dict[str, list[str]] = {"phone": [], "desktop": ["--preset=desktop"]}
LONGEST_S = 240


def main() -> int:
    """Audit each page on each device."""
    program = chromium_program()
    if program is None:
        sys.stderr.write(f"{HOW_TO_GET_IT}\n")
        return 1
    REPORTS.mkdir(parents=True, exist_ok=True)
    failing = 0
    with tempfile.TemporaryDirectory() as home, Postgres(home=Path(home)) as server:
        dsn = create_database(server.dsn, "audited", "head")
        with closing(ServedState(dsn)) as state:
            state.put(*street_grid(STATIONS))
        with PageSite(dsn) as site:
            for device, options in DEVICES.items():
                for name, path in PAGES.items():
                    report = audit(site.url + path, f"{name}-{device}", program, options)
                    failing += told(f"{name}, {device}", report)
    return 1 if failing else 0


def audit(address: str, name: str, program: str, options: list[str]) -> dict[str, Any]:
    """Run one audit in its own Chromium."""
    target = REPORTS / f"{name}.json"
    command = ["node", str(AUDIT), address, "--quiet", "--output=json", f"--output-path={target}"]
    categories = f"--only-categories={','.join(BARS)}"
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    subprocess.run(
        [*command, categories, flags, *options],
        env=os.environ | {"CHROME_PATH": program},
        check=True,
        timeout=LONGEST_S,
    )
    report: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return report


def told(title: str, report: dict[str, Any]) -> int:
    """Print the scores, and the findings of each category below its bar; count those categories."""
    failing = 0
    scores = {name: report["categories"][name]["score"] or 0.0 for name in BARS}
    sys.stdout.write(f"{title}: {', '.join(f'{n} {s * 100:.0f}' for n, s in scores.items())}\n")
    for name, least in BARS.items():
        if scores[name] >= least:
            continue
        failing += 1
        for one in report["categories"][name]["auditRefs"]:
            found = report["audits"][one["id"]]
            if one["weight"] and found["score"] is not None and found["score"] < 1:
                sys.stdout.write(f"  {found['id']}: {found.get('displayValue', found['title'])}\n")
    return failing


if __name__ == "__main__":
    sys.exit(main())
