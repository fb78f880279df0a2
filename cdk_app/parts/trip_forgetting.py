"""The function that forgets old trips: daily if the stage limits how long to keep them."""

from constructs import Construct

from cdk_app.parts.limited_function import FunctionCode, FunctionSize, LimitedFunction
from cdk_app.parts.network import Network
from cdk_app.parts.timetable import run_every

TIMEOUT_S = 600
DAY_MINUTES = 24 * 60


class TripForgetting(Construct):
    """A function that may sign in to the database, and nothing else."""

    def __init__(
        self, scope: Construct, id_: str, *, code: FunctionCode, log_days: int, network: Network
    ) -> None:
        super().__init__(scope, id_)
        size = FunctionSize(memory_mib=256, timeout_s=TIMEOUT_S, log_days=log_days)
        self.private = LimitedFunction(self, "Forget", code=code, size=size, network=network)

    def every_day(self, *, keep_days: int) -> None:
        """Schedule it to forget, every day, trips older than that."""
        run_every(self.private.function, minutes=DAY_MINUTES, event={"older_than_days": keep_days})
