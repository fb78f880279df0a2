"""
The errors that packages share; every other one that leaves its package is a branch of this tree.

BikeshareError
├── UnreadableFileError       nothing in the file can be published; the file is refused
│   ├── UnknownHeaderError    no known format has these column names
│   ├── BrokenArchiveError    a gzip or zip that cannot be decompressed to its end
│   └── MissingObjectError    the object was deleted or replaced before it was read
├── MalformedRowError         one row cannot become a trip or a station; the rest is read
├── UnknownLaneError          the key is under none of the drop zone's prefixes
├── UnpublishedRecordError    Kafka did not confirm a record; the drop is to be retried
├── UnavailableFeedError      a public feed gave no snapshot this time; the last one stands
├── InvalidRequestError       the caller asked for something that makes no sense
└── SettingsError             a setting is missing or invalid

A package's own errors are beside the code that raises them. `chalicelib/problems.py` draws the
API's answers, below InvalidRequestError, and `local_stack/errors.py` the local stack's. Directly
below the root are PageNotBuiltError (`chalicelib/assets.py`), GeocoderError
(`chalicelib/geocoding/addresses.py`) and UnbalancedError (`glue_jobs/prepare_trips/report.py`).
"""

from collections.abc import Sequence

from bikeshare.reasons import Reason


class BikeshareError(Exception):
    """The root: catching it catches the errors of every package."""


class UnreadableFileError(BikeshareError):
    """A file none of whose rows may be published; the message tells a person what to do."""


class UnknownHeaderError(UnreadableFileError):
    """A header line that no known trip-file format has."""

    def __init__(self, reason: str, *, nearest: str | None, missing: Sequence[str]) -> None:
        super().__init__(reason)
        self.nearest = nearest
        self.missing = tuple(missing)


class BrokenArchiveError(UnreadableFileError):
    """A gzip or zip file that breaks off or fails its checksum."""

    def __init__(self, reason: str, *, readable_bytes: int) -> None:
        super().__init__(reason)
        self.readable_bytes = readable_bytes


class MissingObjectError(UnreadableFileError):
    """An object that is no longer in the bucket as its notification described it."""


class MalformedRowError(BikeshareError):
    """A row that is set aside, with the reason code it is counted under."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class UnknownLaneError(BikeshareError):
    """A key that is in no lane of the drop zone."""


class UnpublishedRecordError(BikeshareError):
    """A record that the brokers did not confirm."""


class UnavailableFeedError(BikeshareError):
    """A feed that is down, malformed, or somewhere we do not go; it may say when to ask again."""

    def __init__(self, reason: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class InvalidRequestError(BikeshareError):
    """A request that cannot, or must not, be answered as it was made."""


class SettingsError(BikeshareError):
    """A setting that is missing or wrong; the message names the variable."""
