"""The whole stack as its user sees it: through its command, its files and its pids."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from local_stack.home import Endpoints, Home
from local_stack.lock import is_held
from local_stack.strays import marked
from tests.integration.local_stack.test_process import is_alive
from tests.support.eventually import eventually

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
HEADER = (
    "tripduration,starttime,stoptime,start station id,start station name,start station latitude,"
    "start station longitude,end station id,end station name,end station latitude,"
    "end station longitude,bikeid,usertype,birth year,gender\n"
)
TRIP = "600,2019-01-0{day} 08:00:00,2019-01-0{day} 08:10:00,1,A,40.7,-74.0,2,B,40.8,-74.1,7,,,0\n"


class Command:
    """`python -m local_stack --json` in one home."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *arguments: str, expected: int = 0) -> Any:
        """Run a subcommand to its end, check its exit code, and return its output."""
        ran = subprocess.run(
            [*self.line(), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert ran.returncode == expected, ran.stderr
        return json.loads(ran.stdout) if ran.stdout else None

    def line(self) -> list[str]:
        """Return the command line without its subcommand."""
        return [sys.executable, "-m", "local_stack", "--home", str(self.home), "--json"]

    def pids(self) -> dict[str, int]:
        """Return each service's pid."""
        return {one["name"]: one["pid"] for one in self.run("status")["services"]}

    def all_running(self) -> bool:
        """Return whether every service runs."""
        return bool(self.run("status")["state"] == "running")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """One stack for the tests of this module; each leaves it running."""
    command = Command(tmp_path_factory.mktemp("stack"))
    command.run("up", "--detach")
    yield command
    command.run("down", "--purge")


def drop_a_trip(stack: Command, day: int) -> None:
    """Upload a file with one trip."""
    file = stack.home / f"day-{day}.csv"
    file.write_text(HEADER + TRIP.format(day=day))
    stack.run("upload", str(file))


class TestStack:
    def test_answers_at_its_endpoints(self, stack: Command) -> None:
        """A client needs only the file that `up` writes."""
        endpoints = Endpoints.read(Home(stack.home))

        with urllib.request.urlopen(f"{endpoints.api_url}/api/v1/status", timeout=10) as answer:  # noqa: S310
            assert answer.status == 200

    def test_listens_on_this_machine_only(self, stack: Command) -> None:
        """Nobody on the same network can drop files here or read the database."""
        for name, pid in stack.pids().items():
            connections = psutil.Process(pid).net_connections()
            assert connections, name
            for connection in connections:
                assert connection.laddr.ip in ("127.0.0.1", "::ffff:127.0.0.1"), connection

    def test_accounts_for_an_upload(self, stack: Command) -> None:
        """Drop, drain, done."""
        drop_a_trip(stack, 1)

        drained = stack.run("drain", "--timeout", "60")

        assert drained["unfinished"] == []
        assert drained["rows_read"] == drained["rows_published"] + drained["rows_rejected"]

    def test_drain_says_what_is_unfinished(self, stack: Command) -> None:
        """A script must not take "not yet" for "done"."""
        with closing(psycopg2.connect(Endpoints.read(Home(stack.home)).postgres_dsn)) as held:
            # No batch is applied while another session holds the writer's lock.
            held.cursor().execute("SELECT pg_advisory_lock(hashtext('bikeshare.apply_batch'))")
            drop_a_trip(stack, 2)

            assert stack.run("drain", "--timeout", "0", expected=1)["unfinished"]

        stack.run("drain", "--timeout", "60")

    @pytest.mark.parametrize("name", ["postgres", "kafka", "aws", "stream", "api"])
    def test_recovers_from_a_killed_service(self, stack: Command, name: str) -> None:
        """Whatever dies comes back, at its address, and the drop that came meanwhile counts."""
        killed = stack.pids()[name]

        os.kill(killed, signal.SIGKILL)

        assert eventually(lambda: stack.pids()[name] not in (None, killed), within_s=30)
        assert eventually(stack.all_running, within_s=60)
        drop_a_trip(stack, 3)
        stack.run("drain", "--timeout", "60")

    def test_restarts_one_service(self, stack: Command) -> None:
        """The others keep running."""
        before = stack.pids()

        stack.run("restart", "api")

        after = stack.pids()
        assert after.pop("api") != before.pop("api")
        assert after == before

    def test_refuses_a_second_supervisor(self, stack: Command) -> None:
        """Two would start everything twice on the same data."""
        stack.run("up", expected=1)

    def test_survives_the_death_of_its_supervisor(self, stack: Command) -> None:
        """Nothing runs on without it; the next start has every row and every address."""
        home = Home(stack.home)
        endpoints, trips = Endpoints.read(home), stack.run("drain")["rows_applied"]
        pids = stack.pids()

        os.kill(stack.run("status")["supervisor_pid"], signal.SIGKILL)

        assert eventually(lambda: not is_held(home))
        assert eventually(lambda: not any(map(is_alive, pids.values())), within_s=20)
        stack.run("status", expected=3)
        stack.run("up", "--detach")
        assert Endpoints.read(home) == endpoints
        assert stack.run("drain")["rows_applied"] == trips


class TestForeground:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_leaves_no_process_when_it_is_ended(self, tmp_path: Path, number: int) -> None:
        """Even Ctrl-C in the middle of a start stops cleanly."""
        command = Command(tmp_path)
        up = subprocess.Popen([*command.line(), "up"], cwd=ROOT, stderr=subprocess.DEVNULL)
        assert eventually(lambda: any(marked(tmp_path)), within_s=20)

        up.send_signal(number)

        up.wait(timeout=30)
        assert list(marked(tmp_path)) == []
        command.run("down", "--purge")
        assert not list(tmp_path.iterdir())
