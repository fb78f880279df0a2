"""Reproducible zip files of our own packages, for the Lambda functions and for Spark."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from local_stack.java import REPOSITORY

# The oldest date a zip can hold: a file's own date must not change the bundle.
SAME_DATE = (1980, 1, 1, 0, 0, 0)


def bundle(packages: Iterable[str], *, root: Path = REPOSITORY) -> bytes:
    """Zip the packages' source files; the same sources always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(_sources(packages, root)):
            entry = zipfile.ZipInfo(file.relative_to(root).as_posix(), SAME_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()


def _sources(packages: Iterable[str], root: Path) -> Iterable[Path]:
    for package in packages:
        for path in (root / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
