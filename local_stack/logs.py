"""Log files that cannot fill the disk, and what a service logged last."""

import shutil
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 10 * 1024 * 1024
TAIL_BYTES = 16 * 1024


def open_for_append(log: Path) -> BinaryIO:
    """Open a log for a child to write to; append mode lets it be truncated while in use."""
    log.parent.mkdir(parents=True, exist_ok=True)
    cut_if_long(log)
    return log.open("ab")


def cut_if_long(log: Path, *, max_bytes: int = MAX_BYTES) -> bool:
    """Rotate a long log even while it is written to, keeping one older file; return whether so."""
    if not log.exists() or log.stat().st_size <= max_bytes:
        return False
    shutil.copyfile(log, older(log))
    with log.open("r+b") as writable:
        writable.truncate()
    return True


def older(log: Path) -> Path:
    """Return the path that a log is rotated to."""
    return log.with_name(f"{log.name}.1")


def tail(log: Path, *, lines: int) -> list[str]:
    """Read the last lines without reading the whole file."""
    if not log.exists():
        return []
    with log.open("rb") as readable:
        size = readable.seek(0, 2)
        readable.seek(max(0, size - TAIL_BYTES * max(1, lines // 50)))
        text = readable.read().decode(errors="replace")
    return text.splitlines()[-lines:] if lines > 0 else []


def last_line(log: Path) -> str | None:
    """Read the last line that is not blank; None if there is none near the end."""
    spoken = [line.strip() for line in tail(log, lines=20) if line.strip()]
    return spoken[-1] if spoken else None


def said_since(log: Path, phrase: str, *, start: int) -> bool:
    """Return whether a phrase was logged at or after the byte `start`."""
    if not log.exists():
        return False
    with log.open("rb") as readable:
        readable.seek(start)
        return phrase.encode() in readable.read()
