"""Services that several tests share, each started once and stopped when the session ends."""

import os
import signal
import sys
import uuid
from collections.abc import Iterator, Mapping
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

# `pytest --hypothesis-profile=long` looks at thousands of histories.
settings.register_profile("default", max_examples=150, deadline=None)
settings.register_profile("long", max_examples=3000, deadline=None)
settings.load_profile("default")

# No test asks strangers for addresses; those of looking them up have services of their own.
os.environ["GEOCODER"] = "none"

DATA = Path(__file__).parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """Real trip files and snapshots, where this checkout has them beside it."""
    if not DATA.is_dir():
        pytest.skip("the real data files are not beside this checkout (../shared/data)")
    return DATA


class ThrowawayPostgres(Postgres):
    """
    A cluster that nobody keeps.

    Each test leaves a database of its own; so that they need not be written to the disk at the end,
    nothing is synced, and the cluster is cut off where it stands.
    """

    settings: ClassVar[Mapping[str, str]] = {**Postgres.settings, "fsync": "off"}

    def command(self) -> Command:
        """Run it as ever; to stop it is to cut it off."""
        return replace(super().command(), stop_signal=signal.SIGQUIT)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Postgres of this test session; gives its DSN."""
    with ThrowawayPostgres(home=tmp_path_factory.mktemp("postgres")) as server:
        yield server.dsn


@pytest.fixture(scope="session")
def migrated(postgres: str) -> str:
    """A migrated database to copy; gives its DSN."""
    dsn = _create_database(postgres, "migrated")
    upgrade(dsn)
    return dsn


@pytest.fixture
def database(postgres: str, migrated: str) -> str:
    """An empty, migrated database of this test's own; gives its DSN."""
    return _create_database(postgres, f"test_{uuid.uuid4().hex[:12]}", template=migrated)


def _create_database(server: str, name: str, *, template: str = "") -> str:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        copied = f" TEMPLATE {urlsplit(template).path[1:]}" if template else ""
        cursor.execute(f"CREATE DATABASE {name}{copied}")
    connection.close()
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """One Spark for the whole test session: starting it costs more than most tests."""
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
