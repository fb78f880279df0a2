"""What lands in the bucket: lanes, and the identity that a drop keeps over all its attempts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bikeshare.errors import UnknownLaneError

REJECTED_PREFIX = "rejected/"
UNFINISHED_PREFIX = "unfinished/"
DROP_ID_LENGTH = 20


class Lane(StrEnum):
    """Which way a drop goes, by the first part of its key."""

    LIVE = "live"
    BACKFILL = "backfill"
    STATIONS = "stations"

    @property
    def prefix(self) -> str:
        """The start of every key in this lane."""
        return f"{self.value}/"


def lane_of(key: str) -> Lane:
    """Name the lane that a key lies in."""
    for lane in Lane:
        if key.startswith(lane.prefix):
            return lane
    prefixes = ", ".join(lane.prefix for lane in Lane)
    message = f"{key!r} is in no lane of the drop zone; keys start with one of {prefixes}"
    raise UnknownLaneError(message)


def real_version(version_id: str | None) -> str | None:
    """Treat the "null" that S3 says in an unversioned bucket as no version."""
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
        """The same for every attempt; another upload under the same key is another drop."""
        content = real_version(self.version_id) or self.etag.strip('"')
        digest = hashlib.sha256(f"{self.key}\n{content}".encode())
        return digest.hexdigest()[:DROP_ID_LENGTH]

    @property
    def lane(self) -> Lane:
        """Which way this drop goes."""
        return lane_of(self.key)


def rejected_key(drop_id: str, attempt_id: str) -> str:
    """Name the object that holds the rows an attempt set aside."""
    return f"{REJECTED_PREFIX}{drop_id}/{attempt_id}.csv"


def unfinished_key(drop_id: str, attempt_id: str, part: int) -> str:
    """Name the object that keeps what a part set aside until its attempt is at its end."""
    return f"{UNFINISHED_PREFIX}{drop_id}/{attempt_id}/{part}.csv"
