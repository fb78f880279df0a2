"""Texts as files write them, made fit to travel: one line, of a sane length, or none at all."""

import re
from typing import Final

from bikeshare.errors import MalformedRowError
from bikeshare.reasons import Reason

# Hubway exports write the database's \N, Citi Bike's of 2017 write NULL.
NONE_WORDS: Final = frozenset({"", "NULL", "null", "\\N"})

# An index over longer texts is more than Postgres can hold (2,704 bytes a row).
MAX_TEXT_LENGTH: Final = 500

_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f]+")
_LONE_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


def is_none(stripped: str) -> bool:
    """Tell whether a stripped field means that there is no value."""
    return stripped in NONE_WORDS


def encodable(text: str) -> str:
    """Replace halves of characters, which JSON can say and no encoding can write."""
    return _LONE_SURROGATES.sub("\ufffd", text)


def clean_text(written: str) -> str:
    """Strip a field and make its control characters one space; "" where it means none."""
    stripped = _CONTROL_CHARACTERS.sub(" ", written).strip()
    if is_none(stripped):
        return ""
    if len(stripped) > MAX_TEXT_LENGTH:
        detail = f"a text of {len(stripped):,} characters; at most {MAX_TEXT_LENGTH} are kept"
        raise MalformedRowError(Reason.LINE_TOO_LONG, detail)
    return stripped
