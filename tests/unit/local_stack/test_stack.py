"""What a supervisor writes down, in which order; the services themselves are never started."""

import errno
import os
from pathlib import Path

import pytest

from local_stack.home import Endpoints, Home
from local_stack.stack import Stack
from local_stack.status import StackStatus, State


class TestNotes:
    def test_say_where_all_is_before_they_say_that_all_run(self, tmp_path: Path) -> None:
        """`up --detach` reads the endpoints the moment it sees that all run."""
        home = Home(tmp_path)
        stack = Stack(home, os.environ)
        for keeper in stack.keepers:
            keeper.state = State.RUNNING

        stack.note()

        assert StackStatus.read(home).state is State.RUNNING
        assert Endpoints.read(home) == stack.endpoints

    def test_say_nothing_of_where_while_not_all_run(self, tmp_path: Path) -> None:
        """Endpoints of a stack that is not up would send clients to nobody."""
        home = Home(tmp_path)

        Stack(home, os.environ).note()

        assert not home.endpoints_file.exists()


class TestWatch:
    def test_a_home_that_cannot_be_written_ends_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A full disk gets freed at some point; until then services are kept running."""
        home = Home(tmp_path)
        stack = Stack(home, os.environ)
        tries = []

        def write(status: StackStatus, _home: Home) -> None:
            tries.append(status)
            if len(tries) == 3:
                stack.ask_to_stop()
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(StackStatus, "write", write)
        stack.watch()
        stack.stop()

        assert len(tries) == 4
