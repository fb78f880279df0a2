import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glue_jobs.prepare_trips.settings import Settings
from local_stack.cli import main
from local_stack.preparation import JOB
from local_stack.spark import SparkJob


class TestPrepare:
    def test_without_a_stack_it_says_so(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Drops have to go somewhere; with --out they would."""
        assert main(["--home", str(tmp_path), "prepare", __file__]) == 3
        assert "up --detach" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["none.csv", "--out", "drops"], "is not there"),
            ([__file__, "--out", "drops", "--slice", "7h"], "divide a day"),
        ],
    )
    def test_what_cannot_be_meant_is_said_before_spark_starts(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        arguments: list[str],
        said: str,
    ) -> None:
        """Nobody waits ten seconds to be told of a typo."""
        home = tmp_path / "home"
        assert main(["--home", str(home), "prepare", *arguments]) == 2
        assert said in capsys.readouterr().err
        assert not home.exists()


class TestSparkJob:
    def test_arguments_arrive_as_they_were_given(self, tmp_path: Path) -> None:
        """Between the subcommand and the job are a shell script and a Java program."""
        job = SparkJob(script=JOB, folder=tmp_path, master="local[1]")
        folder = tmp_path / "a folder, with a comma"
        given = {"inputs": folder.as_uri(), "output": "s3://b", "lane": "live", "time_zone": "UTC"}

        argv = job.argv(given)

        arguments = list(argv[argv.index(str(JOB)) + 1 :])
        assert json.dumps(arguments).isascii()
        assert arguments == [part for pair in given.items() for part in (f"--{pair[0]}", pair[1])]
        settings = Settings.from_arguments(arguments, now=datetime.now(UTC))
        assert settings.inputs == (folder.as_uri(),)
        assert ("local[1]", "--jars" in argv) == (argv[argv.index("--master") + 1], False)
