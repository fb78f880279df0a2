"""`demo`: everything in one command; a live map of the user's files or of a sample day."""

import logging
import shutil
import threading
import time
import urllib.request
from contextlib import closing
from functools import partial
from json import load
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from bikeshare.drops import Lane
from local_stack.accounts import accounts
from local_stack.client import emulated_aws
from local_stack.deployment import BUCKET
from local_stack.emulated_aws import ACCOUNT
from local_stack.home import Home
from local_stack.output import Output
from local_stack.pacing import play, slice_key, slice_length
from local_stack.replay import Slice, slices
from local_stack.sample_day import SampleDay, write_sample_day
from local_stack.services.postgres import Postgres
from local_stack.stack import Stack
from local_stack.uploads import Upload, lane_of_file, plan, send, send_bytes
from local_stack.verbs.up import foreground_stack

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

SEED: Final = 2019
SAMPLE: Final = "sample-day"
FIRST_CIRCLES_S: Final = 60.0
POLL_S: Final = 0.2

logger = logging.getLogger(__name__)


def demo(home: Home, output: Output, *, files: list[Path], speed: float) -> int:
    """Start the stack, load the data, print the map's address, and keep running."""
    uploads = list(plan(files, lane=None, key=None))
    slice_length(speed)  # an invalid speed is reported before anything starts
    forget = partial(forget_sample, home, keep=bool(files))
    with foreground_stack(home, output, prepare=forget) as stack:
        if stack.is_stopping:
            return 1
        s3 = emulated_aws(stack.endpoints).s3()
        if files:
            upload_all(s3, uploads, output)
        else:
            day = write_sample_day(home.path / "sample", seed=SEED)
            upload_snapshots(s3, day)
            # The day goes on while the main thread looks after the services.
            replaying = partial(replay_day, s3, day, speed, stack)
            threading.Thread(target=replaying, name="replay").start()
        wait_for_circles(stack, output)
        url = f"{stack.api.url}/"
        output.result({"map": url}, f"Map: {url}")
        stack.watch()
    return 0


def upload_all(s3: "S3Client", uploads: list[Upload], output: Output) -> None:
    """Drop the user's files; snapshots first, since they are small and complete the map."""
    snapshots_first = sorted(uploads, key=lambda one: lane_of_file(one.file) is not Lane.STATIONS)
    with output.progress() as bar:
        for one in snapshots_first:
            name, size = one.file.name, one.size_bytes
            send(s3, one, lambda n: bar.show(n, total=size, text=f"uploading {name}"))  # noqa: B023


def forget_sample(home: Home, *, keep: bool) -> None:
    """
    Start the sample day afresh: its trips would all be duplicates of last time's.

    A home that holds any other drop, or is about to (`keep`), is left as it is.
    """
    if keep:
        return
    bucket = home.path / "aws" / "s3" / ACCOUNT / BUCKET
    own = [path for lane in Lane for path in bucket.glob(f"{lane}/*") if path.name != SAMPLE]
    if own or not bucket.exists():
        return
    Postgres(home=home.path).purge()
    for name in ("kafka", "aws", "spark"):
        shutil.rmtree(home.path / name, ignore_errors=True)


def upload_snapshots(s3: "S3Client", day: SampleDay) -> None:
    """Drop the stations' state at the start of the day."""
    for file in (day.station_information, day.station_status):
        send_bytes(s3, f"{Lane.STATIONS.prefix}{SAMPLE}/{file.name}", file.read_bytes())


def replay_day(s3: "S3Client", day: SampleDay, speed: float, stack: Stack) -> None:
    """Play the day's trips until it is over or the stack stops."""

    def deliver(one: Slice) -> None:
        try:
            send_bytes(s3, slice_key(SAMPLE, one), one.rows)
        except (BotoCoreError, ClientError):
            logger.exception("a slice of the sample day was not delivered")

    with closing(slices([day.trips], every=slice_length(speed))) as pace:
        count = play(pace, deliver, speed=speed, wait=stack.wait_stopping, clock=time.monotonic)
    logger.info("sample day replayed, drops: %d", count)


def wait_for_circles(stack: Stack, output: Output) -> None:
    """Wait until the map has something to show, and report files that it will not show."""
    deadline = time.monotonic() + FIRST_CIRCLES_S
    with output.progress() as bar:
        while time.monotonic() < deadline and not stack.wait_stopping(POLL_S):
            bar.show(0, total=None, text="waiting for the first stations")
            if has_stations(stack.api.url):
                break
    for account in accounts(stack.postgres.dsn).values():
        if account.state == "refused":
            output.note(f"refused {account.drop_id}: {account.reason}")


def has_stations(api_url: str) -> bool:
    """Ask the API whether any station is known."""
    try:
        with urllib.request.urlopen(f"{api_url}/api/v1/status", timeout=5) as answer:  # noqa: S310
            return bool(load(answer)["stations"])
    except OSError:
        return False
