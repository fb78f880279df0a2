"""One synthesis per stage for the whole run, by the command that a deployment begins with."""

import fcntl
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
STAGES = ("dev", "metro")

# Before any test imports the CDK, whose engine would pick whatever Node this machine has.
os.environ.setdefault("JSII_NODE", str(BIN / "node"))


@dataclass(frozen=True)
class Synthesis:
    """What `cdk synth` wrote for one stage."""

    stage: str
    folder: Path
    exit_code: int
    said: str

    def template(self, stack: str) -> dict[str, Any]:
        """Return the template of one of the stage's stacks."""
        path = self.folder / f"bikeshare-{self.stage}-{stack}.template.json"
        return json.loads(path.read_text())

    def resources(self, stack: str, kind: str) -> dict[str, dict[str, Any]]:
        """Return the resources of a kind, by id."""
        found = self.template(stack)["Resources"]
        return {name: each for name, each in found.items() if each["Type"] == kind}

    def only(self, stack: str, kind: str, *, named: str = "") -> dict[str, Any]:
        """Return the properties of the only resource of a kind whose id has this prefix."""
        found = self.resources(stack, kind).items()
        [(_, resource)] = [(name, each) for name, each in found if name.startswith(named)]
        return resource["Properties"]

    def statements(self, stack: str, role: str) -> list[dict[str, Any]]:
        """Return the policy statements of the roles whose ids have this prefix."""
        policies = self.resources(stack, "AWS::IAM::Policy").values()
        return [
            statement
            for policy in policies
            if any(each["Ref"].startswith(role) for each in policy["Properties"]["Roles"])
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]

    def actions(self, stack: str, role: str) -> set[str]:
        """Return the names of all actions that these roles may take."""
        named = (each["Action"] for each in self.statements(stack, role))
        return {action for each in named for action in ([each] if isinstance(each, str) else each)}

    @cached_property
    def stacks(self) -> list[str]:
        """Return the names of the stage's stacks."""
        prefix = f"bikeshare-{self.stage}-"
        files = self.folder.glob(f"{prefix}*.template.json")
        return sorted(path.name.split(".")[0].removeprefix(prefix) for path in files)


def synthesise(stage: str, folder: Path) -> Synthesis:
    """Run the CDK's own command, with no credentials available."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    clean.pop("JSII_NODE", None)
    clean["PATH"] = f"{BIN}{os.pathsep}{clean['PATH']}"
    cdk = ROOT / "node_modules" / ".bin" / "cdk"
    done = subprocess.run(
        [cdk, "synth", "--quiet", "--context", f"stage={stage}", "--output", folder],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    return Synthesis(stage, folder, done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="session")
def syntheses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesis]:
    """The smallest stage and the largest one, synthesised once for all workers of the run."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    with (run / "synthesis.lock").open("w") as lock, ThreadPoolExecutor() as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = list(pool.map(_synthesised, STAGES, [run / stage for stage in STAGES]))
    for each in done:
        assert each.exit_code == 0, each.said
    return {each.stage: each for each in done}


def _synthesised(stage: str, folder: Path) -> Synthesis:
    if (folder / "manifest.json").exists():
        return Synthesis(stage, folder, 0, "")
    return synthesise(stage, folder)


@pytest.fixture(scope="session")
def dev(syntheses: dict[str, Synthesis]) -> Synthesis:
    """The stage that is meant to be destroyed."""
    return syntheses["dev"]


@pytest.fixture(scope="session")
def metro(syntheses: dict[str, Synthesis]) -> Synthesis:
    """The stage that is meant to last."""
    return syntheses["metro"]
