"""Promises that all stacks of a stage keep together."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

CFN_LINT = Path(sys.executable).parent / "cfn-lint"
ROOT = Path(__file__).parents[3]

# Each of these is explained where it is written.
ANY_RESOURCE = {"AskForBrokers", "JoinNetwork", "GlueLookups", "GlueMetrics"}
# The CDK's own functions, which only a deployment calls.
CDKS_OWN = ("AWS679f53fac002430cb0da5b7982bd2287", "CustomCDKBucketDeployment")


def statements(synthesis: Any) -> list[dict[str, Any]]:
    """Return every statement of every policy that we wrote."""
    return [
        statement
        for stack in synthesis.stacks
        for name, policy in synthesis.resources(stack, "AWS::IAM::Policy").items()
        if not name.startswith(CDKS_OWN)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


class TestPolicies:
    def test_no_action_is_a_pattern(self, dev: Any, metro: Any) -> None:
        """What may be done is spelled out, and grows only when somebody adds to it."""
        for statement in [*statements(dev), *statements(metro)]:
            assert "*" not in json.dumps(statement["Action"])

    def test_only_explained_statements_name_any_resource(self, dev: Any, metro: Any) -> None:
        """A star must be a deliberate decision."""
        found = {
            each.get("Sid")
            for each in [*statements(dev), *statements(metro)]
            if each["Resource"] == "*"
        }
        assert found == ANY_RESOURCE


class TestTemplates:
    def test_cloudformations_own_rules_hold(self, dev: Any, metro: Any) -> None:
        """cfn-lint knows what CloudFormation will refuse."""
        templates = [
            path for stage in (dev, metro) for path in sorted(stage.folder.glob("*.template.json"))
        ]
        done = subprocess.run(
            [CFN_LINT, *templates], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout

    def test_a_stage_has_these_stacks(self, dev: Any) -> None:
        """What holds data is deployed and destroyed separately."""
        assert dev.stacks == ["api", "data", "firewall", "monitoring", "pipeline"]

    def test_no_password_is_written_down(self, dev: Any, metro: Any) -> None:
        """Each is generated in Secrets Manager and read from there by the deployment."""
        for stage in (dev, metro):
            secrets = stage.resources("data", "AWS::SecretsManager::Secret").values()
            assert len(secrets) == 2
            assert all("SecretString" not in secret["Properties"] for secret in secrets)
            password = stage.only("data", "AWS::RDS::DBInstance")["MasterUserPassword"]
            assert "{{resolve:secretsmanager:" in json.dumps(password)


class TestUnknownStage:
    def test_the_answer_names_the_stages(self, tmp_path: Path) -> None:
        """A typo must not deploy the wrong thing, nor end in a traceback."""
        done = subprocess.run(
            [sys.executable, "-m", "cdk_app"],
            cwd=ROOT,
            env={
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "CDK_CONTEXT_JSON": '{"stage": "prod"}',
                "CDK_OUTDIR": str(tmp_path),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.strip().endswith(
            "no stage 'prod': say -c stage= one of dev, city, metro"
        )
