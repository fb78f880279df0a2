"""The whole product on one machine: its services, their order, and their supervision."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import psutil

from local_stack.deployment import BUCKET
from local_stack.emulated_aws import EmulatedAws
from local_stack.errors import LocalStackError
from local_stack.home import Endpoints, Home
from local_stack.keeper import Keeper
from local_stack.lock import held
from local_stack.logs import cut_if_long
from local_stack.ports import kept_ports
from local_stack.services.api import Api
from local_stack.services.aws import Aws
from local_stack.services.broker import Broker
from local_stack.services.migrations import migrate
from local_stack.services.postgres import Postgres
from local_stack.services.stream import Stream
from local_stack.status import StackStatus, State, overall
from local_stack.strays import end_strays
from local_stack.sweeper import Sweeper, requeue_unpublished, sweep_now
from local_stack.system import SystemSettings

SERVICES: Final = ("postgres", "kafka", "aws", "stream", "api")
PORTS: Final = ("postgres", "kafka", "kafka_controller", "aws", "api")
POLL_S: Final = 0.1
LOG_CHECK_S: Final = 10.0

logger = logging.getLogger(__name__)


class Stack:
    """The five supervised services of one home, and the files that describe them."""

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        ports = kept_ports(home.ports_file, PORTS)
        self.home = home
        self.postgres = Postgres(home=home.path, port=ports["postgres"])
        self.broker = Broker(
            home=home.path, port=ports["kafka"], controller_port=ports["kafka_controller"]
        )
        settings = {"KAFKA_BOOTSTRAP": self.broker.bootstrap, "KAFKA_SECURITY": "PLAINTEXT"}
        # Invalid settings fail before anything starts.
        settings |= SystemSettings.from_env(environment).given
        self.aws = Aws(home=home.path, port=ports["aws"], function_settings=settings)
        self.stream = Stream(home=home.path, bootstrap=self.broker.bootstrap, dsn=self.postgres.dsn)
        self.api = Api(
            home=home.path,
            port=ports["api"],
            dsn=self.postgres.read_only_dsn,
            environment=environment,
        )
        self.keepers = self._keepers()
        self._stopping = threading.Event()
        self._noted: StackStatus | None = None
        self._checked_at = 0.0

    def _keepers(self) -> tuple[Keeper, ...]:
        postgres = Keeper(self.postgres, then=lambda: migrate(self.postgres))
        kafka = Keeper(self.broker)

        def recover_drops() -> None:
            # Only the database knows which drops are lost.
            while not (postgres.ready.wait(POLL_S) or self._stopping.is_set()):
                pass
            if not self._stopping.is_set():
                requeue_unpublished(EmulatedAws(self.aws.endpoint), self.postgres.read_only_dsn)

        aws = Keeper(self.aws, then=recover_drops)
        stream = Keeper(self.stream, after=(postgres, kafka))
        api = Keeper(self.api, after=(postgres,))
        return postgres, kafka, aws, stream, api

    @property
    def endpoints(self) -> Endpoints:
        """The address of each part."""
        return Endpoints(
            api_url=self.api.url,
            s3_endpoint=self.aws.endpoint,
            bucket=BUCKET,
            kafka_bootstrap=self.broker.bootstrap,
            postgres_dsn=self.postgres.dsn,
        )

    def ask_to_stop(self) -> None:
        """Make `start` or `watch` return; for signal handlers and other threads."""
        self._stopping.set()

    def wait_stopping(self, seconds: float) -> bool:
        """Wait for at most that long; return whether it was asked to stop."""
        return self._stopping.wait(seconds)

    @property
    def is_stopping(self) -> bool:
        """Return whether it was asked to stop."""
        return self._stopping.is_set()

    def start(self, show: Callable[[StackStatus], None] = lambda _: None) -> None:
        """Start every service; return once all run or it was asked to stop."""
        for keeper in self.keepers:
            keeper.start()
        while not self._stopping.wait(POLL_S):
            status = self.note()
            show(status)
            if status.state is State.RUNNING:
                self._sweeper().start()
                return
            if status.state is State.FAILED:
                raise LocalStackError(next(s.reason or s.name for s in status.services if s.reason))

    def _sweeper(self) -> Sweeper:
        aws, dsn = EmulatedAws(self.aws.endpoint), self.postgres.read_only_dsn
        return Sweeper(lambda: sweep_now(aws, dsn), wait=self.wait_stopping)

    def watch(self) -> None:
        """Keep the services running and answer requests until asked to stop."""
        self._checked_at, trouble = time.monotonic(), ""
        while not self._stopping.wait(POLL_S):
            try:
                self._look_around()
            except OSError as error:
                # Most likely a full disk: what was not written is written once there is room.
                if str(error) != trouble:
                    logger.warning("the home cannot be written: %s", error)
                trouble = str(error)
            else:
                trouble = ""

    def _look_around(self) -> None:
        self.note()
        self._answer_requests()
        if time.monotonic() - self._checked_at > LOG_CHECK_S:
            self._checked_at = time.monotonic()
            for log in (self.home.path / "logs").glob("*.log"):
                cut_if_long(log)

    def _answer_requests(self) -> None:
        for keeper in self.keepers:
            for verb in ("restart", "anew"):
                request = self.home.requests / f"{verb}-{keeper.service.name}"
                if request.exists():
                    keeper.bounce(anew=verb == "anew")
                    request.unlink()

    def stop(self) -> None:
        """Stop every service, dependents first; afterwards nothing runs."""
        self._stopping.set()
        for keeper in reversed(self.keepers):
            if keeper.ident is not None:
                keeper.dismiss()
        try:
            self.note()
        except OSError as error:
            logger.warning("the home cannot be written: %s", error)

    def note(self) -> StackStatus:
        """Return the state of the services; write it to the home if it has changed."""
        services = tuple(keeper.status() for keeper in self.keepers)
        stopped = all(service.state is State.STOPPED for service in services)
        status = StackStatus(
            state=State.STOPPED if stopped else overall([s.state for s in services]),
            pid=os.getpid(),
            pid_started_at=psutil.Process().create_time(),
            services=services,
        )
        if status != self._noted:
            if status.state is State.RUNNING:
                # A reader who sees that all services run looks for their endpoints next.
                self.endpoints.write(self.home)
            status.write(self.home)
            self._noted = status
        return status


@contextmanager
def supervised(home: Home, environment: Mapping[str, str]) -> Iterator[Stack]:
    """Lock the home, end what an earlier supervisor left, and stop everything on exit."""
    with held(home):
        if strays := end_strays(home.path, StackStatus.read(home)):
            logger.warning("ended %d processes that an earlier run left", strays)
        for request in home.requests.glob("*"):
            request.unlink()
        home.requests.mkdir(exist_ok=True)
        stack = Stack(home, environment)
        # `down` needs the supervisor's pid to stop it.
        stack.note()
        try:
            yield stack
        finally:
            stack.stop()
