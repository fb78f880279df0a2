"""The streaming job under spark-submit: the same script and zip that Glue runs on AWS."""

import shutil
from pathlib import Path
from typing import ClassVar, Final

from local_stack.java import REPOSITORY, jars_in
from local_stack.logs import cut_if_long, said_since
from local_stack.process import Command
from local_stack.service import Service
from local_stack.spark import SparkJob

JOB: Final = REPOSITORY / "glue_jobs" / "availability" / "job.py"
READY_LINE: Final = "availability: streaming"
TRIGGER_S: Final = 0.2
MAX_RECORDS: Final = 1_000
# A task for each lane, so that neither waits for the other.
MASTER: Final = "local[2]"


class Stream(Service):
    """The job, from the broker to the database; ready once its queries are running."""

    name: ClassVar[str] = "stream"
    start_timeout_s: ClassVar[float] = 120.0

    def __init__(self, *, home: Path, bootstrap: str, dsn: str, master: str = MASTER) -> None:
        super().__init__(home=home)
        self.master = master
        self.bootstrap = bootstrap
        self.dsn = dsn
        self._log_start = 0

    @property
    def folder(self) -> Path:
        """The folder that holds its checkpoints."""
        return self.home / "spark"

    @property
    def job(self) -> SparkJob:
        """The job and its working folder."""
        return SparkJob(script=JOB, folder=self.folder, master=self.master)

    def prepare(self) -> None:
        """Package the current code, and note where this run's log begins."""
        self.job.prepare()
        cut_if_long(self.log)
        self._log_start = self.log.stat().st_size if self.log.exists() else 0

    def command(self) -> Command:
        """Return the spark-submit command."""
        arguments = {
            "bootstrap_servers": self.bootstrap,
            "kafka_security": "PLAINTEXT",
            "database_url": self.dsn,
            "checkpoint_root": (self.folder / "checkpoints").as_uri(),
            "trigger_seconds": TRIGGER_S,
            "max_records_per_trigger": MAX_RECORDS,
            "starting_offsets": "earliest",
        }
        return Command(
            argv=self.job.argv(arguments, jars=jars_in("spark")),
            home=self.home,
            log=self.log,
            env=self.job.environment(),
            cwd=self.folder,
        )

    def is_ready(self) -> bool:
        """Return whether this run has logged that its queries are running."""
        return said_since(self.log, READY_LINE, start=self._log_start)

    def purge(self) -> None:
        """Remove the checkpoints: the next start reads every record again."""
        shutil.rmtree(self.folder, ignore_errors=True)
