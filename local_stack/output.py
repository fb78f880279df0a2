"""A verb's output: text for people, JSON for programs, and a bar while work is in progress."""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

PLAIN_EVERY_S = 5.0


class Bar(Protocol):
    """Something that shows the progress of the work."""

    def show(self, done: float, *, total: float | None, text: str) -> None:
        """Show how much is done, out of `total` if that is known, and what is being done."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """
    The two ways out: results on stdout, progress on stderr.

    With --json stdout holds one JSON document and nothing else.
    """

    as_json: bool

    def result(self, content: Mapping[str, Any] | Sequence[Any], text: str) -> None:
        """Print a verb's result, as JSON or as text."""
        written = json.dumps(content, indent=2) if self.as_json else text
        print(written, flush=True)  # noqa: T201 - a command's answer

    def note(self, text: str) -> None:
        """Print a remark on stderr."""
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command's remark

    @contextmanager
    def progress(self) -> Iterator[Bar]:
        """Show a progress bar on a terminal; elsewhere print a line now and then."""
        if not sys.stderr.isatty():
            yield _Lines(self)
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield _RichBar(progress)


class _RichBar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def show(self, done: float, *, total: float | None, text: str) -> None:
        self._progress.update(self._task, completed=done, total=total, description=text)


class _Lines:
    def __init__(self, output: Output) -> None:
        self._output = output
        self._said_at = time.monotonic()

    def show(self, done: float, *, total: float | None, text: str) -> None:
        if time.monotonic() - self._said_at < PLAIN_EVERY_S:
            return
        self._said_at = time.monotonic()
        share = f" ({100 * done / total:.0f} %)" if total else ""
        self._output.note(f"{text}{share}")
