"""What a rider can expect at a station, in one word and in a few."""

from typing import Final

from chalicelib.nearby import Need
from chalicelib.queries import StationRow

ONE: Final = {Need.BIKE: "bike", Need.EBIKE: "e-bike", Need.DOCK: "open dock"}
# What is listed for a station, with what is needed first.
TOLD: Final = {
    Need.BIKE: (Need.BIKE, Need.DOCK),
    Need.EBIKE: (Need.EBIKE, Need.BIKE, Need.DOCK),
    Need.DOCK: (Need.DOCK, Need.BIKE),
}


def outlook(row: StationRow, need: Need) -> tuple[str, int | None]:
    """Return "open", "none", "closed" or "unknown" for what is needed, and how many there are."""
    count = count_of(row, need)
    usable = row.is_returning if need is Need.DOCK else row.is_renting
    if usable is False or row.is_installed is False:
        return "closed", count
    if count is None:
        return "unknown", None
    return ("open" if count > 0 else "none"), count


def count_of(row: StationRow, need: Need) -> int | None:
    """Return how many there are of what is needed."""
    if need is Need.BIKE:
        return row.num_bikes_available
    return row.num_ebikes_available if need is Need.EBIKE else row.num_docks_available


def in_words(row: StationRow, need: Need) -> str:
    """Return in a few words what is there, with what is needed first."""
    state, _ = outlook(row, need)
    if state == "closed":
        return "closed"
    if state == "unknown":
        return f"{ONE[need]}s not known"
    counts = [(count_of(row, kind), kind) for kind in TOLD[need]]
    return ", ".join(_some(count, kind) for count, kind in counts if count is not None)


def with_article(need: Need) -> str:
    """Return one of what is needed, with its article."""
    return f"{'an' if ONE[need][0] in 'aeiou' else 'a'} {ONE[need]}"


def _some(count: int, need: Need) -> str:
    return f"{count or 'no'} {ONE[need]}{'' if count == 1 else 's'}"
