"""The batch job: raw trip files in, drops by time out. `spark-submit` runs this file everywhere."""

import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from bikeshare.errors import BikeshareError
from glue_jobs.prepare_trips.preparing import prepare
from glue_jobs.prepare_trips.settings import Settings

# The prefix of each line that is meant for programs to read.
MARK = "prepare_trips: "
TELL_EVERY_S = 0.5


def session() -> SparkSession:
    """Build the session with every setting the job relies on spelled out."""
    return (
        SparkSession.builder.appName("prepare_trips")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.adaptive.enabled", "true")
        .config("spark.sql.ansi.enabled", "false")
        .getOrCreate()
    )


def say(event: str, content: Mapping[str, object]) -> None:
    """Print one event on one line."""
    print(f"{MARK}{json.dumps({'event': event, **content})}", flush=True)  # noqa: T201 - our output


class Progress:
    """The current step, and how many of Spark's tasks for it are done."""

    def __init__(self, spark: SparkSession) -> None:
        self._tracker = spark.sparkContext.statusTracker()
        self._step = ""
        self._last: dict[str, object] = {}

    def tell(self, step: str) -> None:
        """Begin a step."""
        self._step = step

    def say(self) -> None:
        """Print how far the step is, if that has changed."""
        done = total = 0
        for stage in self._tracker.getActiveStageIds():
            info = self._tracker.getStageInfo(stage)
            if info is not None:
                done += info.numCompletedTasks
                total += info.numTasks
        now: dict[str, object] = {"step": self._step, "done": done, "total": total}
        if now != self._last:
            self._last = now
            say("progress", now)


@contextmanager
def told(spark: SparkSession) -> Iterator[Progress]:
    """Print how far the work is now and then, while the block runs."""
    progress, over = Progress(spark), threading.Event()

    def keep_telling() -> None:
        while not over.wait(TELL_EVERY_S):
            progress.say()

    teller = threading.Thread(target=keep_telling, daemon=True)
    teller.start()
    try:
        yield progress
    finally:
        over.set()
        teller.join()


def main(arguments: list[str]) -> int:
    """Run once and print the report; return 1 after an expected error, printed as one line."""
    try:
        settings = Settings.from_arguments(arguments, now=datetime.now(UTC))
        spark = session()
        with told(spark) as progress:
            report = prepare(spark, settings, progress.tell)
    except BikeshareError as error:
        say("error", {"text": str(error)})
        return 1
    say("report", report.as_json())
    return 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("py4j").setLevel(logging.WARNING)
    code = main(sys.argv[1:])
    if code:
        # Glue takes any SystemExit, even 0, as a failure, so only a failure exits.
        sys.exit(code)
