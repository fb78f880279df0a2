"""A Spark job under spark-submit: the same script, zip and arguments that Glue runs on AWS."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from local_stack.bundle import bundle
from local_stack.errors import MissingNeedError
from local_stack.java import find_java
from local_stack.ports import HOST

PACKAGES: Final = ("bikeshare", "glue_jobs")
# A larger heap is filled too, but makes nothing faster (`make bench PARTS=prepare`).
HEAP: Final = "1g"

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


@dataclass(frozen=True, kw_only=True)
class SparkJob:
    """A script of ours, and the working folder of its runs."""

    script: Path
    folder: Path
    master: str = "local[*]"

    def prepare(self) -> None:
        """Zip the current code, and remove what the last run unpacked."""
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        (self.folder / "tmp").mkdir(parents=True)
        (self.folder / "code.zip").write_bytes(bundle(PACKAGES))
        (self.folder / "log4j2.properties").write_text(LOG_SETTINGS)

    def argv(
        self, arguments: Mapping[str, object], *, jars: Sequence[Path] = ()
    ) -> tuple[str, ...]:
        """Return the call of spark-submit, whose process becomes the JVM it starts."""
        logging = f'"-Dlog4j2.configurationFile={(self.folder / "log4j2.properties").as_uri()}"'
        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": HOST,
            "spark.driver.bindAddress": HOST,
            "spark.local.dir": str(self.folder / "tmp"),
            "spark.sql.warehouse.dir": str(self.folder / "tmp" / "warehouse"),
            "spark.driver.extraJavaOptions": f"-XX:+UseSerialGC {logging}",
        }
        pairs = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        with_jars = ("--jars", ",".join(map(str, jars))) if jars else ()
        size = ("--master", self.master, "--driver-memory", HEAP)
        code = (*with_jars, "--py-files", str(self.folder / "code.zip"))
        submit = str(_spark_home() / "bin" / "spark-submit")
        given = [part for name, value in arguments.items() for part in (f"--{name}", str(value))]
        return (submit, *size, *code, *pairs, str(self.script), *given)

    def environment(self) -> dict[str, str]:
        """Return the run's whole environment."""
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


def _spark_home() -> Path:
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        message = "PySpark is not installed; `make setup` installs it"
        raise MissingNeedError(message)
    return Path(spec.origin).parent
