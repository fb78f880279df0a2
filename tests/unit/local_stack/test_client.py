from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from local_stack.client import restart
from local_stack.home import Endpoints, Home
from local_stack.lock import held
from local_stack.status import ServiceStatus, StackStatus, State
from tests.support.eventually import eventually
from tests.unit.local_stack.test_status import KAFKA

STACK = StackStatus(state=State.RUNNING, pid=7, pid_started_at=0.5, services=(KAFKA,))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home whose supervisor is this test."""
    found = Home(tmp_path)
    Endpoints(api_url="", s3_endpoint="", bucket="", kafka_bootstrap="", postgres_dsn="").write(
        found
    )
    STACK.write(found)
    with held(found):
        yield found


class TestRestart:
    def test_waits_for_another_process(self, home: Home) -> None:
        """While the old one ends there is none, which is not yet another."""
        answers: list[ServiceStatus] = []
        asking = Thread(target=lambda: answers.append(restart(home, "kafka")))
        asking.start()
        assert eventually((home.requests / "restart-kafka").exists)
        for one in (replace(KAFKA, pid=None), replace(KAFKA, pid=None, state=State.STARTING)):
            replace(STACK, services=(one,)).write(home)
            asking.join(0.3)
            assert answers == []

        again = replace(KAFKA, pid=43)
        replace(STACK, services=(again,)).write(home)
        asking.join(10)

        assert answers == [again]
