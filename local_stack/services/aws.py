"""S3, SQS and Lambda in one emulator, standing in for an AWS account."""

import os
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local_stack.deployment import deploy
from local_stack.emulated_aws import ENVIRONMENT, EmulatedAws
from local_stack.java import REPOSITORY
from local_stack.ports import HOST, accepts
from local_stack.process import Command
from local_stack.service import Server

SERVICES: Final = "s3,sqs,lambda,iam,sts,logs"


class Aws(Server):
    """
    The emulator with the product deployed in it; `endpoint` connects to it.

    Objects are written to disk at once, queues and functions only on a clean stop, so every start
    deploys again.
    """

    name = "aws"

    def __init__(
        self, *, home: Path, port: int | None = None, function_settings: Mapping[str, str]
    ) -> None:
        super().__init__(home=home, port=port)
        self.function_settings = function_settings

    @property
    def endpoint(self) -> str:
        """The address that clients connect to."""
        return f"http://{self.address}"

    @property
    def folder(self) -> Path:
        """The folder that holds its objects and state."""
        return self.home / self.name

    def prepare(self) -> None:
        """Create its folders, and remove what functions unpacked there last time."""
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        for name in ("state", "s3", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def command(self) -> Command:
        """Return the command, for this machine's address only and no optional listeners."""
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            **ENVIRONMENT,
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "SERVICES": SERVICES,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "s3"),
            "TMPDIR": str(self.folder / "tmp"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            # It removes containers when it starts and stops, some of which may not be ours.
            "DOCKER_HOST": f"unix://{self.folder / 'no-docker'}",
        }
        argv = (sys.executable, str(REPOSITORY / "local_stack" / "emulator"))
        return Command(
            argv=argv,
            home=self.home,
            log=self.log,
            env=env,
            cwd=self.folder,
            # It saves its state first, then waits for its functions, which will be retried anyway.
            grace_s=3.0,
        )

    def is_ready(self) -> bool:
        """Return whether it answers."""
        if not accepts(self.port):
            return False
        try:
            url = f"{self.endpoint}/_ministack/health"
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of our own
                return True
        except (urllib.error.URLError, OSError):
            return False

    def settle(self) -> None:
        """Deploy the product."""
        settings = {**self.function_settings, "AWS_ENDPOINT_URL": self.endpoint}
        deploy(EmulatedAws(self.endpoint), settings)

    def purge(self) -> None:
        """Remove every object and queue."""
        shutil.rmtree(self.folder, ignore_errors=True)
