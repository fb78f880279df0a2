"""What lands in the bucket: lanes, and the identity that a drop keeps across all its attempts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bikeshare.errors import UnknownLaneError

REJECTED_PREFIX = "rejected/"
UNFINISHED_PREFIX = "unfinished/"
DROP_ID_LENGTH = 20


class Lane(StrEnum):
    """The route a drop takes, given by the first part of its key."""

    LIVE = "live"
    BACKFILL = "backfill"
    STATIONS = "stations"

    @property
    def prefix(self) -> str:
        """The start of every key in this lane."""
        return f"{self.value}/"


def lane_of(key: str) -> Lane:
    """Return the lane that a key is in; raise UnknownLaneError if it is in none."""
    for lane in Lane:
        if key.startswith(lane.prefix):
            return lane
    prefixes = ", ".join(lane.prefix for lane in Lane)
    message = f"{key!r} is in no lane of the drop zone; keys start with one of {prefixes}"
    raise UnknownLaneError(message)


def real_version(version_id: str | None) -> str | None:
    """Return a version id, or None for the "null" that S3 reports in an unversioned bucket."""
    return None if version_id in (None, "", "null") else version_id


@dataclass(frozen=True, kw_only=True)
class Drop:
    """One object in the drop zone, exactly as it was when it landed."""

    key: str
    version_id: str | None
    etag: str
    size_bytes: int
    received_at: datetime

    @property
    def drop_id(self) -> str:
        """An id that every attempt shares; another upload under the same key is another drop."""
        content = real_version(self.version_id) or self.etag.strip('"')
        digest = hashlib.sha256(f"{self.key}\n{content}".encode())
        return digest.hexdigest()[:DROP_ID_LENGTH]

    @property
    def lane(self) -> Lane:
        """The lane this drop is in."""
        return lane_of(self.key)


def rejected_key(drop_id: str, attempt_id: str) -> str:
    """Return the key of the object that holds the rows an attempt set aside."""
    return f"{REJECTED_PREFIX}{drop_id}/{attempt_id}.csv"


def unfinished_key(drop_id: str, attempt_id: str, part: int) -> str:
    """Return the key of the object that keeps what a part set aside until its attempt ends."""
    return f"{UNFINISHED_PREFIX}{drop_id}/{attempt_id}/{part}.csv"
