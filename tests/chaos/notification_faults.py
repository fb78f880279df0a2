"""Faults on the way from the bucket to the function: notices twice, late, never, or of nothing."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import quote_plus

from local_stack.deployment import BUCKET, PUBLISHERS, queue_url
from tests.chaos.fault import named
from tests.chaos.world import World

LIVE = PUBLISHERS[0]


def notified_twice(world: World, random: Random) -> None:
    """S3 tells of the same object again and again, at once and a moment later."""
    world.strike()
    for path in _files(world, random, 3):
        key = world.upload(path)
        for _ in range(random.randint(1, 4)):
            announce(world, key)
            time.sleep(random.uniform(0, 0.3))


def notified_late_out_of_order(world: World, random: Random) -> None:
    """S3 tells of objects seconds after they landed, the newest first or in any order."""
    with unannounced(world):
        keys = [world.upload(path) for path in _files(world, random, 5)]
        time.sleep(random.uniform(1, 3))
        random.shuffle(keys)
    world.strike()
    for key in keys:
        announce(world, key)


def never_notified(world: World, random: Random) -> None:
    """S3 never tells of some objects: only the sweep can find them."""
    with unannounced(world):
        for path in _files(world, random, 3):
            world.upload(path)
    world.strike()


def notified_of_nothing(world: World, random: Random) -> None:
    """S3 tells of objects that were deleted before anyone read them, and of one that never was."""
    world.strike()
    with unannounced(world):
        for path in _files(world, random, 2):
            key = f"live/{path.name}"
            with path.open("rb") as content:
                put = world.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
            told = _notice(key, version=put["VersionId"])
            world.s3.delete_object(Bucket=BUCKET, Key=key, VersionId=put["VersionId"])
            world.gone.add(key)
            send(world, told)
    send(world, _notice("live/never.csv", version="", etag="0" * 32))
    world.gone.add("live/never.csv")
    with world.load(random, files=2):
        pass


def same_file_two_names(world: World, random: Random) -> None:
    """The same file lands under several names, in both lanes."""
    world.strike()
    for path in _files(world, random, 2):
        for copy in range(random.randint(2, 3)):
            lane = random.choice(("live", "backfill"))
            world.upload(path, key=f"{lane}/copy-{copy}-of-{path.name}")


def rows_shuffled(world: World, random: Random) -> None:
    """The rows of one month come mixed over several files, some of them in two."""
    whole = world.material.trips(random, 1200)
    world.strike()
    parts = random.randint(3, 6)
    for part in range(parts):
        rows = [
            row
            for row in whole.rows
            if random.random() < 1.5 / parts or hash_of(row, parts) == part
        ]
        random.shuffle(rows)
        file = type(whole)(whole.month, tuple(rows))
        world.upload(world.material.write(file, random), lane=random.choice(("live", "backfill")))


def hash_of(row: str, parts: int) -> int:
    """Return the one part that is sure to get the row, so that no row is left out."""
    return sum(row.encode()) % parts


def _files(world: World, random: Random, count: int) -> list[Path]:
    return [
        world.material.write(world.material.trips(random, random.randint(20, 400)), random)
        for _ in range(count)
    ]


@contextmanager
def unannounced(world: World) -> Iterator[None]:
    """Make S3 announce nothing, as when a notice is lost or delayed."""
    told = world.s3.get_bucket_notification_configuration(Bucket=BUCKET)
    told.pop("ResponseMetadata", None)
    world.s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    try:
        yield
    finally:
        world.s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration=told
        )


def announce(world: World, key: str, *, clock_off: timedelta = timedelta()) -> None:
    """Announce the newest version of an object, as S3 does."""
    send(world, notice_of(world, key, clock_off=clock_off))


def notice_of(world: World, key: str, *, clock_off: timedelta = timedelta()) -> str:
    """Return the notice that S3 sends for the newest version of an object."""
    head = world.s3.head_object(Bucket=BUCKET, Key=key)
    return _notice(key, version=head.get("VersionId", ""), clock_off=clock_off)


def _notice(key: str, *, version: str, etag: str = "", clock_off: timedelta = timedelta()) -> str:
    described = {"key": quote_plus(key), "size": 1, "eTag": etag, "versionId": version}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": (datetime.now(tz=UTC) + clock_off).isoformat(),
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": BUCKET}, "object": described},
    }
    return json.dumps({"Records": [record]})


def send(world: World, message: str) -> None:
    """Send a message to the queue of the live lane."""
    world.sqs.send_message(QueueUrl=queue_url(world.sqs, LIVE.queue), MessageBody=message)


FAULTS = named(
    notified_twice,
    notified_late_out_of_order,
    never_notified,
    notified_of_nothing,
    same_file_two_names,
    rows_shuffled,
)
