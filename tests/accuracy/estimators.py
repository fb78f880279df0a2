"""The estimators that were tried; each sees a case without what was found."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from tests.accuracy.cases import Case

Estimator = Callable[[Case], float]


def held(case: Case, bikes: float) -> float:
    """Clamp to between no bikes and as many as there are docks."""
    return max(0.0, min(float(case.capacity), bikes))


def never(case: Case) -> float:
    """Keep the anchor's count forever."""
    return case.anchor


def plain(case: Case) -> float:
    """T4: what `num_bikes_available` serves."""
    return held(case, case.anchor + case.net)


def last_place(case: Case) -> float:
    """T3: the bikes whose newest trip left them here, without looking at the anchor."""
    return held(case, case.placed)


def last_place_from_anchor(case: Case) -> float:
    """The anchor, plus how many more bikes are placed here now than were then."""
    return held(case, case.anchor + case.placed - case.placed_at_anchor)


def known_bikes_from_anchor(case: Case) -> float:
    """The same, not counting a bike's very first appearance as one brought here."""
    first_seen = case.strangers_gone - case.strangers_seen_before
    return held(case, case.anchor + case.placed - case.placed_at_anchor - first_seen)


def sure_moves(case: Case) -> float:
    """T4 and the moves that must have been made after the anchor."""
    return held(case, case.anchor + case.net + case.brought - case.taken)


def moves_by_time(case: Case) -> float:
    """T4, the sure moves, and moves that may precede the anchor, by the share of time after it."""
    shares = case.strangers_after - case.missing_after
    return held(case, case.anchor + case.net + case.brought - case.taken + shares)


def learned_trucks(case: Case) -> float:
    """T4 and the station's own truck traffic, as earlier status showed it."""
    hours = case.age / timedelta(hours=1)
    return held(case, case.anchor + case.net + case.truck_rate * hours)


def half_typical(case: Case) -> float:
    """The mean of T4 and of what the station had on average at anchors so far."""
    return (plain(case) + case.typical) / 2


def half_net(case: Case) -> float:
    """The anchor and half of what came and went."""
    return held(case, case.anchor + case.net / 2)


def moves(case: Case) -> tuple[int, int]:
    """Bikes brought and taken since the anchor: sure ones, and those that it does not explain."""
    strangers = max(0, case.anchor - case.placed_at_anchor)
    missing = max(0, case.placed_at_anchor - case.anchor)
    brought = case.brought + max(0, case.strangers_gone - strangers)
    return brought, case.taken + max(0, case.missing_found - missing)


def strangers_and_missing(case: Case) -> float:
    """T4 and the moves that anchor and trips together reveal."""
    brought, taken = moves(case)
    return held(case, case.anchor + case.net + brought - taken)


def pulled(case: Case, bikes: float, weight: float) -> float:
    """Pull towards half full: add `weight` imaginary bikes and as many imaginary free docks."""
    return case.capacity * (bikes + weight) / (case.capacity + 2 * weight)


def by_bikes(per_move: float) -> Estimator:
    """Strangers and missing, pulled towards half full for each move since the anchor."""

    def estimate(case: Case) -> float:
        return pulled(case, strangers_and_missing(case), per_move * sum(moves(case)))

    return estimate


def by_flow(per_event: float) -> Estimator:
    """T4, pulled towards half full for each dock event since the anchor."""

    def estimate(case: Case) -> float:
        return pulled(case, plain(case), per_event * case.events)

    return estimate


def whole(estimator: Estimator) -> Estimator:
    """As served: a whole number of bikes, rounded half up."""
    return lambda case: int(estimator(case) + 0.5)


PER_MOVE = 1.0
PER_EVENT = 0.1

ESTIMATORS: Mapping[str, Estimator] = {
    "never update": never,
    "plain rule T4": plain,
    "last known place per bike (T3)": last_place,
    "last known place, from the anchor": last_place_from_anchor,
    "the same, known bikes only": known_bikes_from_anchor,
    "T4, half the flow": half_net,
    "T4 and typical level, halved": half_typical,
    "T4 + truck rate learned so far": learned_trucks,
    "T4 + sure moves": sure_moves,
    "T4 + moves by time": moves_by_time,
    "T4 + moves by strangers and missing": strangers_and_missing,
    "estimate without bike ids, unrounded": by_flow(PER_EVENT),
    "**estimate without bike ids (`flow`)**": whole(by_flow(PER_EVENT)),
    "estimate with bike ids, unrounded": by_bikes(PER_MOVE),
    "**estimate with bike ids (`bikes`)**": whole(by_bikes(PER_MOVE)),
}

# Nothing, the count and what is served.
IN_SHORT = (
    "never update",
    "plain rule T4",
    "**estimate without bike ids (`flow`)**",
    "**estimate with bike ids (`bikes`)**",
)
