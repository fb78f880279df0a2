"""
A rival in its own process, so that its imports, garbage and peak memory affect no other's.

The parent calls `sample_of_module`; the child, a module with a `main`, ends with `report`.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.part import Sample

ROOT = Path(__file__).parents[2]
LONGEST_S = 1800
KIB = 1024


def sample_of_module(
    module: str,
    arguments: Sequence[str] = (),
    *,
    python: Path | str = sys.executable,
    env: Mapping[str, str] | None = None,
) -> Sample:
    """Run `python -m MODULE ARGUMENTS…` in the project's folder and read what it reports."""
    return sample_of([str(python), "-m", module, *arguments], env=env)


def sample_of(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> Sample:
    """Run a program in the project's folder and read what it reports."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=LONGEST_S,
    )
    if done.returncode:
        message = f"{' '.join(command)} ended with {done.returncode}; what it said is above"
        raise RuntimeError(message)
    # A line of its own; a Java machine that a rival starts may write behind it.
    line = next(line for line in reversed(done.stdout.splitlines()) if line.startswith("{"))
    sample: dict[str, float] = json.loads(line)
    return sample


def check_rows(done: int, asked: int) -> None:
    """End this process as failed unless the job was done to all rows: no other speed counts."""
    if done != asked:
        sys.exit(f"the job was done to {done:,} rows of {asked:,}")


def report(**measured: float) -> None:
    """
    Report a sample to the parent, with this process's processor time and peak memory.

    Processor time counts all threads since the interpreter started, and tells work from waiting.
    """
    taken = {"cpu_s": time.process_time(), "peak_mb": peak_mb()}
    sys.stdout.write(f"\n{json.dumps({**measured, **taken})}\n")


def peak_mb() -> float:
    """
    Return the most memory that this process has held, in MiB.

    On Linux not by getrusage, where a child's peak begins with its parent's.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        in_bytes = sys.platform == "darwin"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / KIB / (KIB if in_bytes else 1)
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / KIB
