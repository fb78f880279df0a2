"""`status`, `logs` and `restart`: look at single services and their logs."""

import time
from dataclasses import asdict
from pathlib import Path

from local_stack.client import current_status, restart
from local_stack.errors import LocalStackError, NotRunningError
from local_stack.home import Home
from local_stack.logs import tail
from local_stack.output import Output
from local_stack.status import ServiceStatus, State

FOLLOW_POLL_S = 0.2


def status(home: Home, output: Output) -> int:
    """Print every service's name, pid, address and state; return 3 if nothing runs."""
    now = current_status(home)
    content = {
        "home": str(home.path),
        "state": now.state,
        "supervisor_pid": now.pid,
        "services": [_described(service) for service in now.services],
    }
    lines = [f"{now.state} in {home.path}", *map(_line, now.services)]
    output.result(content, "\n".join(lines))
    return NotRunningError.exit_code if now.state is State.STOPPED else 0


def _described(service: ServiceStatus) -> dict[str, object]:
    described = asdict(service)
    del described["pid_started_at"]
    return described


def _line(service: ServiceStatus) -> str:
    again = f"  restarts: {service.restarts}" if service.restarts else ""
    why = f"  {service.reason}" if service.reason else ""
    pid = service.pid or "-"
    return (
        f"  {service.name:9} {service.state:11} {pid:>8}  {service.address or '-':21}{again}{why}"
    )


def logs(home: Home, output: Output, *, name: str, lines: int, follow: bool) -> int:
    """Print the last lines of a service's log; with `follow`, go on until interrupted."""
    log = home.log(name)
    if not log.exists():
        known = sorted(path.stem for path in log.parent.glob("*.log"))
        message = f"there is no log of {name!r}; there are: {', '.join(known) or 'none yet'}"
        raise LocalStackError(message)
    last = tail(log, lines=lines)
    output.result({"name": name, "lines": last}, "\n".join(last))
    if follow:
        _follow(log)
    return 0


def _follow(log: Path) -> None:
    position = log.stat().st_size
    while True:
        size = log.stat().st_size
        if size < position:  # it was truncated
            position = 0
        if size > position:
            with log.open("rb") as readable:
                readable.seek(position)
                text = readable.read()
            position += len(text)
            print(text.decode(errors="replace"), end="", flush=True)  # noqa: T201
        time.sleep(FOLLOW_POLL_S)


def restart_service(home: Home, output: Output, *, name: str) -> int:
    """Restart one service and wait until it runs."""
    with output.progress() as bar:
        bar.show(0, total=1, text=f"restarting {name}")
        service = restart(home, name)
    output.result(_described(service), f"{name} runs again, pid {service.pid}")
    return 0
