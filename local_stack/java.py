"""The Java runtime that the broker and Spark run on."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from local_stack.errors import MissingNeedError

REPOSITORY = Path(__file__).resolve().parent.parent
JARS = REPOSITORY / ".build" / "jars"


def find_java() -> str:
    """Return java's path, from JAVA_HOME if set, as Spark does; raise MissingNeedError if none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        message = "no java found; `python -m local_stack doctor` says how to get it"
        raise MissingNeedError(message)
    return java


def jars_in(folder: str) -> list[Path]:
    """List one set of jars, sorted so that the class path is stable."""
    jars = sorted((JARS / folder).glob("*.jar"))
    if not jars:
        message = f"no jars in {JARS / folder}; `make setup` fetches them"
        raise MissingNeedError(message)
    return jars


def class_path(jars: Iterable[Path]) -> str:
    """Join jars into a class path as java reads it."""
    return os.pathsep.join(map(str, jars))
