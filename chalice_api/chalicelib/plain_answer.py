"""A search answered in the page itself: what readers without scripts get, and all see first."""

import math
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Final, NamedTuple
from urllib.parse import urlencode

from chalicelib.database import DatabaseUnavailableError
from chalicelib.nearby import WALK_M_PER_MINUTE, Need, Reached, Walk
from chalicelib.queries import StationRow
from chalicelib.search.finder import Place, PlaceProblemError
from chalicelib.service import Service

PICTURE_PX: Final = 340
RING_PX: Final = 150
BEYOND_M: Final = 10_000.0
NEXT_BEYOND: Final = 3
MOST_ROWS: Final = 60
FULL_MARK: Final = 40
MUCH_MORE: Final = 4

WORDS: Final = {Need.BIKE: ("bike", "bikes"), Need.DOCK: ("open dock", "open docks")}
BADGES: Final = {"none": "0", "closed": "×", "unknown": "?"}  # noqa: RUF001 - a cross


class PlainAnswer(NamedTuple):
    """The parts of the page that a search fills; all of them are HTML."""

    need: Need
    title: str
    note: str
    rows: str = ""
    picture: str = ""
    message: str = ""


NOTHING_ASKED: Final = PlainAnswer(need=Need.DOCK, title="Stations", note="")


def usual_need(rows: Sequence[StationRow]) -> Need:
    """Take a dock for what is needed, unless bikes are known and docks, as good as all, are not."""
    docks = sum(row.num_docks_available is not None for row in rows)
    bikes = sum(row.num_bikes_available is not None for row in rows)
    return Need.BIKE if bikes > docks * MUCH_MORE else Need.DOCK


def outlook(row: StationRow, need: Need) -> tuple[str, int | None]:
    """Tell open, none, closed or unknown for what is needed, and how many there are."""
    if need is Need.BIKE:
        count, usable = row.num_bikes_available, row.is_renting
    else:
        count, usable = row.num_docks_available, row.is_returning
    if usable is False or row.is_installed is False:
        return "closed", count
    if count is None:
        return "unknown", None
    return ("open" if count > 0 else "none"), count


def answer_search(service: Service, text: str, *, need: Need | None, blocks: int) -> PlainAnswer:
    """Answer a search, or say in plain words why not and what to try."""
    refused = NOTHING_ASKED._replace(need=need or NOTHING_ASKED.need)
    try:
        place = service.find_place(text)
        wanted = need or usual_need(service.picture().stations)
        walk = Walk(
            lat=place.lat,
            lon=place.lon,
            radius_m=blocks * service.settings.block_m,
            need=Need.ANY,
            limit=MOST_ROWS,
            block_m=service.settings.block_m,
        )
        around = read_around(service, walk)
    except PlaceProblemError as error:
        links = "".join(suggestion_link(name, refused.need, blocks) for name in error.suggestions)
        return refused._replace(message=escape(error.detail) + links)
    except DatabaseUnavailableError:
        return refused._replace(message="The stations cannot be read just now. Try again soon.")
    return told(place, around, walk=walk, need=wanted)


def read_around(service: Service, walk: Walk) -> Sequence[Reached]:
    """Measure the stations in reach, or as far as one might go where there are none."""
    for radius_m in (walk.radius_m, BEYOND_M):
        around = service.picture().near(replace(walk, radius_m=radius_m))
        if around:
            return around
    return []


def told(place: Place, around: Sequence[Reached], *, walk: Walk, need: Need) -> PlainAnswer:
    """Write the list, nearest first, with a still picture of it."""
    within = [near for near in around if near.metres <= walk.radius_m]
    rows = within or list(around[:NEXT_BEYOND])
    open_now = sum(outlook(near.row, need)[0] == "open" for near in within)
    one, _ = WORDS[need]
    article = "an" if one[0] in "aeiou" else "a"
    blocks = f"{walk.radius_m / walk.block_m:g}"
    note = f"{open_now} of {len(within)} stations within {blocks} blocks have {article} {one}."
    if not within:
        note = f"There is no station within {blocks} blocks."
        note += " These are the nearest beyond." if rows else ""
    return PlainAnswer(
        need=need,
        title=f"Near {escape(place.name)}",
        note=note,
        rows="".join(list_row(near, walk=walk, need=need) for near in rows),
        picture=still_picture(rows, walk=walk, need=need),
    )


def list_row(near: Reached, *, walk: Walk, need: Need) -> str:
    """Write one station of the list."""
    state, count = outlook(near.row, need)
    one, many = WORDS[need]
    said = {"closed": "Closed", "unknown": f"{many.capitalize()} not known", "none": f"No {many}"}
    words = said.get(state, f"{count} {one if count == 1 else many}")
    minutes = max(1, math.ceil(near.metres / WALK_M_PER_MINUTE))
    name = near.row.name or f"Station {near.row.station_id}"
    return (
        f'<li class="{state}"><div class="row">'
        f'<span class="badge" aria-hidden="true">{BADGES.get(state, count)}</span>'
        f'<span class="text"><span class="name">{escape(name)}</span>'
        f'<span class="way">{words}</span></span>'
        f'<span class="walk"><b>{minutes} min walk</b>'
        f"<span>{near.metres:.0f} m · {near.metres / walk.block_m:.1f} blocks</span></span>"
        "</div></li>"
    )


def still_picture(rows: Sequence[Reached], *, walk: Walk, need: Need) -> str:
    """Draw the place in red and the stations around it, north up."""
    farthest = max([walk.radius_m, *(near.metres for near in rows)])
    scale = RING_PX / farthest
    middle = PICTURE_PX / 2
    marks = "".join(mark_of(near, walk=walk, need=need, scale=scale) for near in rows)
    return (
        f'<svg class="picture" viewBox="0 0 {PICTURE_PX} {PICTURE_PX}" role="img"'
        ' aria-label="The place in the middle, and the stations around it">'
        f'<circle class="ring" cx="{middle}" cy="{middle}" r="{walk.radius_m * scale:.1f}"/>'
        f'{marks}<circle class="place" cx="{middle}" cy="{middle}" r="6"/></svg>'
    )


def mark_of(near: Reached, *, walk: Walk, need: Need, scale: float) -> str:
    """Draw one station; its shape says whether, its size how many."""
    lat, lon = near.row.lat or 0.0, near.row.lon or 0.0
    metres_per_degree = 111_320.0
    x = PICTURE_PX / 2 + (lon - walk.lon) * metres_per_degree * scale * math.cos(
        math.radians(walk.lat)
    )
    y = PICTURE_PX / 2 - (lat - walk.lat) * metres_per_degree * scale
    state, count = outlook(near.row, need)
    if state == "closed":
        return f'<path class="closed" d="M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"/>'
    if state == "unknown":
        return f'<path class="unknown" d="M{x:.1f} {y - 7:.1f}l7 7-7 7-7-7z"/>'
    radius = 5 + 6 * math.sqrt(min(count or 0, FULL_MARK) / FULL_MARK)
    return f'<circle class="{state}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'


def suggestion_link(name: str, need: Need, blocks: int) -> str:
    """Write a link that searches for what may have been meant."""
    query = urlencode({"q": name, "need": need, "blocks": blocks})
    return f'<a href="./?{escape(query)}">{escape(name)}</a>'
