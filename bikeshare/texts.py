"""Texts as files write them, made fit to travel: one line, of a sane length, or none at all."""

import re
from typing import Final

from bikeshare.errors import MalformedRowError
from bikeshare.reasons import Reason

# Hubway exports write the database's \N, Citi Bike's of 2017 NULL, R saves NA, pandas the rest.
NONE_WORDS: Final = frozenset(
    {"", "NULL", "Null", "null", "\\N", "NA", "NaN", "nan", "None", "<NA>"}
)

# Postgres indexes at most 2,704 bytes a row, and a row of an index holds two ids at most.
MAX_ID_BYTES: Final = 1000
MAX_NAME_LENGTH: Final = 500

_BYTES_OF_A_CHARACTER: Final = 4

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
    return "" if is_none(stripped) else stripped


def clean_id(written: str) -> str:
    """Clean an id; raise MalformedRowError where it is longer than any index can hold."""
    clean = clean_text(written)
    if not is_short_id(clean) and (size := len(clean.encode())) > MAX_ID_BYTES:
        detail = f"an id of {size:,} bytes; at most {MAX_ID_BYTES:,} can be told apart"
        raise MalformedRowError(Reason.LINE_TOO_LONG, detail)
    return clean


def is_short_id(clean: str) -> bool:
    """Tell at a glance that an id is not too long, whatever its characters are."""
    return len(clean) <= MAX_ID_BYTES // _BYTES_OF_A_CHARACTER


def clean_name(written: str) -> str:
    """Clean a name, and cut one that nobody would read to its end."""
    return clean_text(written)[:MAX_NAME_LENGTH].rstrip()
