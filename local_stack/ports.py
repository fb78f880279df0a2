"""Addresses on this machine only: ports that are free and stay the same across restarts."""

import errno
import json
import random
import socket
from collections.abc import Iterable
from pathlib import Path

from local_stack.home import write_json

HOST = "127.0.0.1"
# Below Linux's own ephemeral range (32768…), so that no outgoing connection takes a port
# while the service it belongs to is being restarted.
LOWEST, HIGHEST = 20_000, 32_000
TRIES = 200


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port now."""
    with socket.socket() as probe:
        # As servers do, so that a connection that was just closed does not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def accepts(port: int) -> bool:
    """Return whether something listens on this port."""
    try:
        with socket.create_connection((HOST, port), timeout=0.5):
            return True
    except OSError:
        return False


def free_port(*, avoid: Iterable[int] = ()) -> int:
    """Choose a free port, at random so that two stacks rarely choose the same one."""
    taken = set(avoid)
    for _ in range(TRIES):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311 - not a secret
        if port not in taken and is_free(port):
            return port
    message = f"no free port between {LOWEST} and {HIGHEST} on {HOST}"
    raise OSError(errno.EADDRINUSE, message)


def kept_ports(file: Path, names: Iterable[str]) -> dict[str, int]:
    """Return each name's port, the same as last time unless that is taken; save them to `file`."""
    before: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    ports: dict[str, int] = {}
    for name in names:
        kept = before.get(name)
        usable = kept is not None and kept not in ports.values() and is_free(kept)
        ports[name] = kept if kept and usable else free_port(avoid=ports.values())
    write_json(file, ports)
    return ports
