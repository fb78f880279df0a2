"""Kafka records become COPY text, or are found unreadable, in Spark alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import SparkSession

from glue_jobs.availability.records import staging_rows
from glue_jobs.availability.staging import rows_of
from tests.support.availability import RECORDS, at, summary, trip, trips

pytestmark = pytest.mark.integration

PUBLISHED = datetime(2019, 7, 1, 12, tzinfo=UTC)


def staged(spark: SparkSession, topic: str, value: bytes) -> Any:
    """Return what one record becomes."""
    row = (topic, 1, 9, PUBLISHED, bytearray(value))
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
