"""Keep one service running: start it after what it needs, and again whenever it dies."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from local_stack.errors import LocalStackError
from local_stack.service import Service
from local_stack.status import ServiceStatus, State

POLL_S: Final = 0.05
PAUSES_S: Final = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0)
# A service that ran this long has recovered; its next death counts from zero.
STEADY_S: Final = 30.0
FIRST_TRIES: Final = 3

logger = logging.getLogger(__name__)


class Keeper(threading.Thread):
    """
    A thread that lives exactly as long as its service is wanted.

    Linux ends a child with the thread that started it, so this thread must start the service.
    """

    def __init__(
        self,
        service: Service,
        *,
        after: Sequence["Keeper"] = (),
        then: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(name=f"keeper-{service.name}", daemon=True)
        self.service = service
        self.ready = threading.Event()
        self.state = State.WAITING
        self.restarts = 0
        self.reason: str | None = None
        self._after = after
        self._then = then
        self._unwanted = threading.Event()
        self._bounced = threading.Event()
        self._is_anew = False
        self._was_ready = False

    def run(self) -> None:
        """Start the service, watch it, and start it again until it is no longer wanted."""
        deaths = 0
        while self._needs_are_ready():
            is_steady = False
            if self._start():
                ready_at = time.monotonic()
                self._watch()
                is_steady = time.monotonic() - ready_at > STEADY_S
            self.ready.clear()
            if self._unwanted.is_set() or self.state is State.FAILED:
                break
            bounced = self._bounced.is_set()
            deaths = 0 if bounced or is_steady else deaths + 1
            if not self._was_ready and deaths >= FIRST_TRIES:
                self.state = State.FAILED
                break
            self.state, self.restarts = State.RESTARTING, self.restarts + 1
            if not bounced:
                self._unwanted.wait(PAUSES_S[min(deaths, len(PAUSES_S) - 1)])
        self.service.stop()
        if self.state is not State.FAILED:
            self.state = State.STOPPED

    def _needs_are_ready(self) -> bool:
        while not self._unwanted.is_set():
            if all(keeper.ready.is_set() for keeper in self._after):
                return True
            self._unwanted.wait(POLL_S)
        return False

    def _start(self) -> bool:
        self.state = State.STARTING
        self._bounced.clear()
        try:
            # A purge requested while it was down, when nothing watched for requests.
            self._purge_if_anew()
            self.service.start()
            self._then()
        except LocalStackError as error:
            self.reason = str(error)
        except Exception as error:  # the outermost loop of this service
            logger.exception("service %s could not be started", self.service.name)
            self.reason = f"{self.service.name}: {error}"
        else:
            self.state, self.reason, self._was_ready = State.RUNNING, None, True
            self.ready.set()
            return True
        self.service.stop()
        logger.warning("service not started: %s", self.reason)
        return False

    def _watch(self) -> None:
        logger.info("service %s runs, pid %s", self.service.name, self.service.pid)
        while not self._unwanted.wait(POLL_S):
            if self._bounced.is_set():
                logger.info("service %s is restarted on request", self.service.name)
                self.state = State.RESTARTING
                self.service.stop()
                self._purge_if_anew()
                return
            if not self.service.is_running():
                child = self.service.child
                code = child.exit_code if child else None
                logger.warning("service %s died, code %s", self.service.name, code)
                return

    def _purge_if_anew(self) -> None:
        if self._is_anew:
            self._is_anew = False
            self.service.purge()

    def bounce(self, *, anew: bool = False) -> None:
        """Restart the service, without its data if it is to begin anew."""
        self.ready.clear()
        self._is_anew = self._is_anew or anew
        self._bounced.set()

    def dismiss(self) -> None:
        """Stop the service, even one that is just starting, and end this thread."""
        self._unwanted.set()
        while self.is_alive():
            self.service.stop()
            self.join(POLL_S)

    def status(self) -> ServiceStatus:
        """Describe the service as it is now."""
        child = self.service.child if self.service.is_running() else None
        return ServiceStatus(
            name=self.service.name,
            pid=child.pid if child else None,
            pid_started_at=child.started_at if child else None,
            address=self.service.address,
            state=self.state,
            restarts=self.restarts,
            reason=self.reason,
        )
