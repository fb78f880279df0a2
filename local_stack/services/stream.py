"""The streaming job under spark-submit: what the Glue job is on AWS, with the same file and zip."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Final

from local_stack.bundle import bundle
from local_stack.errors import MissingNeedError
from local_stack.java import REPOSITORY, find_java, jars_in
from local_stack.logs import cut_if_long, said_since
from local_stack.ports import HOST
from local_stack.process import Command
from local_stack.service import Service

JOB: Final = REPOSITORY / "glue_jobs" / "availability" / "job.py"
PACKAGES: Final = ("bikeshare", "glue_jobs")
READY_LINE: Final = "availability: streaming"
TRIGGER_S: Final = 0.2
MAX_RECORDS: Final = 1_000
# Two tasks a lane: they wait for the database more than they compute, and lanes for no lane.
MASTER: Final = "local[4]"

LOG_SETTINGS: Final = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss} %p %c{1}: %m%n%ex
# Says twice for each query that Kafka lets Spark, and not the consumer, keep the offsets.
logger.offsets.name = org.apache.spark.sql.kafka010.KafkaDataConsumer
logger.offsets.level = error
"""


class Stream(Service):
    """The job, from the broker to the database; ready once its queries run."""

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
        """Where its checkpoints lie."""
        return self.home / "spark"

    def prepare(self) -> None:
        """Zip the code as it is now; what the last run unpacked is of no use."""
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        (self.folder / "tmp").mkdir(parents=True)
        (self.folder / "code.zip").write_bytes(bundle(PACKAGES))
        (self.folder / "log4j2.properties").write_text(LOG_SETTINGS)
        cut_if_long(self.log)
        self._log_start = self.log.stat().st_size if self.log.exists() else 0

    def command(self) -> Command:
        """Run spark-submit, which becomes the Java machine it starts."""
        return Command(
            argv=(*self._submit(), str(JOB), *self._arguments()),
            home=self.home,
            log=self.log,
            env=self._environment(),
            cwd=self.folder,
        )

    def _submit(self) -> tuple[str, ...]:
        logging = f'"-Dlog4j2.configurationFile={(self.folder / "log4j2.properties").as_uri()}"'
        settings = {
            "spark.ui.enabled": "false",
            "spark.driver.host": HOST,
            "spark.driver.bindAddress": HOST,
            "spark.local.dir": str(self.folder / "tmp"),
            "spark.sql.warehouse.dir": str(self.folder / "tmp" / "warehouse"),
            "spark.driver.extraJavaOptions": f"-XX:+UseSerialGC {logging}",
        }
        pairs = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        jars = ",".join(map(str, jars_in("spark")))
        places = ("--jars", jars, "--py-files", str(self.folder / "code.zip"))
        submit = str(_spark_home() / "bin" / "spark-submit")
        return (submit, "--master", self.master, "--driver-memory", "1g", *places, *pairs)

    def _arguments(self) -> tuple[str, ...]:
        arguments = {
            "bootstrap_servers": self.bootstrap,
            "kafka_security": "PLAINTEXT",
            "database_url": self.dsn,
            "checkpoint_root": (self.folder / "checkpoints").as_uri(),
            "trigger_seconds": TRIGGER_S,
            "max_records_per_trigger": MAX_RECORDS,
            "starting_offsets": "earliest",
        }
        return tuple(
            part for name, value in arguments.items() for part in (f"--{name}", str(value))
        )

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{Path(find_java()).resolve().parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            **{name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ},
            "SPARK_HOME": str(_spark_home()),
            "SPARK_LOCAL_IP": HOST,
            "SPARK_CONF_DIR": str(self.folder / "no-configuration"),
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
        }

    def is_ready(self) -> bool:
        """Tell whether this run has said that its queries run."""
        return said_since(self.log, READY_LINE, start=self._log_start)

    def purge(self) -> None:
        """Remove the checkpoints: the next start reads every record again."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _spark_home() -> Path:
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        message = "PySpark is not installed; `make setup` installs it"
        raise MissingNeedError(message)
    return Path(spec.origin).parent
