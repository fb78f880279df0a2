"""A search answered in the page's HTML: all that readers without scripts get, and seen first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Final, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from chalicelib.database import DatabaseUnavailableError
from chalicelib.nearby import Need, Reached, Walk
from chalicelib.plain_list import list_row, still_picture
from chalicelib.prospect import outlook, with_article
from chalicelib.queries import StationRow
from chalicelib.search.finder import Place, PlaceProblemError
from chalicelib.service import Service

BEYOND_M: Final = 10_000.0
NEXT_BEYOND: Final = 3
MOST_ROWS: Final = 60
MUCH_MORE: Final = 4
STALE_S: Final = 300


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
    """Return the default need: a dock, or a bike if docks are known at far fewer stations."""
    docks = sum(row.num_docks_available is not None for row in rows)
    bikes = sum(row.num_bikes_available is not None for row in rows)
    return Need.BIKE if bikes > docks * MUCH_MORE else Need.DOCK


def answer_search(
    service: Service, text: str, *, need: Need | None, blocks: int, now: datetime
) -> PlainAnswer:
    """Answer a search; or explain in plain words why it has no answer and what to try."""
    refused = NOTHING_ASKED._replace(need=need or NOTHING_ASKED.need)
    try:
        place = service.find_place(text)
        city = service.picture()
        wanted = need or usual_need(city.stations)
        walk = Walk(
            lat=place.lat,
            lon=place.lon,
            radius_m=blocks * service.settings.block_m,
            need=Need.ANY,
            limit=len(city.stations),
            block_m=service.settings.block_m,
        )
        within, beyond = read_around(service, walk, wanted)
    except PlaceProblemError as error:
        links = "".join(suggestion_link(name, refused.need, blocks) for name in error.suggestions)
        return refused._replace(message=f"<p>{escape(error.detail)}</p>{links}")
    except DatabaseUnavailableError:
        return refused._replace(message="The stations cannot be read just now. Try again soon.")
    age = age_note(city.state.event_clock, zone=ZoneInfo(service.settings.time_zone), now=now)
    answer = nearby_answer(place, within, beyond, walk=walk, need=wanted)
    return answer._replace(note=f"{answer.note} {age}".strip())


def read_around(
    service: Service, walk: Walk, need: Need
) -> tuple[Sequence[Reached], Sequence[Reached]]:
    """Return the stations in reach and, if none of them will do, the nearest ones that would."""
    picture = service.picture()
    within = picture.near(walk)
    if any(outlook(near.row, need)[0] == "open" for near in within):
        return within, []
    return within, picture.near(replace(walk, radius_m=BEYOND_M, need=need, limit=NEXT_BEYOND))


def nearby_answer(
    place: Place,
    within: Sequence[Reached],
    beyond: Sequence[Reached],
    *,
    walk: Walk,
    need: Need,
) -> PlainAnswer:
    """Return the list, nearest first, with a still picture of it."""
    rows = (beyond or within)[:MOST_ROWS]
    open_now = sum(outlook(near.row, need)[0] == "open" for near in within)
    blocks = f"{walk.radius_m / walk.block_m:g}"
    reach = f"{blocks} block{'' if blocks == '1' else 's'}"
    note = f"{open_now} of {len(within)} stations within {reach} have {with_article(need)}."
    if len(rows) < len(within) and not beyond:
        note += f" The nearest {len(rows)} are listed."
    if not open_now:
        note = f"No station within {reach} has {with_article(need)}."
        note += " The nearest beyond:" if beyond else ""
    return PlainAnswer(
        need=need,
        title=f"Near {escape(place.name)}",
        note=note,
        rows="".join(list_row(near, walk=walk, need=need) for near in rows),
        picture=still_picture(rows, walk=walk, need=need),
    )


def age_note(clock: datetime | None, *, zone: ZoneInfo, now: datetime) -> str:
    """Return the moment that the answer holds for, in the system's own time zone."""
    if clock is None:
        return ""
    outdated = "Out of date: " if (now - clock).total_seconds() > STALE_S else ""
    moment = f"{clock.astimezone(zone):%-d %b %Y, %H:%M}"
    return f"{outdated}as of {moment}." if outdated else f"As of {moment}."


def suggestion_link(name: str, need: Need, blocks: int) -> str:
    """Return a link that searches for a suggested name."""
    query = urlencode({"q": name, "need": need, "blocks": blocks})
    return f'<a href="./?{escape(query)}">{escape(name)}</a>'
