"""Services that several tests share, each started once and stopped when the session ends."""

import os
import shutil
import signal
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from hypothesis import settings
from pyspark.sql import SparkSession

from lambdas.migrate_database.migration import upgrade
from local_stack.process import Command
from local_stack.services.postgres import Postgres
from tests.support.availability import Availability
from tests.support.synthesis import dev, metro, syntheses

__all__ = ["dev", "metro", "syntheses"]

# `pytest --hypothesis-profile=long` tries thousands of examples.
settings.register_profile("default", max_examples=150, deadline=None)
settings.register_profile("long", max_examples=3000, deadline=None)
settings.load_profile("default")

# No test geocodes with a public service; the tests of geocoding run servers of their own.
os.environ["GEOCODER"] = "none"

# Where Linux keeps files in memory, and how much must be free there to hold a cluster.
MEMORY = Path("/dev/shm")  # noqa: S108 - only a folder of our own in it is used
ROOMY_BYTES = 4 * 1024**3

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


# Archives hold the time that they were made at, so their bytes name no test alike for all workers.
ARCHIVES = {b"\x1f\x8b": "gzip", b"PK": "zip"}


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a parameter that is an archive by its kind; None leaves any other to pytest."""
    return ARCHIVES.get(val[:2]) if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def data() -> Path:
    """Real trip files and snapshots, if they are beside this checkout; skip otherwise."""
    if not DATA.is_dir():
        pytest.skip("the real data files are not beside this checkout (../shared/data)")
    return DATA


class ThrowawayPostgres(Postgres):
    """A cluster whose data nobody keeps: no fsync, and an immediate shutdown."""

    settings: ClassVar[Mapping[str, str]] = {**Postgres.settings, "fsync": "off"}

    def command(self) -> Command:
        """Return the usual command, but with the signal for an immediate shutdown."""
        return replace(super().command(), stop_signal=signal.SIGQUIT)


@contextmanager
def _quick_folder(factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a folder, in memory if there is room: it makes creating a database ten times faster."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOMY_BYTES:
        yield factory.mktemp("postgres")
        return
    with tempfile.TemporaryDirectory(dir=MEMORY, prefix="bikeshare-tests-") as folder:
        Path(folder).chmod(0o755)  # Postgres runs as another user if we are root
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Postgres server for this test session; yields its DSN."""
    with _quick_folder(tmp_path_factory) as home, ThrowawayPostgres(home=home) as server:
        yield server.dsn


@pytest.fixture(scope="session")
def migrated(postgres: str) -> str:
    """A migrated database to copy; yields its DSN."""
    _execute(postgres, "CREATE DATABASE migrated")
    dsn = _dsn_of(postgres, "migrated")
    upgrade(dsn)
    return dsn


@pytest.fixture
def database(postgres: str, migrated: str) -> Iterator[str]:
    """An empty, migrated database for this test alone; yields its DSN."""
    template, name = urlsplit(migrated).path[1:], f"test_{uuid.uuid4().hex[:12]}"
    _execute(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield _dsn_of(postgres, name)
    _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _dsn_of(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def _execute(server: str, statement: str) -> None:
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """One Spark session for the whole test session: starting it takes longer than most tests."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local[2]")
        .appName("tests")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def availability(spark: SparkSession, database: str) -> Iterator[Availability]:
    """The streaming job's own path from Kafka records into an empty database."""
    with Availability(spark=spark, dsn=database) as opened:
        yield opened
