"""Faults that end processes: services, functions, the streaming job at a chosen step."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import closing, suppress
from random import Random

import psutil
from kafka import KafkaConsumer, TopicPartition

from tests.chaos.fault import named
from tests.chaos.world import SERVICES, World

LATEST_S = 1.5
BIG_FILE_ROWS = 12_000
COMMIT_S = 60


def _kill_at_some_moment(world: World, random: Random, *names: str) -> None:
    pids = [world.pid(name) for name in names]
    with world.load(random):
        time.sleep(random.uniform(0, LATEST_S))
        for pid in pids:
            world.kill(pid)


def kafka_killed(world: World, random: Random) -> None:
    """Kill -9 of the broker while files land."""
    _kill_at_some_moment(world, random, "kafka")


def postgres_killed(world: World, random: Random) -> None:
    """Kill -9 of the database server while files land."""
    _kill_at_some_moment(world, random, "postgres")


def emulator_killed(world: World, random: Random) -> None:
    """Kill -9 of the emulator: S3, SQS and Lambda at once."""
    _kill_at_some_moment(world, random, "aws")


def api_killed(world: World, random: Random) -> None:
    """Kill -9 of the API while it is read."""
    _kill_at_some_moment(world, random, "api")


def spark_killed(world: World, random: Random) -> None:
    """Kill -9 of the streaming job at any moment."""
    _kill_at_some_moment(world, random, "stream")


def two_killed(world: World, random: Random) -> None:
    """Kill -9 of two services within a moment."""
    _kill_at_some_moment(world, random, *random.sample(SERVICES, 2))


def _restart(world: World, random: Random, name: str) -> None:
    with world.load(random):
        time.sleep(random.uniform(0, LATEST_S))
        world.strike()
        world.stack.run("restart", name, timeout_s=150)


def kafka_restarted(world: World, random: Random) -> None:
    """`restart kafka` while files land."""
    _restart(world, random, "kafka")


def postgres_restarted(world: World, random: Random) -> None:
    """`restart postgres` while files land."""
    _restart(world, random, "postgres")


def function_killed(world: World, random: Random) -> None:
    """Kill -9 of the function's runtime when part of a file is in Kafka."""
    big = world.material.plain(world.material.trips(random, BIG_FILE_ROWS))
    kill_functions_after(world, lambda: world.upload(big))
    with world.load(random, files=2):
        pass


def kill_functions_after(world: World, begin: Callable[[], object]) -> None:
    """Kill the runtimes of the trips function once `begin` has put its first record into Kafka."""
    workers = world.function_workers()
    deadline = time.monotonic() + 30
    brokers = world.stack.endpoints["kafka_bootstrap"]
    with closing(KafkaConsumer(bootstrap_servers=brokers)) as kafka:
        before = _records(kafka)
        begin()
        while _records(kafka) == before and time.monotonic() < deadline:
            pass
    for worker in workers or world.function_workers():
        world.kill(worker.pid)


def _records(kafka: KafkaConsumer) -> int:
    """Count Kafka's records of live trips."""
    partitions = [TopicPartition("trips", number) for number in (0, 1)]
    return sum(kafka.end_offsets(partitions).values())


def spark_killed_before_commit(world: World, random: Random) -> None:
    """Kill -9 of the streaming job when a batch is staged and not yet applied."""
    pid = world.pid("stream")
    with world.database.batches_held():
        with world.load(random, files=2):
            world.database.wait_for_held_batch()
        world.kill(pid)


def spark_killed_before_checkpoint(world: World, random: Random) -> None:
    """Kill -9 of the streaming job when a batch is applied and its checkpoint not yet written."""
    pid = world.pid("stream")
    with world.load(random, files=2):
        with world.database.batches_held():
            world.database.wait_for_held_batch()
            before = world.database.batches()
            # The JVM writes the checkpoint and its Python child commits: only the JVM is stopped.
            os.kill(pid, signal.SIGSTOP)
        deadline = time.monotonic() + COMMIT_S
        while world.database.batches() == before:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGCONT)
                message = "the held batch was not applied"
                raise TimeoutError(message)
            time.sleep(0.02)
        world.kill(pid)


def checkpoint_deleted(world: World, random: Random) -> None:
    """The checkpoints are deleted under a killed streaming job: it reads all of Kafka again."""
    pid = world.pid("stream")
    with world.load(random):
        time.sleep(random.uniform(0, LATEST_S))
        # Paused first: a job that is restarting must not find half of them.
        os.kill(pid, signal.SIGSTOP)
        shutil.rmtree(world.home / "spark" / "checkpoints", ignore_errors=True)
        world.kill(pid)


def function_paused(world: World, random: Random) -> None:
    """The function's runtime stands still for some seconds in the middle of a file."""
    with world.load(random):
        workers = world.function_workers()
        world.strike()
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.suspend()
        time.sleep(random.uniform(0.5, 4))
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.resume()


def service_paused(world: World, random: Random) -> None:
    """A service stands still for some seconds: it neither answers nor refuses."""
    pid = world.pid(random.choice(("kafka", "postgres", "aws", "stream")))
    with world.load(random):
        time.sleep(random.uniform(0, LATEST_S))
        world.strike()
        os.kill(pid, signal.SIGSTOP)
        time.sleep(random.uniform(1, 8))
        os.kill(pid, signal.SIGCONT)


FAULTS = named(
    function_killed,
    function_paused,
    service_paused,
    spark_killed,
    spark_killed_before_commit,
    spark_killed_before_checkpoint,
    kafka_killed,
    postgres_killed,
    emulator_killed,
    api_killed,
    two_killed,
    kafka_restarted,
    postgres_restarted,
    checkpoint_deleted,
)
