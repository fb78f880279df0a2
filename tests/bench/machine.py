"""The machine during a run: its hardware, the versions it ran, and who else used it."""

import os
import platform
import resource
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil

BENCH_VENV = Path(__file__).parents[2] / ".venv-bench"
BENCH_PYTHON = BENCH_VENV / "bin" / "python"


def described() -> dict[str, object]:
    """Describe the machine, without its name or any of its paths."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(aliased=True, terse=True),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def versions_of(packages: Sequence[str]) -> dict[str, str]:
    """Look up the versions of distributions, here or in the benchmark's own environment."""
    sites = [str(site) for site in BENCH_VENV.glob("lib/python*/site-packages")]
    rivals = {found.name: found.version for found in metadata.distributions(path=sites)}
    return {name: rivals.get(name) or metadata.version(name) for name in packages}


class Watch:
    """
    Watches the machine from construction until `told` is called.

    `others_share` is the share of all cores that others used. Ours is what this process and its
    descendants used, including those that ended; detached processes count as others.
    """

    def __init__(self) -> None:
        self._load_before = os.getloadavg()[0]
        self._at_start = self._now()

    def told(self) -> dict[str, object]:
        """Report when it was, how long it took, how busy others kept the machine, and on what."""
        began, used, ours = self._at_start
        now, used_now, ours_now = self._now()
        seconds = now - began
        others = (used_now - used) - (ours_now - ours)
        return {
            "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "seconds": seconds,
            "load_before": self._load_before,
            "others_share": max(0.0, others) / (seconds * (os.cpu_count() or 1)),
            "machine": described(),
        }

    @staticmethod
    def _now() -> tuple[float, float, float]:
        cpu = psutil.cpu_times()
        mine = psutil.Process()
        ours = sum(_used(process) for process in mine.children(recursive=True))
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            usage = resource.getrusage(who)
            ours += usage.ru_utime + usage.ru_stime
        return time.monotonic(), cpu.user + cpu.nice + cpu.system, ours


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    children = times.children_user + times.children_system
    return float(times.user + times.system + children)
