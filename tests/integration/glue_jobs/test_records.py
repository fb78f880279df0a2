"""Kafka records become COPY text, or are found unreadable, in Spark alone."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import SparkSession

from bikeshare.drops import Lane
from bikeshare.messages import DropSummary, Outcome, encode_summary
from bikeshare.stations import Feed, StationInformation, StationStatus
from glue_jobs.availability.records import staging_rows
from glue_jobs.availability.staging import rows_of
from tests.support.availability import NOON, RECORDS, Record, at, snapshot, summary, trip, trips
from tests.support.staging import staged as staged_without_spark

pytestmark = pytest.mark.integration

PUBLISHED = datetime(2019, 7, 1, 12, tzinfo=UTC)


ODD_NAMES = ('8 Ave, "Ö" side', '"Loop"', "Cañon\u2028St", 'A",\u0085"B', "#\\", "O'Neil; St")


def staged(spark: SparkSession, topic: str, value: bytes, *, partition: int = 1) -> Any:
    """Return what one record becomes."""
    row = (topic, partition, 9, PUBLISHED, bytearray(value))
    (found,) = staging_rows(spark.createDataFrame([row], RECORDS)).collect()
    return found


class TestStagingRows:
    def test_rows_stay_text_and_carry_their_record(self, spark: SparkSession) -> None:
        """Postgres parses the types; Spark only says which record each row came in."""
        ride = trip("A", "B", at(8), None, key="R", start_name='8 Ave, "Ö" side', lat="", lon="")

        found = staged(spark, *trips(ride, ride))

        row = '1,9,R,,2019-07-01T08:00:00.000000Z,,A,"8 Ave, ""Ö"" side",,,B,Station B,,'
        assert rows_of(found).decode() == f"{row}\n{row}"
        assert found.table == "staged_trip"
        assert found.record_row == "trips,1,9,2019-07-01T12:00:00.000Z,drop,first,live,0,2"

    def test_a_summary_is_one_row(self, spark: SparkSession) -> None:
        """The account of an attempt goes in whole, with the commas and quotes of its reason."""
        found = staged(spark, *summary(0, reason='no "header", no rows'))

        assert found.rows.startswith("drop,first,live/drop.csv,,live,1,")
        assert ',refused,"no ""header"", no rows",' in found.rows

    def test_a_record_on_another_records_topic_is_unreadable(self, spark: SparkSession) -> None:
        """A topic holds what its name says; otherwise rows would land in the wrong table."""
        _, value = summary(0)

        found = staged(spark, "trips", value)

        assert found.table is None
        assert found.reason == "does not belong on this topic: drops/1"


def information(station_id: str, **known: Any) -> StationInformation:
    """A station of which the feed says only this."""
    return StationInformation(station_id=station_id, **known)


RECORDS_OF_EACH_KIND: dict[str, Record] = {
    "trips": trips(
        *(trip("A", "B", at(8), None, key=f"R{n}", start_name=n) for n in ODD_NAMES),
        trip("A", "", at(8), at(9), bike="7", lat="", lon=""),
    ),
    "backfill": trips(trip("A", "B", at(8), at(9), bike="7"), chunk=3, lane=Lane.BACKFILL),
    "information": snapshot(
        Feed.INFORMATION,
        NOON,
        *(information(f"S{number}", name=name) for number, name in enumerate(ODD_NAMES)),
        information("A,1", aliases=("JC005", 'Ö "2", b'), lat=40.71958611647166, lon=-74.0),
        information("B", aliases=("b",), lat=51.4779, lon=-0.0015, capacity=42),
    ),
    "status": snapshot(
        Feed.STATUS,
        NOON,
        StationStatus(station_id="unknown"),
        StationStatus(
            station_id="A",
            aliases=("JC005", "x"),
            num_bikes_available=5,
            num_docks_available=0,
            is_installed=True,
            is_renting=False,
            last_reported="2019-07-01T11:59:00.000000Z",
        ),
    ),
    "refused drop": summary(0, reason='no "header", ünknown'),
    "published drop": (
        "drops",
        encode_summary(
            DropSummary(
                drop_id="drop",
                attempt_id="first",
                key='live/"June", 2019.csv',
                version_id="v,1",
                lane=Lane.LIVE,
                size_bytes=9,
                received_at=NOON,
                outcome=Outcome.PUBLISHED,
                rows_read=3,
                rows_rejected=3,
                rejected={"end_before_start": 1, "no_trip_id": 2},
                rejected_key="rejected/drop/first.csv",
                first_event_at=NOON,
                started_at=NOON,
                finished_at=NOON,
            )
        ),
    ),
}


class TestStagedWithoutSpark:
    @pytest.mark.parametrize("kind", RECORDS_OF_EACH_KIND)
    def test_it_is_what_spark_stages(self, spark: SparkSession, kind: str) -> None:
        """The tests of rules, order and poison that stage records themselves test the real form."""
        topic, value = RECORDS_OF_EACH_KIND[kind]

        by_spark = staged(spark, topic, value, partition=0)

        assert by_spark.asDict() == asdict(staged_without_spark(topic, value, 9))
