import psycopg2

from lambdas.sweep_drops.sweep import Swept
from local_stack.sweeper import Sweeper


class TestSweeper:
    def test_goes_on_after_a_service_was_down(self) -> None:
        """The next sweep is what finds the drops that were lost with the service."""
        sweeps: list[str] = []
        waits = iter([False, False, True])

        def sweep() -> Swept:
            sweeps.append("tried")
            if len(sweeps) == 1:
                message = "connection refused"
                raise psycopg2.OperationalError(message)
            return Swept(queued=1)

        Sweeper(sweep, wait=lambda _: next(waits)).run()

        assert sweeps == ["tried", "tried"]
