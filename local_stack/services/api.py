"""The Chalice app on Chalice's local server, standing in for API Gateway and Lambda."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local_stack.java import REPOSITORY
from local_stack.ports import accepts
from local_stack.process import Command
from local_stack.service import Server

CHALICE_API: Final = REPOSITORY / "chalice_api"
# Variables that are for our other children, or alter Python itself, are kept from the API.
OTHERS_SETTINGS: Final = ("AWS_", "KAFKA_", "PYTHON", "SPARK_", "PYSPARK_", "PG")

# The default geocoder; on AWS it is Amazon Location.
GEOCODER: Final = "nominatim"


class Api(Server):
    """The API, and the map page at `url`; the user's SYSTEM_…, MAP_… and GEOCODER… apply."""

    name = "api"

    def __init__(
        self,
        *,
        home: Path,
        dsn: str,
        port: int | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        super().__init__(home=home, port=port)
        self.dsn = dsn
        self.environment = environment

    @property
    def url(self) -> str:
        """The address of the map page."""
        return f"http://{self.address}"

    def prepare(self) -> None:
        """Do nothing: the app holds no state."""

    def command(self) -> Command:
        """Return the server's command; it signs in to the database as the API's role."""
        env = {
            name: value
            for name, value in self.environment.items()
            if not name.startswith(OTHERS_SETTINGS)
        }
        env.setdefault("GEOCODER", GEOCODER)
        env |= {"DATABASE_URL": self.dsn, "PYTHONPATH": f"{CHALICE_API}{os.pathsep}{REPOSITORY}"}
        argv = (sys.executable, "-m", "local_stack.services.api_server", str(self.port))
        return Command(argv=argv, home=self.home, log=self.log, env=env, cwd=CHALICE_API)

    def is_ready(self) -> bool:
        """Return whether it answers at all, be it only that the database is down."""
        if not accepts(self.port):
            return False
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/status", timeout=5):  # noqa: S310
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
