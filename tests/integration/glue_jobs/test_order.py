"""The records of a micro-batch reach the database in the order in which they were published."""

from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from glue_jobs.availability.sink import in_order
from tests.support.availability import RECORDS

pytestmark = pytest.mark.integration

NOON = datetime(2019, 7, 1, 12, tzinfo=UTC)


def test_partitions_are_merged_by_time_and_then_by_offset(spark: SparkSession) -> None:
    """One partition after the other, the same hours would be gone through once for each."""
    published = [
        ("trips", partition, offset, NOON + timedelta(milliseconds=offset // 2), bytearray(b""))
        for partition in (0, 1, 2)
        for offset in range(6)
    ]
    batch = spark.createDataFrame(published, RECORDS).repartition(3, "partition")

    merged = in_order(batch)

    assert merged.rdd.getNumPartitions() == 1
    assert [row.offset for row in merged.collect()] == [n for n in range(6) for _ in range(3)]
