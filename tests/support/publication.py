"""One attempt at publishing a trip file, without a broker or a bucket."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from bikeshare.drops import Drop
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.trip_format import TripFormat
from bikeshare.messages import DropSummary
from lambdas.attempt import Surroundings, published_drop
from lambdas.continuation import Continuation, continuation_of, message_of
from lambdas.notifications import Landed
from lambdas.publish_trips.publisher import publish_trip_file
from tests.support.fakes import FakeSender, FakeStore

HEADER = (
    "ride_id,rideable_type,started_at,ended_at,start_station_name,start_station_id,"
    "end_station_name,end_station_id,start_lat,start_lng,end_lat,end_lng,member_casual"
)
NOW = datetime(2021, 3, 1, 12, tzinfo=UTC)


def ride(number: int, *, name: str = "Grove St PATH", ended: str = "23:18:28") -> str:
    """A row of which a test states only what it is about."""
    return (
        f"R{number},docked_bike,2021-02-03 23:11:28,2021-02-03 {ended},{name},JC005,"
        "Christ Hospital,JC034,40.719586,-74.043117,40.734786,-74.050444,member"
    )


def file_of(*rows: str) -> bytes:
    """A trip file of these rows."""
    return "\n".join([HEADER, *rows, ""]).encode()


def zipped(*files: tuple[str, bytes]) -> bytes:
    """A zip of these files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


class Publication:
    """One attempt at publishing one drop, and everything that came of it."""

    def __init__(
        self,
        content: bytes | None,
        *,
        key: str = "live/JC.csv",
        sender: FakeSender | None = None,
        store: FakeStore | None = None,
        formats: Sequence[TripFormat] = KNOWN_FORMATS,
    ) -> None:
        self.sender = sender or FakeSender()
        self.store = store or FakeStore(received_at=NOW)
        if content is not None:
            self.store.objects[key] = content
        self.drop = Drop(key=key, version_id="v1", etag="e", size_bytes=0, received_at=NOW)
        self.around = Surroundings(
            sender=self.sender,
            store=self.store,
            zone=ZoneInfo("America/New_York"),
            now=lambda: NOW,
            formats=formats,
        )

    def run(self, attempt_id: str = "a1") -> DropSummary:
        """Make the attempt in one go."""
        ended = published_drop(self.drop, attempt_id, self.around, publish_trip_file)
        assert isinstance(ended, DropSummary)
        return ended

    def run_part(
        self, part_lines: int, continued: Continuation | None = None, *, request_id: str = "a1"
    ) -> DropSummary | Continuation:
        """Publish one part; a continuation is encoded and decoded, as it would be by the queue."""
        publish = partial(publish_trip_file, part_lines=part_lines)
        ended = published_drop(self.drop, request_id, self.around, publish, continued)
        if isinstance(ended, DropSummary):
            return ended
        sent = continuation_of(message_of(Landed(bucket="drops", drop=self.drop), ended))
        assert sent == ended
        return sent

    def parts(self, part_lines: int) -> Iterator[DropSummary | Continuation]:
        """Publish part after part, and yield what each of them ended with."""
        ended = self.run_part(part_lines)
        yield ended
        while isinstance(ended, Continuation):
            # The setting may change while a drop is under way.
            number = ended.account.parts
            ended = self.run_part(part_lines + number, ended, request_id=f"later-{number}")
            yield ended
