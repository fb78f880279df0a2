"""The Chalice app behind Chalice's own local server: what API Gateway and its function are."""

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
# What belongs to our other children, or would bend Python, is not the API's business.
OTHERS_SETTINGS: Final = ("AWS_", "KAFKA_", "PYTHON", "SPARK_", "PYSPARK_", "PG")

# Who is asked for addresses where nobody else is named; on AWS it is Amazon Location.
GEOCODER: Final = "nominatim"


class Api(Server):
    """The API and the map page at `url`; SYSTEM_…, MAP_… and GEOCODER… are the user's own."""

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
        """What a browser opens."""
        return f"http://{self.address}"

    def prepare(self) -> None:
        """Need nothing: the app holds no state."""

    def command(self) -> Command:
        """Run the server with the database as the role of the API sees it."""
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
        """Tell whether it answers at all; what it says of the database is another matter."""
        if not accepts(self.port):
            return False
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/status", timeout=5):  # noqa: S310
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
