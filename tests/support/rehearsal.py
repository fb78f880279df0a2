"""Parts of a synthesised stage, deployed into an emulator over HTTP as CloudFormation would."""

import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from zipfile import ZipFile

import boto3
import pytest
from botocore.config import Config

from local_stack.emulated_aws import ENVIRONMENT, REGION
from local_stack.ports import free_port

SERVICES = "s3,sqs,iam,sts,cloudformation,lambda,apigateway,logs"
ASSETS = "assets"
TEMPLATES = "templates"
PATIENCE_S = 180
# Expanding a SAM template is slow: it loads the schema first. A retry would create it twice.
SETTINGS = Config(read_timeout=300, retries={"total_max_attempts": 1})


class Emulator:
    """A private emulator, for as long as a `with` block of `emulator` lasts."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str) -> Any:
        """Connect to it; it accepts any credentials."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            config=SETTINGS,
        )

    def deploy(self, name: str, template: Mapping[str, Any]) -> dict[str, str]:
        """Deploy a template; return the physical ids of its resources."""
        cloudformation, s3 = self.client("cloudformation"), self.client("s3")
        s3.create_bucket(Bucket=TEMPLATES)
        s3.put_object(Bucket=TEMPLATES, Key=name, Body=json.dumps(template).encode())
        cloudformation.create_stack(
            StackName=name,
            # As the CDK does: a template in the request itself may have at most 51,200 bytes.
            TemplateURL=f"{self.endpoint}/{TEMPLATES}/{name}",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )

        def status() -> str:
            return cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]

        wait_for(lambda: not status().endswith("IN_PROGRESS"), "the stack")
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        failed = [each for each in events if "FAILED" in each["ResourceStatus"]]
        assert status() == "CREATE_COMPLETE", failed
        resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}

    def publish(self, asset: Path, *, without: tuple[str, ...]) -> dict[str, str]:
        """Upload a function's package without native modules, which are for another processor."""
        s3, key = self.client("s3"), asset.name
        s3.create_bucket(Bucket=ASSETS)
        packed = io.BytesIO()
        with ZipFile(packed, "w") as archive:
            for name, content in _files(asset):
                if not name.startswith(without):
                    archive.writestr(name, content)
        s3.put_object(Bucket=ASSETS, Key=key, Body=packed.getvalue())
        return {"S3Bucket": ASSETS, "S3Key": key}


def _files(asset: Path) -> Iterator[tuple[str, bytes]]:
    if asset.is_dir():
        for path in asset.rglob("*"):
            if path.is_file():
                yield str(path.relative_to(asset)), path.read_bytes()
        return
    with ZipFile(asset) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)


@contextmanager
def emulator(home: Path) -> Iterator[Emulator]:
    """Run an emulator on a free port; its functions run on this Python."""
    port = free_port()
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        **ENVIRONMENT,
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": SERVICES,
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{home / 'no-docker'}",
    }
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=env, cwd=home, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(address), f"{home / 'log'}")
        yield Emulator(address)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_ministack/health", timeout=2):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError):
        return False


def wait_for(happened: Callable[[], object], what: str) -> None:
    """Retry a call for a while."""
    until = monotonic() + PATIENCE_S
    while not happened():
        assert monotonic() < until, what
        sleep(0.1)


def stage_resources(synthesis: Any) -> dict[str, Any]:
    """Return the resources of all stacks as if they were one, so that nothing is imported."""
    exports, resources = dict[str, Any](), dict[str, Any]()
    for stack in synthesis.stacks:
        template = synthesis.template(stack)
        resources |= template["Resources"]
        for output in template.get("Outputs", {}).values():
            exports[output.get("Export", {}).get("Name", "")] = output["Value"]
    return {name: _local(each, exports) for name, each in resources.items()}


def _local(value: Any, exports: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        if "Fn::ImportValue" in value:
            return exports[value["Fn::ImportValue"]]
        return {name: _local(each, exports) for name, each in value.items()}
    return [_local(each, exports) for each in value] if isinstance(value, list) else value


def only(resources: Mapping[str, Any], kinds: tuple[str, ...], *named: str) -> dict[str, Any]:
    """Pick resources by kind and id prefix; drop dependencies on resources that are not picked."""
    picked = {
        name: dict(each)
        for name, each in resources.items()
        if each["Type"] in kinds and name.startswith(named)
    }
    for each in picked.values():
        each["DependsOn"] = [name for name in each.get("DependsOn", []) if name in picked]
    return picked


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """An emulator for one module's tests."""
    with emulator(tmp_path_factory.mktemp("emulator")) as started:
        yield started
