"""Search stations by name as people type them: any word order, short forms, typos."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final, NamedTuple

from bikeshare.places import distance_m
from chalicelib.queries import StationRow
from chalicelib.search.words import JOINING, SHORT_FORMS

# Words that most names have, so they say little.
COMMON: Final = frozenset(
    {"st", "ave", "blvd", "pl", "rd", "dr", "pkwy", "ln", "ct", "w", "e", "n", "s"}
)
COMMON_WEIGHT: Final = 0.3
UNSAID_WEIGHT: Final = 0.12

WORD: Final = re.compile(r"[^\W_]+")
ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th)")
SHORTEST_WITH_SLIP: Final = 4
LEAST_ALIKE: Final = 0.72
MOST_WORDS: Final = 16


class Match(NamedTuple):
    """A station, and how well its name fits, from 0 to 1."""

    score: float
    station: StationRow


def words_of(text: str) -> list[str]:
    """Split a text into plain words in their short forms, without joining words."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = [ORDINAL.sub(r"\1", word) for word in WORD.findall(letters)]
    return [SHORT_FORMS.get(word, word) for word in words if word not in JOINING]


def weight_of(word: str) -> float:
    """Return how much a word counts."""
    return COMMON_WEIGHT if word in COMMON else 1.0


class NameIndex:
    """A search index of the names of one picture's stations."""

    def __init__(self, stations: Iterable[StationRow]) -> None:
        named = [row for row in stations if row.name and row.lat is not None]
        self._names = [(row, words_of(row.name or "")) for row in named]

    def nearest(self, lat: float, lon: float) -> tuple[StationRow, float] | None:
        """Return the named station nearest to a place, however far, and its distance in metres."""
        away = [
            (distance_m(lat, lon, row.lat, row.lon), row)
            for row, _ in self._names
            if row.lat is not None and row.lon is not None
        ]
        if not away:
            return None
        metres, row = min(away, key=lambda one: (one[0], one[1].station_id))
        return row, metres

    @cached_property
    def _vocabulary(self) -> set[str]:
        return {word for _, words in self._names for word in words}

    def search(self, text: str) -> list[Match]:
        """Return the stations whose names fit, best first."""
        asked = words_of(text)[:MOST_WORDS]
        if not asked:
            return []
        last = len(asked) - 1
        alike = [self._alike(word, is_last=at == last) for at, word in enumerate(asked)]
        matches = (Match(_score(asked, alike, words), row) for row, words in self._names)
        fitting = [match for match in matches if match.score > 0]
        return sorted(fitting, key=lambda match: (-match.score, match.station.station_id))

    def _alike(self, word: str, *, is_last: bool) -> dict[str, float]:
        """Return the known words that a typed word may mean, and how likely each is."""
        if word.isdecimal():
            # A different number is a different street, not a typo.
            return {word: 1.0}
        found: dict[str, float] = {}
        matcher = SequenceMatcher(b=word, autojunk=False)
        for known in self._vocabulary:
            if known == word:
                found[known] = 1.0
            elif known.startswith(word) and (is_last or len(word) > 1):
                found[known] = 0.9
            elif len(word) >= SHORTEST_WITH_SLIP and not known.isdecimal():
                matcher.set_seq1(known)
                if matcher.real_quick_ratio() >= LEAST_ALIKE and matcher.ratio() >= LEAST_ALIKE:
                    found[known] = matcher.ratio() * 0.9
        return found


def _score(asked: Sequence[str], alike: Sequence[dict[str, float]], words: Sequence[str]) -> float:
    """Score a name from 0 to 1 by the asked words it has, against missing and surplus ones."""
    left = list(words)
    said = hit = 0.0
    for word, meant in zip(asked, alike, strict=True):
        said += weight_of(word)
        best = max(left, key=lambda known: meant.get(known, 0.0), default=None)
        if best is not None and meant.get(best, 0.0) > 0:
            hit += weight_of(word) * meant[best]
            left.remove(best)
    unsaid = UNSAID_WEIGHT * sum(weight_of(word) for word in left)
    return hit / (said + unsaid)
