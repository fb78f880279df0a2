import json

import pytest

from local_stack.output import Output
from local_stack.verbs.doctor import NEEDS, Finding, Need, doctor, examine, line

JAVA = Finding(
    name="Java 17",
    found=None,
    needed=True,
    for_what="Kafka and Spark",
    debian="sudo apt-get install openjdk-17-jre-headless",
    macos="brew install openjdk@17",
)


class TestLine:
    """One line per requirement, with the command that helps."""

    def test_tells_how_to_get_what_is_missing(self) -> None:
        """On both systems, ready to copy."""
        assert line(JAVA) == (
            "missing  Java 17 (Kafka and Spark). Debian/Ubuntu: sudo apt-get install "
            "openjdk-17-jre-headless; macOS: brew install openjdk@17"
        )

    def test_says_one_command_once(self) -> None:
        """Where both systems need the same."""
        jars = Finding(
            name="jars",
            found=None,
            needed=False,
            for_what="the broker",
            debian="make setup",
            macos="make setup",
        )

        assert line(jars) == "optional jars (the broker). make setup"


class TestDoctor:
    """What a newcomer runs first."""

    def test_answers_for_every_need(self, capsys: pytest.CaptureFixture[str]) -> None:
        """In an order that can be followed from the top."""
        doctor(Output(as_json=True))

        answer = json.loads(capsys.readouterr().out)
        assert [one["name"] for one in answer] == [need.name for need in NEEDS]

    def test_looks_for_each_need(self) -> None:
        """What a probe finds is what is reported."""
        need = Need(
            name="Maven",
            for_what="fetches the jars",
            find=lambda: "3.8.7",
            debian="apt",
            macos="brew",
        )

        assert [finding.found for finding in examine((need,))] == ["3.8.7"]
