import json

import pytest

from local_stack.output import Output


class TestOutput:
    """One answer on stdout, remarks on stderr."""

    def test_speaks_to_people(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Without --json the text and nothing else."""
        Output(as_json=False).result({"map": "here"}, "Map: here")

        assert capsys.readouterr().out == "Map: here\n"

    def test_speaks_to_programs(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With --json, stdout is one document, whatever is reported meanwhile."""
        output = Output(as_json=True)
        output.note("by the way")
        with output.progress() as bar:
            bar.show(1, total=2, text="half way")
        output.result({"map": "here"}, "Map: here")

        captured = capsys.readouterr()
        assert json.loads(captured.out) == {"map": "here"}
        assert captured.err == "by the way\n"
