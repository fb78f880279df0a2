import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bikeshare.drops import Lane
from bikeshare.messages import (
    DropSummary,
    Outcome,
    StationChunk,
    csv_row,
    encode_stations,
    encode_summary,
)
from bikeshare.stations import Feed, StationInformation, StationStatus
from bikeshare.trips import Trip
from tests.support.decoding import (
    TripChunk,
    UnknownEncodingError,
    decode_stations,
    decode_summary,
    decode_trips,
    encode_trips,
)

DOCUMENTED = Path(__file__).parents[3] / "docs" / "messages.md"
REQUEST = "8d7b1f1e-93d5-4b8e-a64a-f4b1c3d8f00"

EXCHANGE_PLACE = Trip(
    trip_key="29612@2019-01-01T08:09:09.711000Z",
    bike_id="29612",
    started_at="2019-01-01T08:09:09.711000Z",
    ended_at="2019-01-01T08:12:30.879000Z",
    start_station_id="3183",
    start_station_name="Exchange Place",
    start_lat="40.7162469",
    start_lon="-74.0334588",
    end_station_id="3214",
    end_station_name="Essex Light Rail",
    end_lat="40.7127742",
    end_lon="-74.0364857",
)
STILL_OUT = Trip(
    trip_key="121DD7DD23CB1335",
    bike_id="",
    started_at="2021-02-04T04:11:28.000000Z",
    ended_at="",
    start_station_id="JC105",
    start_station_name="Hoboken Ave, at Monmouth St",
    start_lat="40.735208",
    start_lon="-74.046964",
    end_station_id="",
    end_station_name="",
    end_lat="",
    end_lon="",
)
TRIPS = TripChunk(
    drop_id="5f0c3a1be2d94c7788aa",
    attempt_id=f"{REQUEST}1",
    lane=Lane.LIVE,
    chunk=0,
    trips=(EXCHANGE_PLACE, STILL_OUT),
    member="JC-201901-citibike-tripdata.csv",
    first_line=2,
)
INFORMATION = StationChunk(
    drop_id="0b1c2d3e4f5061728394",
    attempt_id=f"{REQUEST}2",
    chunk=0,
    feed=Feed.INFORMATION,
    feed_at=datetime(2019, 7, 5, 15, 53, 34, tzinfo=UTC),
    stations=(
        StationInformation(
            station_id="3186",
            aliases=("JC005",),
            name="Grove St PATH",
            lat=40.71958611647166,
            lon=-74.04311746358871,
            capacity=42,
        ),
    ),
)
STATUS = StationChunk(
    drop_id="1c2d3e4f506172839405",
    attempt_id=f"{REQUEST}3",
    chunk=0,
    feed=Feed.STATUS,
    feed_at=datetime(2019, 7, 5, 15, 54, 17, tzinfo=UTC),
    stations=(
        StationStatus(
            station_id="3186",
            num_bikes_available=5,
            num_ebikes_available=0,
            num_bikes_disabled=1,
            num_docks_available=36,
            num_docks_disabled=0,
            is_installed=True,
            is_renting=True,
            is_returning=True,
            last_reported="2019-07-05T15:53:54.000000Z",
        ),
    ),
)
SUMMARY = DropSummary(
    drop_id="5f0c3a1be2d94c7788aa",
    attempt_id=f"{REQUEST}1",
    key="live/JC-201901-citibike-tripdata.csv.zip",
    version_id="k3.XvT9_1",
    lane=Lane.LIVE,
    size_bytes=493_106,
    received_at=datetime(2019, 2, 2, 12, tzinfo=UTC),
    outcome=Outcome.PUBLISHED,
    rows_read=3,
    rows_published=2,
    rows_rejected=1,
    rejected={"end_before_start": 1},
    rejected_key=f"rejected/5f0c3a1be2d94c7788aa/{REQUEST}1.csv",
    first_event_at=datetime(2019, 1, 1, 8, 9, 9, 711_000, tzinfo=UTC),
    last_event_at=datetime(2021, 2, 4, 4, 11, 28, tzinfo=UTC),
    started_at=datetime(2019, 2, 2, 12, 0, 1, tzinfo=UTC),
    finished_at=datetime(2019, 2, 2, 12, 0, 1, 250_000, tzinfo=UTC),
    chunks=1,
)


def documented(encoding: str) -> list[bytes]:
    """Return every example of one encoding in the document, as the bytes it stands for."""
    flags = re.DOTALL | re.MULTILINE
    blocks = re.findall(rf"^```{encoding}\n(.*?)\n```$", DOCUMENTED.read_text(), flags)
    return [block.encode() for block in blocks]


class TestEncodeTrips:
    def test_writes_the_documented_bytes(self) -> None:
        """Other programs read the topic by docs/messages.md alone."""
        assert documented("trips/1") == [encode_trips(TRIPS)]

    def test_is_read_back_as_it_was(self) -> None:
        """What the stream applies is what the publisher read from the file."""
        assert decode_trips(encode_trips(TRIPS)) == TRIPS

    @pytest.mark.parametrize(
        "name", ['The "Loop"', '"Loop" St', "Cañon\u2028St", 'A",\u0085"B', "#\\"]
    )
    def test_keeps_odd_names(self, name: str) -> None:
        """A quote or an exotic line separator in a name must not shift the columns."""
        odd = TRIPS.trips[0]._replace(start_station_name=name)
        chunk = TripChunk(
            drop_id="d",
            attempt_id="a",
            lane=Lane.BACKFILL,
            chunk=7,
            trips=(odd, EXCHANGE_PLACE),
            member=None,
            first_line=1402,
        )

        assert decode_trips(encode_trips(chunk)) == chunk

    def test_only_what_needs_quotes_is_quoted(self) -> None:
        """Rows are written by hand for speed, but as the csv module would write them."""
        odd = EXCHANGE_PLACE._replace(end_station_name="A, B", start_station_name='5" pipe')
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(odd)

        assert csv_row(odd) == written.getvalue()

    def test_an_unknown_encoding_is_not_guessed_at(self) -> None:
        """A reader that meets a later version stops instead of writing nonsense."""
        newer = encode_trips(TRIPS).replace(b"trips/1", b"trips/2")

        with pytest.raises(UnknownEncodingError, match="trips/2"):
            decode_trips(newer)


class TestEncodeStations:
    def test_writes_the_documented_bytes(self) -> None:
        """Other programs read the topic by docs/messages.md alone."""
        assert documented("stations/1") == [encode_stations(INFORMATION), encode_stations(STATUS)]

    @pytest.mark.parametrize("chunk", [INFORMATION, STATUS], ids=lambda chunk: chunk.feed)
    def test_is_read_back_as_it_was(self, chunk: StationChunk) -> None:
        """Both feeds share one topic and must not be taken for each other."""
        assert decode_stations(encode_stations(chunk)) == chunk

    def test_a_reader_ignores_keys_it_does_not_know(self) -> None:
        """A publisher that is deployed first may add a key without stopping the stream."""
        newer = encode_stations(INFORMATION).replace(b'"capacity"', b'"colour":"red","capacity"')

        assert decode_stations(newer) == INFORMATION


class TestEncodeSummary:
    def test_writes_the_documented_bytes(self) -> None:
        """Other programs read the topic by docs/messages.md alone."""
        assert documented("drops/1") == [encode_summary(SUMMARY)]

    def test_is_read_back_as_it_was(self) -> None:
        """Every number of the account arrives."""
        assert decode_summary(encode_summary(SUMMARY)) == SUMMARY

    def test_a_refused_drop_has_no_events(self) -> None:
        """An attempt that published nothing has no first and no last event."""
        refused = DropSummary(
            drop_id="d",
            attempt_id="a",
            key="live/empty.csv",
            version_id=None,
            lane=Lane.LIVE,
            size_bytes=0,
            received_at=SUMMARY.received_at,
            outcome=Outcome.REFUSED,
            reason="The file is empty: upload it again.",
            started_at=SUMMARY.started_at,
            finished_at=SUMMARY.finished_at,
        )

        assert decode_summary(encode_summary(refused)) == refused
