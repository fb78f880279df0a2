"""`sweep`: requeue drops in the bucket that make no progress."""

from datetime import timedelta

from local_stack.client import emulated_aws, running_endpoints
from local_stack.errors import UsageError
from local_stack.home import Home
from local_stack.output import Output
from local_stack.sweeper import sweep_now


def sweep(home: Home, output: Output, *, older_than_s: float) -> int:
    """Sweep once, now, and report how many drops were queued."""
    if older_than_s < 0:
        message = "--older-than must not be negative"
        raise UsageError(message)
    endpoints = running_endpoints(home)
    swept = sweep_now(
        emulated_aws(endpoints), endpoints.postgres_dsn, older_than=timedelta(seconds=older_than_s)
    )
    unfinished = swept.unfinished.total()
    text = f"{swept.queued} queued again; of {swept.looked_at} drops {unfinished} unfinished"
    output.result(swept.told(), text)
    return 0
