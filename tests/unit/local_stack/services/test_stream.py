from pathlib import Path

import pytest

from glue_jobs.availability.settings import Settings
from local_stack.services.stream import JOB, Stream


@pytest.fixture
def stream(tmp_path: Path) -> Stream:
    """Return a job without starting it."""
    return Stream(home=tmp_path, bootstrap="127.0.0.1:20003", dsn="postgresql://o@127.0.0.1/db")


class TestStream:
    def test_gives_the_job_arguments_it_reads(self, stream: Stream) -> None:
        """The names are those that Glue will pass; a misspelt one would silently be dropped."""
        argv = stream.command().argv
        given = Settings.from_arguments(argv[argv.index(str(JOB)) + 1 :])

        assert given.bootstrap_servers == "127.0.0.1:20003"
        assert given.kafka_security == "PLAINTEXT"
        assert given.database.url == "postgresql://o@127.0.0.1/db"
        assert given.checkpoint_root == (stream.home / "spark" / "checkpoints").as_uri()
        assert given.starting_offsets == "earliest"

    def test_keeps_to_this_machine(self, stream: Stream) -> None:
        """Spark would listen on every interface, and serve a web page besides."""
        argv = stream.command().argv

        assert "spark.driver.bindAddress=127.0.0.1" in argv
        assert "spark.ui.enabled=false" in argv
        assert stream.address is None

    def test_is_ready_by_what_this_run_says(self, stream: Stream) -> None:
        """The log still holds the previous run's message."""
        stream.log.parent.mkdir()
        stream.log.write_text("availability: streaming\n")
        stream.prepare()
        assert not stream.is_ready()

        with stream.log.open("a") as log:
            log.write("availability: streaming\n")

        assert stream.is_ready()
