from pathlib import Path

from local_stack.logs import cut_if_long, last_line, older, said_since, tail


class TestCutIfLong:
    """A service that complains all night must not fill the disk."""

    def test_moves_a_long_log_aside(self, tmp_path: Path) -> None:
        """The latest output is kept; the writer goes on in the same file."""
        log = tmp_path / "kafka.log"
        with log.open("a") as writer:
            writer.write("first\n" * 100)
            writer.flush()

            assert cut_if_long(log, max_bytes=100)
            writer.write("second\n")

        assert log.read_text() == "second\n"
        assert older(log).read_text() == "first\n" * 100

    def test_leaves_a_short_log(self, tmp_path: Path) -> None:
        """Most logs are never touched."""
        log = tmp_path / "kafka.log"
        log.write_text("first\n")

        assert not cut_if_long(log, max_bytes=100)
        assert not older(log).exists()

    def test_knows_no_log(self, tmp_path: Path) -> None:
        """A service that never ran has none."""
        assert not cut_if_long(tmp_path / "kafka.log")


class TestTail:
    """The end of a log, which is what people look at."""

    def test_gives_the_last_lines(self, tmp_path: Path) -> None:
        """As many as were asked for."""
        log = tmp_path / "api.log"
        log.write_text("a\nb\nc\n")

        assert tail(log, lines=2) == ["b", "c"]

    def test_survives_what_is_not_text(self, tmp_path: Path) -> None:
        """A crash can leave half a character."""
        log = tmp_path / "api.log"
        log.write_bytes(b"caf\xc3\n")

        assert tail(log, lines=1) == ["caf\ufffd"]

    def test_gives_nothing_of_no_log(self, tmp_path: Path) -> None:
        """A missing log is not an error."""
        assert tail(tmp_path / "api.log", lines=5) == []


class TestLastLine:
    """The one line that an error message quotes."""

    def test_passes_over_empty_lines(self, tmp_path: Path) -> None:
        """An empty line explains nothing."""
        log = tmp_path / "stream.log"
        log.write_text("Error: no space left\n\n  \n")

        assert last_line(log) == "Error: no space left"

    def test_of_silence_is_none(self, tmp_path: Path) -> None:
        """A program may die without any output."""
        assert last_line(tmp_path / "stream.log") is None


class TestSaidSince:
    """Readiness shown by a line that the last run logged too."""

    def test_takes_only_this_run(self, tmp_path: Path) -> None:
        """Yesterday's "ready" does not make today's service ready."""
        log = tmp_path / "stream.log"
        log.write_text("ready\n")
        start = log.stat().st_size

        assert said_since(log, "ready", start=0)
        assert not said_since(log, "ready", start=start)
