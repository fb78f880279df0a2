import re
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/operations.md"
# `aws SERVICE OPERATION …` up to where the shell or the text ends it, over continued lines.
COMMAND = re.compile(r"aws ([a-z0-9-]+) ([a-z0-9-]+)((?:\\\n|[^`\n|&#])*)")
# What every command of the AWS CLI accepts.
OF_THE_CLI = {"query", "output", "max-items", "cli-binary-format", "cli-read-timeout"}
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def headings(text: str) -> list[str]:
    """Return the anchors of a page, code excluded: a shell comment is not a heading."""
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [anchor(heading) for heading in HEADING.findall(prose)]


class TestRunbook:
    def test_it_has_a_step_for_each_alarm_and_no_other(self, metro: Any) -> None:
        """Whoever is woken up lands on the step, and no step is for an alarm that is gone."""
        [steps] = re.findall(
            r"^## When an alarm rings$(.+?)^## ", PAGE.read_text(), re.MULTILINE | re.DOTALL
        )
        linked = {
            alarm["Properties"]["AlarmDescription"].rsplit("#", 1)[1]
            for alarm in metro.resources("monitoring", "AWS::CloudWatch::Alarm").values()
        }
        assert set(headings(steps)) == linked

    def test_its_commands_ask_for_outputs_that_there_are(self, dev: Any) -> None:
        """Nobody should find out at night what an output was renamed to."""
        asked = set(re.findall(r"\$\(output (\w+) (\w+)\)", PAGE.read_text()))
        assert asked
        for stack, key in asked:
            assert key in dev.template(stack)["Outputs"], (stack, key)

    def test_its_commands_are_aws_own(self) -> None:
        """An invalid option would be found at night; each is checked against AWS's own models."""
        session = botocore.session.get_session()
        commands = COMMAND.findall(PAGE.read_text())
        assert len(commands) > 10
        for service, operation, rest in commands:
            if service == "s3":  # the CLI's own commands, which have no model
                continue
            model = session.get_service_model(service)
            names = {xform_name(name, "-"): name for name in model.operation_names}
            assert operation in names, (service, operation)
            shape = model.operation_model(names[operation]).input_shape
            known = {xform_name(name, "-") for name in (shape.members if shape else ())}
            asked = set(re.findall(r"(?<= )--([a-z][a-z-]*)", rest)) - OF_THE_CLI
            assert asked <= known, (service, operation, asked - known)

    def test_its_links_lead_somewhere(self) -> None:
        """A page that moved takes its readers along."""
        known = headings(PAGE.read_text())
        for text, target in re.findall(r"\[([^\]]+)\]\(([^)]+)\)", PAGE.read_text()):
            page, _, place = target.partition("#")
            assert not page or (PAGE.parent / page).is_file(), text
            assert page or place in known, text

    @pytest.mark.parametrize(
        "setting", ["alarm_email", "kafka_retention_days", "gbfs_urls", "keep_trips_days"]
    )
    def test_its_settings_are_the_stages_own(self, setting: str) -> None:
        """A setting that the page says to change exists."""
        assert f"`{setting}`" in PAGE.read_text()
        assert f"{setting}:" in (ROOT / "cdk_app/config.py").read_text()
