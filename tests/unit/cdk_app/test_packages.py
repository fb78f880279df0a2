"""What each deployment package holds, weighs and imports, opened as Lambda or Glue would."""

import subprocess
import sys
from pathlib import Path

import pytest

from cdk_app import packages
from cdk_app.bundling import Package, Workshop

ROOT = Path(__file__).parents[3]
AARCH64, X86_64 = 183, 62
MIB = 1024 * 1024

# What Lambda's Python runtime includes.
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    """The packages that synthesis ships, from the same cache."""
    made = Workshop(root=ROOT, cache=ROOT / ".build" / "packages")
    with made.alone():
        for package in (
            *(packages.PUBLISHING, packages.MIGRATION, packages.API),
            *(packages.SWEEPING, packages.POLLING, packages.MEASURING, packages.FORGETTING),
        ):
            made.folder(package)
    return made


def mib(folder: Path) -> float:
    """Return the size of a folder in MiB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MIB


def machines(folder: Path) -> set[int]:
    """Read from the ELF headers which processors the native modules are compiled for."""
    native = [path for path in folder.rglob("*") if ".so" in path.suffixes]
    return {int.from_bytes(path.read_bytes()[18:20], "little") for path in native}


def imported(folder: Path, *modules: str, spare: Path, natives: tuple[str, ...]) -> str:
    """
    Import modules with nothing but the package and what the runtime includes.

    This machine cannot load the package's native modules, which are for another processor, so each
    is replaced by its twin from here, after checking that the package has its own.
    """
    site = Path(pytest.__file__).parents[1]
    for name in (*RUNTIME, *natives):
        assert name in RUNTIME or (folder / name).exists(), f"{name} is not in the package"
        (spare / name).symlink_to(site / name)
    paths = [str(spare), str(folder)]
    program = f"import sys; sys.path[:0] = {paths!r}; import {', '.join(modules)}; "
    program += "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestPublishing:
    def test_it_imports_with_its_own_contents(self, workshop: Workshop, tmp_path: Path) -> None:
        """A module that only the developer's environment has would fail on the first file."""
        imported(
            workshop.folder(packages.PUBLISHING).path,
            "lambdas.publish_trips.handler",
            "lambdas.publish_stations.handler",
            "lambdas.create_topics.handler",
            "lambdas.kafka",
            "aws_msk_iam_sasl_signer",
            "lz4.frame",
            spare=tmp_path,
            natives=("crc32c", "isal", "lz4", "wrapt"),
        )

    def test_its_checksums_are_native(self, workshop: Workshop) -> None:
        """Without crc32c kafka-python checksums in pure Python, 2.5 times slower."""
        folder = workshop.folder(packages.PUBLISHING).path
        assert list(folder.glob("crc32c/*.so"))
        assert machines(folder) == {AARCH64}

    def test_it_is_small(self, workshop: Workshop) -> None:
        """Size is cold-start time."""
        assert mib(workshop.folder(packages.PUBLISHING).path) <= 25


class TestMigration:
    def test_it_imports_with_its_own_contents(self, workshop: Workshop, tmp_path: Path) -> None:
        """A deployment whose migration cannot start is rolled back whole."""
        imported(
            workshop.folder(packages.MIGRATION).path,
            "lambdas.migrate_database.handler",
            spare=tmp_path,
            natives=("psycopg2", "psycopg2_binary.libs", "markupsafe", "sqlalchemy"),
        )

    def test_it_holds_the_migrations_and_the_roots_of_trust(self, workshop: Workshop) -> None:
        """Alembic reads the migrations as files, and libpq the certificates."""
        folder = workshop.folder(packages.MIGRATION).path
        assert list(folder.glob("lambdas/migrate_database/migrations/versions/*.sql"))
        assert (folder / "certifi/cacert.pem").is_file()


class TestSweeping:
    def test_it_imports_with_its_own_contents(self, workshop: Workshop, tmp_path: Path) -> None:
        """A sweep that cannot start finds nothing that was lost, and at first nobody misses it."""
        imported(
            workshop.folder(packages.SWEEPING).path,
            "lambdas.sweep_drops.handler",
            spare=tmp_path,
            natives=("psycopg2", "psycopg2_binary.libs"),
        )

    def test_it_is_small_and_trusts_its_own_roots(self, workshop: Workshop) -> None:
        """It starts every few minutes, and signs in over verified TLS each time."""
        folder = workshop.folder(packages.SWEEPING).path
        assert mib(folder) <= 25
        assert machines(folder) == {AARCH64}
        assert (folder / "certifi/cacert.pem").is_file()


class TestForgetting:
    def test_it_imports_with_its_own_contents(self, workshop: Workshop, tmp_path: Path) -> None:
        """It runs once a day: a missing module would show late."""
        folder = workshop.folder(packages.FORGETTING).path
        natives = ("psycopg2", "psycopg2_binary.libs")
        imported(folder, "lambdas.forget_trips.handler", spare=tmp_path, natives=natives)
        assert machines(folder) == {AARCH64}
        assert (folder / "certifi/cacert.pem").is_file()


class TestMeasuring:
    def test_it_imports_with_its_own_contents(self, workshop: Workshop, tmp_path: Path) -> None:
        """A measurement that cannot start raises an alarm although nothing is wrong."""
        imported(
            workshop.folder(packages.MEASURING).path,
            "lambdas.measure_lag.handler",
            "aws_msk_iam_sasl_signer",
            spare=tmp_path,
            natives=("psycopg2", "psycopg2_binary.libs"),
        )

    def test_it_is_small_and_trusts_its_own_roots(self, workshop: Workshop) -> None:
        """It runs every minute, and signs in over verified TLS each time."""
        folder = workshop.folder(packages.MEASURING).path
        assert mib(folder) <= 30
        assert machines(folder) == {AARCH64}
        assert (folder / "certifi/cacert.pem").is_file()


class TestPolling:
    def test_it_imports_with_its_own_contents(self, workshop: Workshop, tmp_path: Path) -> None:
        """The runtime's own urllib3 may be another release line than the one tested."""
        folder = workshop.folder(packages.POLLING).path
        imported(folder, "lambdas.poll_gbfs.handler", spare=tmp_path, natives=())
        assert (folder / "urllib3/__init__.py").is_file()

    def test_it_is_small(self, workshop: Workshop) -> None:
        """It starts every minute."""
        assert mib(workshop.folder(packages.POLLING).path) <= 10


class TestApi:
    def test_it_imports_with_its_own_contents(self, workshop: Workshop, tmp_path: Path) -> None:
        """Chalice silently leaves out native packages; this is where that would show."""
        folder = workshop.folder(packages.API).path
        shipped = tmp_path / "shipped"
        shipped.mkdir()
        for path in [*folder.glob("vendor/*"), folder / "app.py", folder / "chalicelib"]:
            (shipped / path.name).symlink_to(path)
        # Chalice adds these two files of its own and no others.
        site = Path(pytest.__file__).parents[1]
        (shipped / "chalice").mkdir()
        for name in ("__init__.py", "app.py"):
            (shipped / "chalice" / name).symlink_to(site / "chalice" / name)
        spare = tmp_path / "spare"
        spare.mkdir()
        loaded = imported(shipped, "app", spare=spare, natives=("psycopg2", "psycopg2_binary.libs"))
        assert not {"folium", "numpy", "pandas", "jinja2"}.intersection(loaded.split())

    def test_psycopg2_is_in_it_for_lambda(self, workshop: Workshop) -> None:
        """A wheel for another processor fails only on AWS."""
        vendor = workshop.folder(packages.API).path / "vendor"
        [driver] = vendor.glob("psycopg2/_psycopg*.so")
        assert "cpython-312-aarch64" in driver.name
        assert machines(vendor) == {AARCH64}

    def test_it_is_small(self, workshop: Workshop) -> None:
        """Size is cold-start time, and every rider's first look pays for it."""
        assert mib(workshop.folder(packages.API).path / "vendor") <= 20
        folder = workshop.folder(packages.API).path
        sent = sum(mib(folder / name) for name in ("vendor", "chalicelib"))
        assert sent <= 20


class TestStreaming:
    def test_its_modules_are_all_in_the_zip(self, workshop: Workshop) -> None:
        """Executors import from the zip alone."""
        archive = workshop.archive(packages.STREAMING).path
        program = (
            f"import sys; sys.path[:0] = [{str(archive)!r}]; import bikeshare.topics; "
            "import bikeshare.messages; import glue_jobs.availability; print(bikeshare.__file__)"
        )
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False
        )
        assert str(archive) in done.stdout, done.stderr

    def test_its_wheels_are_for_glue(self, workshop: Workshop) -> None:
        """Glue 5.1 is Python 3.11 on x86, and pip there finds nothing but these files."""
        wheels = [path.name for path in workshop.wheels(packages.STREAMING_WHEELS).path.iterdir()]
        assert wheels
        assert all("cp311" in name and "x86_64" in name for name in wheels)

    def test_the_sign_in_to_msk_is_among_its_jars(self, workshop: Workshop) -> None:
        """The job's Kafka options name a class in this jar."""
        for wanted in (packages.GLUE_JARS, packages.EMR_JARS):
            jars = [path.name for path in workshop.jars(wanted).path.iterdir()]
            assert any(name.startswith("aws-msk-iam-auth") for name in jars)

    def test_emr_is_given_the_kafka_connector(self, workshop: Workshop) -> None:
        """Glue includes its own; EMR would look for it on the internet."""
        jars = " ".join(path.name for path in workshop.jars(packages.EMR_JARS).path.iterdir())
        assert "spark-sql-kafka-0-10_2.12" in jars
        assert "kafka-clients" in jars
        assert "hadoop" not in jars


@pytest.mark.parametrize(
    "package", [packages.PUBLISHING, packages.MIGRATION, packages.API], ids=lambda each: each.name
)
def test_nothing_of_the_runtime_is_shipped_again(package: Package, workshop: Workshop) -> None:
    """boto3 and what it needs are 30 MB that every function already has."""
    shipped = {path.name for path in workshop.folder(package).path.rglob("boto*")}
    assert shipped == set()
