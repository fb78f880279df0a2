"""The two versions of GBFS we publish, and all that they write differently."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

# The schemas of 2.3 reject times before GBFS began, and older trips are replayed here too.
EARLIEST_POSIX: Final = 1_450_155_600


@dataclass(frozen=True, kw_only=True)
class Version:
    """How one version writes times, texts and numbers of bikes."""

    number: str
    moment: Callable[[datetime], int | str]
    text: Callable[[str, str], Any]
    bikes_available: str


def posix(moment: datetime) -> int:
    """Return whole seconds since 1970, at least the earliest that 2.3 allows."""
    return max(int(moment.timestamp()), EARLIEST_POSIX)


def rfc3339(moment: datetime) -> str:
    """Return RFC 3339 in UTC, in whole seconds."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def plain(text: str, language: str) -> str:
    """Return the bare text: in 2.3 the language is given once for all texts."""
    del language
    return text


def localized(text: str, language: str) -> list[dict[str, str]]:
    """Return a text with its language, in a list with an entry per language."""
    return [{"text": text, "language": language}]


V2_3: Final = Version(number="2.3", moment=posix, text=plain, bikes_available="num_bikes_available")
V3_0: Final = Version(
    number="3.0", moment=rfc3339, text=localized, bikes_available="num_vehicles_available"
)
VERSIONS: Final = (V2_3, V3_0)
