"""Stations around a place as a list and as a still picture, for readers without scripts."""

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from chalicelib.nearby import WALK_M_PER_MINUTE, Need, Reached, Walk
from chalicelib.prospect import in_words, outlook

PICTURE_PX: Final = 340
RING_PX: Final = 150
FULL_MARK: Final = 40
# Four strokes around the place, which without colours would look like one more station.
STROKES: Final = "M{0} {1}v7M{0} {2}v-7M{1} {0}h7M{2} {0}h-7"
STROKES_PX: Final = 18
METRES_PER_DEGREE: Final = 111_320.0
BADGES: Final = {"none": "0", "closed": "×", "unknown": "?"}  # noqa: RUF001 - a cross


def list_row(near: Reached, *, walk: Walk, need: Need) -> str:
    """Return one station of the list."""
    state, count = outlook(near.row, need)
    minutes = max(1, math.ceil(near.metres / WALK_M_PER_MINUTE))
    name = near.row.name or f"Station {near.row.station_id}"
    return (
        f'<li class="{state}"><div class="row">'
        f'<span class="badge" aria-hidden="true">{BADGES.get(state, count)}</span>'
        f'<span class="text"><span class="name">{escape(name)}</span>'
        f'<span class="way">{in_words(near.row, need)}</span></span>'
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
    strokes = STROKES.format(middle, middle - STROKES_PX, middle + STROKES_PX)
    return (
        f'<svg class="picture" viewBox="0 0 {PICTURE_PX} {PICTURE_PX}" role="img"'
        ' aria-label="The place in the middle, and the stations around it">'
        f'<circle class="ring" cx="{middle}" cy="{middle}" r="{walk.radius_m * scale:.1f}"/>'
        f'{marks}<path class="edge" d="{strokes}"/><path class="sight" d="{strokes}"/>'
        f'<circle class="place" cx="{middle}" cy="{middle}" r="6"/></svg>'
    )


def mark_of(near: Reached, *, walk: Walk, need: Need, scale: float) -> str:
    """Draw one station; its shape shows whether it has what is needed, its size how many."""
    lat, lon = near.row.lat or 0.0, near.row.lon or 0.0
    east = math.cos(math.radians(walk.lat))
    x = PICTURE_PX / 2 + (lon - walk.lon) * METRES_PER_DEGREE * scale * east
    y = PICTURE_PX / 2 - (lat - walk.lat) * METRES_PER_DEGREE * scale
    state, count = outlook(near.row, need)
    if state == "closed":
        return f'<path class="closed" d="M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"/>'
    if state == "unknown":
        return f'<path class="unknown" d="M{x:.1f} {y - 7:.1f}l7 7-7 7-7-7z"/>'
    radius = 5 + 6 * math.sqrt(min(count or 0, FULL_MARK) / FULL_MARK)
    return f'<circle class="{state}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
