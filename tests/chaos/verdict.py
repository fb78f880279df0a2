"""After a fault: every row is there once, every station is right, every attempt adds up."""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.database import AttemptRow
from tests.chaos.world import World
from tests.support.comparison import as_expected, as_served
from tests.support.truth import FileTruth, StationTruth

FINAL = {"complete", "refused"}
SET_ASIDE_S = 60


@dataclass
class Verdict:
    """What is wrong; empty if all is well."""

    rows_lost: int = 0
    rows_invented: int = 0
    wrong_stations: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Return whether the state and the accounts are exact."""
        return not (self.rows_lost or self.rows_invented or self.wrong_stations or self.complaints)


def judge(world: World) -> Verdict:
    """Compare the whole stack with the recomputation from all files dropped into it so far."""
    verdict = Verdict()
    expected, found = world.expected.ledger(), world.database.ledger()
    verdict.rows_lost = len(expected - found)
    verdict.rows_invented = len(found - expected)
    served, truth = world.stations(), world.expected.stations()
    wrong = [
        f"station {one}: {difference}"
        for one in sorted(served.keys() | truth.keys())
        if (difference := difference_of(served.get(one), truth.get(one)))
    ]
    verdict.wrong_stations = len(wrong)
    verdict.complaints += wrong[:5]
    verdict.complaints += complaints_of_accounts(world, trips=len(expected))
    return verdict


def difference_of(served: dict[str, object] | None, truth: StationTruth | None) -> str:
    """Describe how a station as served differs from what it must be."""
    if served is None or truth is None:
        return "not served" if served is None else "should not be served"
    told, true = as_served(served), as_expected(truth)
    wrong = {name: (told[name], true[name]) for name in true if told[name] != true[name]}
    return f"served and expected differ: {wrong}" if wrong else ""


def complaints_of_accounts(world: World, *, trips: int) -> list[str]:
    """Check every attempt against T8, and every drop against its file."""
    attempts = [one for one in world.database.attempts() if one.key is not None]
    complaints = [what for one in attempts if (what := conservation(one))]
    known = {one.key: one for one in attempts if one.is_complete or one.state == "refused"}
    for key, file in world.expected.files.items():
        complaints += complaints_of_drop(key, file, known.get(key))
    complaints += [
        f"{key} is gone, but {known[key].state}"
        for key in world.gone & known.keys()
        if known[key].state != "refused"
    ]
    of_trips = [one for one in attempts if not str(one.key).startswith("stations/")]
    applied = sum(one.rows_applied for one in of_trips)
    most = world.expected.most_changes()
    if not trips <= applied <= most:
        complaints.append(f"{applied} rows applied, but {trips} trips in {most} versions")
    unreadable = unreadable_records(world)
    if unreadable != world.unreadable_expected:
        complaints.append(
            f"{unreadable} records set aside, {world.unreadable_expected} were unreadable"
        )
    return complaints


def conservation(attempt: AttemptRow) -> str:
    """Describe what does not add up in a finished attempt."""
    if not attempt.is_complete:
        return "" if attempt.state in FINAL else f"{attempt.key} is {attempt.state}"
    read, published = attempt.rows_read or 0, attempt.rows_published or 0
    adds_up = (
        read == published + (attempt.rows_rejected or 0)
        and (attempt.outcome == "refused" or attempt.rows_seen == published)
        and 0 <= attempt.rows_applied <= attempt.rows_seen
    )
    return "" if adds_up else f"does not add up: {attempt}"


def complaints_of_drop(key: str, file: FileTruth, attempt: AttemptRow | None) -> list[str]:
    """Compare an account with its file."""
    if attempt is None:
        return [f"{key} has no attempt that is whole"]
    if (attempt.state == "refused") != bool(file.refused):
        return [f"{key} should{'' if file.refused else ' not'} be refused: {attempt}"]
    if file.refused:
        return []
    told = Counter(read=attempt.rows_read, rejected=attempt.rows_rejected)
    true = Counter(read=file.rows_read, rejected=file.rows_rejected)
    return [] if told == true else [f"{key} holds {dict(true)}, told are {dict(told)}"]


def unreadable_records(world: World) -> int:
    """Count the records set aside; they belong to no drop, so `drain` did not wait for them."""
    deadline = time.monotonic() + SET_ASIDE_S
    while (found := world.database.unreadable()) < world.unreadable_expected:
        if time.monotonic() > deadline:
            break
        time.sleep(0.2)
    return found
