import json
from pathlib import Path

import pytest

from local_stack import client
from local_stack.cli import forget_other_places, main, parser
from local_stack.home import Home
from local_stack.lock import held
from local_stack.status import StackStatus, State


class TestMain:
    """Exit codes that scripts can rely on, and one line for people."""

    def test_status_without_a_stack_is_3(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A script can tell "not running" from "broken"."""
        assert main(["--home", str(tmp_path), "--json", "status"]) == 3

        answer = json.loads(capsys.readouterr().out)
        assert answer["state"] == "stopped"
        assert answer["services"] == []

    def test_global_options_stand_on_either_side_of_the_verb(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nobody has to remember an order, and a subcommand keeps every option given before it."""
        home = ["--home", str(tmp_path)]
        for line in ([*home, "status", "--json"], ["--json", "status", *home]):
            assert main(line) == 3
            assert json.loads(capsys.readouterr().out)["home"] == str(tmp_path)

    @pytest.mark.parametrize(
        "verb", [["upload", __file__], ["drain"], ["restart", "kafka"], ["replay", __file__]]
    )
    def test_what_needs_a_stack_is_3_without_one(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: list[str]
    ) -> None:
        """And says how to start one, in one line, without a traceback."""
        assert main(["--home", str(tmp_path), *verb]) == 3

        (line,) = capsys.readouterr().err.splitlines()
        assert line.endswith("start one with `up --detach`")

    def test_a_missing_file_is_2(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A mistyped name is the user's mistake, reported before anything is sent."""
        assert main(["--home", str(tmp_path), "upload", "no-such.csv"]) == 2

        assert capsys.readouterr().err == "local_stack: no-such.csv is not a file\n"

    def test_a_log_that_is_not_there_is_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It lists the logs that exist."""
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "kafka.log").touch()

        assert main(["--home", str(tmp_path), "logs", "zookeeper"]) == 1
        assert "there are: kafka" in capsys.readouterr().err

    def test_logs_gives_the_last_lines(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A stack that is down can still be asked why."""
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "kafka.log").write_text("a\nb\n")

        assert main(["--home", str(tmp_path), "logs", "kafka", "-n", "1"]) == 0
        assert capsys.readouterr().out == "b\n"

    def test_down_without_a_stack_is_0(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The desired state is already reached."""
        assert main(["--home", str(tmp_path), "down"]) == 0
        assert capsys.readouterr().out == "was not running\n"

    @pytest.mark.parametrize("verb", [["up"], ["up", "--detach"], ["down", "--purge"], ["demo"]])
    def test_a_folder_of_somebody_elses_is_left_as_it_is(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: list[str]
    ) -> None:
        """`--home .` in the wrong place must not cost anybody's `logs` or `postgres/data`."""
        kept = tmp_path / "logs" / "mine.log"
        kept.parent.mkdir()
        kept.touch()

        assert main(["--home", str(tmp_path), *verb]) == 2

        assert "give --home an empty or a new folder" in capsys.readouterr().err
        assert [file for file in tmp_path.rglob("*") if file.is_file()] == [kept]

    def test_down_ends_in_peace_where_the_process_that_is_noted_is_gone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The state may be from a supervisor that was killed, while the next one is starting."""
        home = Home(tmp_path)
        home.claim()
        gone = StackStatus(state=State.RUNNING, pid=2**22 + 1, pid_started_at=1.0, services=())
        gone.write(home)
        monkeypatch.setattr(client, "STOP_TIMEOUT_S", 0.3)

        with held(home):
            assert main(["--home", str(tmp_path), "down"]) == 1

        assert "did not stop within 0.3 s" in capsys.readouterr().err

    def test_logs_of_no_line_gives_none(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Zero is a number, too."""
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "kafka.log").write_text("a\nb\n")

        assert main(["--home", str(tmp_path), "logs", "kafka", "-n", "0"]) == 0
        assert capsys.readouterr().out == "\n"

    @pytest.mark.parametrize(
        "verb", [["forget", "--older-than", "4000000"], ["replay", __file__, "--speed", "nan"]]
    )
    def test_numbers_that_cannot_be_meant_are_2(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: list[str]
    ) -> None:
        """In one line, without a traceback."""
        assert main(["--home", str(tmp_path), *verb]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1

    def test_what_a_shell_says_of_other_places_is_left_out(self) -> None:
        """A proxy, another database and another account have nothing to do with this machine."""
        said = {"PGSSLMODE": "require", "AWS_PROFILE": "work", "no_proxy": "a", "PATH": "/bin"}

        forget_other_places(said)

        assert said == {
            "PATH": "/bin",
            "no_proxy": "a,127.0.0.1,localhost",
            "NO_PROXY": "127.0.0.1,localhost",
        }

    @pytest.mark.parametrize(
        "arguments", [[], ["fly"], ["restart", "zookeeper"], ["upload", "x", "--lane", "fast"]]
    )
    def test_arguments_without_a_meaning_are_2(self, arguments: list[str]) -> None:
        """As with every command on Unix."""
        with pytest.raises(SystemExit) as ended:
            main(arguments)

        assert ended.value.code == 2


class TestParser:
    """The subcommands as they are documented."""

    def test_global_options_come_before_the_verb(self) -> None:
        """`--home` says which stack, whatever the subcommand."""
        given = parser().parse_args(["--home", "H", "--json", "-v", "drain", "--timeout", "5"])

        assert (given.home, given.json, given.verbose) == (Path("H"), True, True)
        assert (given.verb, given.timeout) == ("drain", 5)

    def test_help_names_every_exit_code(self) -> None:
        """A script's author looks there."""
        text = parser().format_help()

        for code in ("0    done", "1    failed", "2    the", "3    no stack"):
            assert code in text
