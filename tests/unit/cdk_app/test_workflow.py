import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdk_app.config import STAGES

PATH = Path(__file__).parents[3] / ".github/workflows/deploy.yml"


@pytest.fixture(scope="module")
def workflow() -> Any:
    """The workflow as GitHub reads it."""
    return yaml.safe_load(PATH.read_text())


class TestWorkflow:
    def test_it_holds_no_keys(self, workflow: Any) -> None:
        """A key that is nowhere cannot leak; only the deployment may ask for a token."""
        assert "secrets." not in PATH.read_text()
        assert workflow["permissions"] == {"contents": "read"}
        assert workflow["jobs"]["deploy"]["permissions"]["id-token"] == "write"
        assert "permissions" not in workflow["jobs"]["checks"]

    def test_a_pull_request_is_checked_and_never_deployed(self, workflow: Any) -> None:
        """Anybody may open one."""
        deploy = workflow["jobs"]["deploy"]
        assert deploy["needs"] == "checks"
        assert deploy["if"] == "github.event_name == 'push'"

    def test_it_deploys_the_stages_there_are_one_after_the_other(self, workflow: Any) -> None:
        """What fails in dev never reaches riders."""
        deploy = workflow["jobs"]["deploy"]
        assert deploy["strategy"]["matrix"]["stage"] == list(STAGES)
        assert deploy["strategy"]["max-parallel"] == 1
        assert deploy["concurrency"]["cancel-in-progress"] is False

    def test_cdk_finds_the_environment(self, workflow: Any) -> None:
        """Node starts it and it starts the application with Python: both must be ours."""
        runs = [step.get("run", "") for step in workflow["jobs"]["deploy"]["steps"]]
        setup = runs.index("make setup")
        on_path = runs.index('echo "$PWD/.venv/bin" >> "$GITHUB_PATH"')
        deploys = [number for number, run in enumerate(runs) if "bin/cdk " in run]
        assert deploys
        assert setup < on_path < min(deploys)

    def test_every_action_is_pinned_to_a_version(self) -> None:
        """A moving tag is somebody else's code with our privileges."""
        used = re.findall(r"uses: (\S+)", PATH.read_text())
        assert used
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+", each) for each in used)
