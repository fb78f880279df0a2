"""`forget`: forget old trips, as the function does on AWS."""

from datetime import UTC, datetime, timedelta
from typing import Final

from lambdas.forget_trips.forgetting import forget as forget_trips
from local_stack.client import running_endpoints
from local_stack.errors import UsageError
from local_stack.home import Home
from local_stack.output import Output

MOST_DAYS: Final = 36_500


def forget(home: Home, output: Output, *, days: int) -> int:
    """Forget all trips that ended at least that many days ago, and report how many."""
    if not 0 < days <= MOST_DAYS:
        message = f"--older-than must be a number of days above 0, and {MOST_DAYS:,} at most"
        raise UsageError(message)
    forgotten = forget_trips(
        running_endpoints(home).postgres_dsn,
        before=datetime.now(UTC) - timedelta(days=days),
        has_time=lambda: True,
    )
    output.result(forgotten.told(), f"{forgotten.trips} trips forgotten")
    return 0
