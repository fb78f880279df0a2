"""A whole run: inspect files, read them, write their trips as drops and set the rest aside."""

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from bikeshare.drops import REJECTED_PREFIX
from bikeshare.errors import SettingsError
from glue_jobs.prepare_trips import reading
from glue_jobs.prepare_trips.drops import WrittenDrop, write_drops
from glue_jobs.prepare_trips.plan import FilePlan, Part, plan_of
from glue_jobs.prepare_trips.refused import lines_before, refused_rows, write_refused
from glue_jobs.prepare_trips.report import PartAccount, Report, account_of, check, report_of
from glue_jobs.prepare_trips.settings import Settings
from glue_jobs.prepare_trips.slices import drops_of, news_of
from glue_jobs.prepare_trips.storage import files_at, put
from glue_jobs.prepare_trips.versions import needed_versions, trips_of

if TYPE_CHECKING:
    from pyspark import RDD

REPORTS_PREFIX: Final = "reports/prepare_trips/"
RUN_DIGITS: Final = 12

# Called with the name of each step as it begins.
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run's name, made from the files' contents and the settings, and where its output goes."""

    name: str
    folder: str
    rejected: str
    report: str


def prepare(spark: SparkSession, settings: Settings, tell: Tell) -> Report:
    """Prepare all files; running it again writes the same keys with the same bytes."""
    tell("looking into the files")
    plans = planned(spark, settings)
    run = run_of(plans, settings)
    parts = [part for plan in plans for part in plan.parts]
    records = records_of(spark, parts, settings).persist(StorageLevel.DISK_ONLY)
    try:
        tell("reading")
        accounts, lines = accounts_of(records)
        tell("writing drops")
        drops = written_drops(records, run, settings)
        tell("writing the report")
        before = lines_before(parts, lines)
        names = {part.number: part.name for part in parts}
        write = partial(write_refused, url=run.rejected, before=before, names=names)
        refused_written = sum(refused_rows(records).rdd.mapPartitions(write).collect())
    finally:
        records.unpersist()
    files = [account_of(plan, accounts) for plan in plans]
    report = report_of(
        run=run.name, folder=run.folder, slice_s=settings.slice_s, files=files, drops=drops
    )
    check(report, refused_written=refused_written)
    report = replace(report, rejected=run.rejected if refused_written else None)
    put(run.report, io.BytesIO(report.as_document()))
    return report


def planned(spark: SparkSession, settings: Settings) -> list[FilePlan]:
    """Inspect every file once, and number all parts in the order of the files."""
    found = {file.url: file for url in settings.inputs for file in files_at(url)}
    if not found:
        message = f"there is no file at {', '.join(settings.inputs)}"
        raise SettingsError(message)
    files = sorted(found.values(), key=lambda file: file.url)
    plan = partial(plan_of, part_bytes=settings.part_bytes, formats=settings.formats)
    plans: list[FilePlan] = _one_task_each(spark, files).map(plan).collect()
    number = 0
    numbered = []
    for each in plans:
        parts = tuple(replace(part, number=number + at) for at, part in enumerate(each.parts))
        number += len(parts)
        numbered.append(replace(each, parts=parts))
    return numbered


def _one_task_each(spark: SparkSession, items: Sequence[object]) -> "RDD[object]":
    return spark.sparkContext.parallelize(items, max(1, len(items)))


def run_of(plans: Sequence[FilePlan], settings: Settings) -> Run:
    """Name a run after all that its drops depend on, so that no other run overwrites them."""
    said = [
        *(f"{plan.file.name} {plan.identity}" for plan in plans),
        f"{settings.slice_s} {settings.open_rows} {settings.zone} {settings.rows_per_drop}",
        *(f"{number} {words}" for number, words in enumerate(settings.asked) if words),
    ]
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:RUN_DIGITS]
    name = f"prepared-{digest}"
    return Run(
        name=name,
        folder=f"{settings.output}/{settings.lane.prefix}{name}",
        rejected=f"{settings.output}/{REJECTED_PREFIX}{name}/rows.csv",
        report=f"{settings.output}/{REPORTS_PREFIX}{name}.json",
    )


def records_of(spark: SparkSession, parts: Sequence[Part], settings: Settings) -> DataFrame:
    """Read every part, each in a task of its own."""
    dialect = reading.Dialect(
        zone=settings.zone, received_at=settings.received_at, formats=settings.formats
    )
    read = partial(reading.read_part, dialect=dialect)
    return spark.createDataFrame(
        _one_task_each(spark, parts).flatMap(read), reading.RECORD_SCHEMA, verifySchema=False
    )


def accounts_of(records: DataFrame) -> tuple[dict[int, PartAccount], dict[int, int]]:
    """Collect each part's account and its number of lines: one small row per part."""
    rows = records.where(F.col("kind") == reading.PART).select("part", "line", "text").collect()
    accounts = {row["part"]: PartAccount(**json.loads(row["text"])) for row in rows}
    return accounts, {row["part"]: row["line"] for row in rows}


def written_drops(records: DataFrame, run: Run, settings: Settings) -> list[WrittenDrop]:
    """Apply the rules to the trips and write them; one small row per drop comes back."""
    news = news_of(
        needed_versions(trips_of(records)),
        slice_s=settings.slice_s,
        open_rows=settings.open_rows,
    )
    drops = drops_of(news, rows_per_drop=settings.rows_per_drop)
    written: list[WrittenDrop] = drops.rdd.mapPartitions(
        partial(write_drops, folder=run.folder)
    ).collect()
    return written
