"""`replay`: play trip files into the live lane as their day unfolded, only faster."""

import os
import time
from pathlib import Path

from local_stack.client import emulated_aws, running_endpoints
from local_stack.errors import UsageError
from local_stack.home import Home
from local_stack.output import Output
from local_stack.pacing import play, slice_key, slice_length
from local_stack.replay import Slice, slices
from local_stack.system import SystemSettings
from local_stack.uploads import send_bytes


def replay(home: Home, output: Output, *, files: list[Path], speed: float) -> int:
    """Deliver the files' slices, each when it is due."""
    every = slice_length(speed)
    system = SystemSettings.from_env(os.environ)
    for file in files:
        if not file.is_file():
            message = f"{file} is not a file"
            raise UsageError(message)
    s3 = emulated_aws(running_endpoints(home)).s3()
    folder = f"replay/{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}"
    rows = 0
    with output.progress() as bar:

        def deliver(one: Slice) -> None:
            nonlocal rows
            send_bytes(s3, slice_key(folder, one), one.rows)
            rows += one.rows.count(b"\n") - 1
            bar.show(rows, total=None, text=f"replayed until {one.closes_at:%Y-%m-%d %H:%M} UTC")

        pace = slices(
            files,
            every=every,
            time_zone=system.time_zone,
            formats=system.formats,
            tell=output.note,
        )
        count = play(pace, deliver, speed=speed, wait=_sleep, clock=time.monotonic)
    content = {"drops": count, "rows": rows, "folder": f"live/{folder}/"}
    output.result(content, f"{count} drops with {rows} rows in live/{folder}/")
    return 0


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False
