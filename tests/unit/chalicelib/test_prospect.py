import json
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest
from chalicelib.nearby import Need
from chalicelib.page import FRONTEND
from chalicelib.prospect import in_words, outlook
from chalicelib.stations import station_object

from tests.support.served_stations import station_row

COUNTS = (None, 0, 1, 7)
FLAGS = (True, None, False)
NEEDS = (Need.BIKE, Need.EBIKE, Need.DOCK)
SCRIPT = """
import { readFileSync } from "node:fs";
import { inWords, outlook } from "./station.mjs";
const asked = JSON.parse(readFileSync(0));
const said = asked.map(([station, need]) => {
  const { state, count } = outlook(station, need);
  // The list says "electric" in brackets, for which the page without scripts has no room.
  return [state, count, inWords(station, need).replace(/ \\(\\d+ electric\\)/, "")];
});
console.log(JSON.stringify(said));
"""


class TestOutlook:
    """One judgement of a station, in Python for readers without scripts and in the page's own."""

    def test_both_say_the_same(self, tmp_path: Path) -> None:
        """A list that changed as its script loads would be believed in neither form."""
        node = shutil.which("node")
        if node is None:
            pytest.skip("node is not on the path (make test puts it there)")
        rows = [
            station_row(
                num_bikes_available=bikes,
                num_ebikes_available=ebikes,
                num_docks_available=docks,
                is_renting=renting,
                is_returning=returning,
                is_installed=installed,
            )
            for bikes, ebikes, docks in product(COUNTS, repeat=3)
            for renting, returning, installed in product(FLAGS, repeat=3)
        ]
        cases = list(product(rows, NEEDS))
        (tmp_path / "station.mjs").write_text((FRONTEND / "station.js").read_text())
        (tmp_path / "ask.mjs").write_text(SCRIPT)
        asked = json.dumps([(station_object(row), need) for row, need in cases])

        done = subprocess.run(
            [node, str(tmp_path / "ask.mjs")],
            input=asked,
            capture_output=True,
            text=True,
            check=True,
        )

        expected = [[*outlook(row, need), in_words(row, need)] for row, need in cases]
        assert json.loads(done.stdout) == expected
