"""How a verb reaches the running stack of a home: its endpoints, its state, its supervisor."""

import time

import psutil

from local_stack.emulated_aws import EmulatedAws
from local_stack.errors import LocalStackError, NotRunningError
from local_stack.home import Endpoints, Home
from local_stack.lock import is_held
from local_stack.status import STOPPED, ServiceStatus, StackStatus, State

POLL_S = 0.1
RESTART_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0


def running_endpoints(home: Home) -> Endpoints:
    """Return the running stack's endpoints; raise NotRunningError if none is running."""
    if not is_held(home):
        message = f"no stack is running in {home.path}; start one with `up --detach`"
        raise NotRunningError(message)
    return Endpoints.read(home)


def emulated_aws(endpoints: Endpoints) -> EmulatedAws:
    """Open the emulator's clients."""
    return EmulatedAws(endpoints.s3_endpoint)


def current_status(home: Home) -> StackStatus:
    """Read the stack's state; without a supervisor, what was written last no longer holds."""
    return StackStatus.read(home) if is_held(home) else STOPPED


def restart(home: Home, name: str, *, anew: bool = False) -> ServiceStatus:
    """
    Ask the supervisor for a restart and wait until the service runs as another process.

    With `anew`, its data are removed in between.
    """
    running_endpoints(home)
    before = StackStatus.read(home).service(name)
    home.requests.mkdir(exist_ok=True)
    (home.requests / f"{'anew' if anew else 'restart'}-{name}").touch()
    deadline = time.monotonic() + RESTART_TIMEOUT_S
    while time.monotonic() < deadline and is_held(home):
        now = StackStatus.read(home).service(name)
        # A service that is being stopped has no process for a moment.
        is_another = now and now.pid not in (None, before and before.pid)
        if now and is_another and now.state is State.RUNNING:
            return now
        time.sleep(POLL_S)
    message = f"{name} did not come back within {RESTART_TIMEOUT_S:g} s; see `logs {name}`"
    raise LocalStackError(message)


def _tell_to_stop(status: StackStatus) -> bool:
    try:
        supervisor = psutil.Process(status.pid) if status.pid is not None else None
        # The pid alone may have been reused.
        if supervisor is None or supervisor.create_time() != status.pid_started_at:
            return False
        supervisor.terminate()
    except psutil.NoSuchProcess:
        return False
    return True


def stop(home: Home) -> bool:
    """Stop the supervisor and so every service; return whether one was running."""
    if not is_held(home):
        return False
    deadline = time.monotonic() + STOP_TIMEOUT_S
    is_told = False
    while is_held(home):
        # A supervisor that has just started has not written its pid yet.
        is_told = is_told or _tell_to_stop(StackStatus.read(home))
        if time.monotonic() > deadline:
            message = f"the stack in {home.path} did not stop within {STOP_TIMEOUT_S:g} s"
            raise LocalStackError(message)
        time.sleep(POLL_S)
    return True
