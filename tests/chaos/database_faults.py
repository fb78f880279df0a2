"""Faults of the database that leave its process alone: refusals, cut sessions, a full disk."""

import os
import subprocess
import time
from random import Random

from tests.chaos.fault import ImpossibleHereError, named
from tests.chaos.world import DISK_BYTES, World

FULL_S = (1.0, 5.0)


def connections_refused(world: World, random: Random) -> None:
    """The database turns everyone away for some seconds, and cuts who is there."""
    with world.load(random):
        time.sleep(random.uniform(0, 1))
        world.strike()
        with world.database.refusing():
            time.sleep(random.uniform(*FULL_S))


def sessions_cut(world: World, random: Random) -> None:
    """Every database session is ended, several times while a file is applied."""
    with world.load(random):
        for _ in range(random.randint(2, 5)):
            time.sleep(random.uniform(0, 0.7))
            world.database.cut_sessions()
        world.strike()


def disk_full(world: World, random: Random) -> None:
    """The database's disk is full for some seconds: no table and no journal can grow."""
    if not world.disk_is_ours:
        reason = "only root may give the database a small disk of its own (tmpfs)"
        raise ImpossibleHereError(reason)
    folder = str(world.home / "postgres")
    with world.load(random, files=6, rows=2000):
        time.sleep(random.uniform(0, 1))
        world.strike()
        disk = os.statvfs(folder)
        _resize(folder, (disk.f_blocks - disk.f_bfree) * disk.f_frsize)
        try:
            time.sleep(random.uniform(*FULL_S))
        finally:
            _resize(folder, DISK_BYTES)


def _resize(folder: str, size_bytes: int) -> None:
    subprocess.run(
        ["mount", "-o", f"remount,size={size_bytes}", folder],  # noqa: S607
        check=True,
        capture_output=True,
    )


FAULTS = named(connections_refused, sessions_cut, disk_full)
