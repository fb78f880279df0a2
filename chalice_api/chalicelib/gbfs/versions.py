"""The two versions of GBFS we publish, and all in which they write the same thing differently."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

# The schemas of 2.3 take no time before GBFS itself began, and older trips are replayed here too.
EARLIEST_POSIX: Final = 1_450_155_600


@dataclass(frozen=True, kw_only=True)
class Version:
    """How one version writes times, texts and the number of bikes."""

    number: str
    moment: Callable[[datetime], int | str]
    text: Callable[[str, str], Any]
    bikes_available: str


def posix(moment: datetime) -> int:
    """Write whole seconds since 1970, none before the earliest that 2.3 can say."""
    return max(int(moment.timestamp()), EARLIEST_POSIX)


def rfc3339(moment: datetime) -> str:
    """Write RFC 3339 in UTC, by whole seconds."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def plain(text: str, language: str) -> str:
    """Write a text alone: 2.3 says once for all in which language."""
    del language
    return text


def localized(text: str, language: str) -> list[dict[str, str]]:
    """Write a text with its language, one entry a language."""
    return [{"text": text, "language": language}]


V2_3: Final = Version(number="2.3", moment=posix, text=plain, bikes_available="num_bikes_available")
V3_0: Final = Version(
    number="3.0", moment=rfc3339, text=localized, bikes_available="num_vehicles_available"
)
VERSIONS: Final = (V2_3, V3_0)
