"""Texts from files, cleaned: one line, of a sane length, or none at all."""

import re
from typing import Final

from bikeshare.errors import MalformedRowError
from bikeshare.reasons import Reason

# Hubway exports write the database's \N, Citi Bike's of 2017 NULL, R saves NA, pandas the rest.
NONE_WORDS: Final = frozenset(
    {"", "NULL", "Null", "null", "\\N", "NA", "NaN", "nan", "None", "<NA>"}
)

# Postgres indexes at most 2,704 bytes per row, and an index row holds at most two ids.
MAX_ID_BYTES: Final = 1000
MAX_NAME_LENGTH: Final = 500

_BYTES_OF_A_CHARACTER: Final = 4

_CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f]+")
_LONE_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")


def is_none(stripped: str) -> bool:
    """Return whether a stripped field means that there is no value."""
    return stripped in NONE_WORDS


def encodable(text: str) -> str:
    """Replace lone surrogates, which JSON can express and no encoding can write."""
    return _LONE_SURROGATES.sub("\ufffd", text)


def clean_text(written: str) -> str:
    """Strip a field and turn each run of control characters into a space; "" if it means none."""
    stripped = _CONTROL_CHARACTERS.sub(" ", written).strip()
    return "" if is_none(stripped) else stripped


def clean_id(written: str) -> str:
    """Clean an id; raise MalformedRowError if it is longer than an index can hold."""
    clean = clean_text(written)
    if not is_short_id(clean) and (size := len(clean.encode())) > MAX_ID_BYTES:
        detail = f"an id of {size:,} bytes; at most {MAX_ID_BYTES:,} can be told apart"
        raise MalformedRowError(Reason.LINE_TOO_LONG, detail)
    return clean


def is_short_id(clean: str) -> bool:
    """Return whether an id has so few characters that it cannot be too long, whatever they are."""
    return len(clean) <= MAX_ID_BYTES // _BYTES_OF_A_CHARACTER


def clean_name(written: str) -> str:
    """Clean a name, and cut one that nobody would read to the end."""
    return clean_text(written)[:MAX_NAME_LENGTH].rstrip()
