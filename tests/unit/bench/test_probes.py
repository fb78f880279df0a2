"""Probes: none is taken for seen because a later one of its station is."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.bench import probes
from tests.bench.probes import STATIONS, WARMING_UP, Probes, moment_of

PUT, APPLIED = 100.0, 101.0
LATE = 150.0


def watched(monkeypatch: pytest.MonkeyPatch, *, count: int, late: int) -> Probes:
    """Probes all put at once, of which one is applied late."""
    around: Any = SimpleNamespace(aws=SimpleNamespace(endpoint="http://127.0.0.1:1"))
    found = Probes(around, count)
    numbers = range(-WARMING_UP, count)
    found.put_at.update(dict.fromkeys(range(count), PUT))
    hops = {n: (PUT, PUT, LATE if n == late else APPLIED) for n in numbers}
    monkeypatch.setattr(found, "_hops_so_far", lambda: hops)
    return found


class TestProbes:
    def test_a_probe_that_is_stuck_counts_until_it_is_applied(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The next probe of its station, seen four seconds later, hides it."""
        found = watched(monkeypatch, count=STATIONS + 1, late=0)
        for number in range(1, STATIONS + 1):
            found._note({f"probe-{number % STATIONS}": moment_of(number).isoformat()}, 102.0)

        delays = found._delays()

        assert found.overtaken == {0}
        assert delays["p50_ms"] == 1000 * (102.0 - PUT)
        assert delays["p99_ms"] == 1000 * (LATE - PUT)

    def test_a_probe_that_is_seen_itself_counts_until_then(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its summary may be applied after its rows were shown."""
        found = watched(monkeypatch, count=1, late=0)
        found._note({"probe-0": moment_of(0).isoformat()}, 102.0)

        assert not found.overtaken
        assert found._delays()["p99_ms"] == 1000 * (102.0 - PUT)

    def test_a_probe_that_is_never_applied_is_an_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its delay is not known, so it must not be left out."""
        found = watched(monkeypatch, count=1, late=0)
        monkeypatch.setattr(probes, "LONGEST_WAIT_S", 0.0)
        monkeypatch.setattr(found, "_hops_so_far", dict)

        with pytest.raises(RuntimeError, match="only 0 of 21 probes"):
            found._hops()
