"""The page on the local server, in its own process, which can be stopped and started again."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).parents[2]
START_S = 20


class PageSite:
    """The app at a local address, reading one database."""

    def __init__(self, dsn: str, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.dsn = dsn
        self.url = f"http://127.0.0.1:{self.port}/"
        self._environment = os.environ | {
            "DATABASE_URL": dsn.replace("bikeshare@", "bikeshare_api@"),
            "MAP_TILES_URL": "",
            # Show what a test changes at once.
            "REFRESH_S": "0",
            "PYTHONPATH": f"{REPOSITORY / 'chalice_api'}{os.pathsep}{REPOSITORY}",
            **environment,
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        command = [sys.executable, "-m", "local_stack.services.api_server", str(self.port)]
        self._process = subprocess.Popen(
            command, env=self._environment, cwd=REPOSITORY / "chalice_api"
        )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        message = "the API did not start"
        raise RuntimeError(message)

    def stop(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(timeout=10)
