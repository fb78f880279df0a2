import fcntl
from pathlib import Path

import pytest

from local_stack.errors import AlreadyRunningError
from local_stack.home import Home
from local_stack.lock import held, is_held


class TestHeld:
    """Two supervisors in one home would start everything twice on the same data."""

    def test_refuses_a_second_supervisor(self, tmp_path: Path) -> None:
        """The error says who is in the way and how to stop it."""
        home = Home(tmp_path)
        with held(home), pytest.raises(AlreadyRunningError, match="`down` ends it"), held(home):
            pytest.fail("two supervisors hold one home")

    def test_is_free_again_afterwards(self, tmp_path: Path) -> None:
        """A stopped stack can be started again."""
        home = Home(tmp_path)
        with held(home):
            assert is_held(home)

        assert not is_held(home)
        with held(home):
            assert is_held(home)

    def test_nobody_holds_a_home_that_is_not_there(self, tmp_path: Path) -> None:
        """Asking creates no folder."""
        home = Home(tmp_path / "none")

        assert not is_held(home)
        assert not home.path.exists()

    def test_to_ask_disturbs_nobody_who_asks(self, tmp_path: Path) -> None:
        """Two that ask at once must not take each other for a supervisor."""
        home = Home(tmp_path)
        with held(home):
            pass
        with home.lock_file.open("a+") as asking:
            fcntl.flock(asking, fcntl.LOCK_SH)

            assert not is_held(home)

    def test_a_lock_that_was_removed_holds_nobody_off(self, tmp_path: Path) -> None:
        """A purge removes the file; whoever waited for it takes the new one."""
        home = Home(tmp_path)
        with held(home):
            home.lock_file.unlink()
            with held(home):
                assert is_held(home)
