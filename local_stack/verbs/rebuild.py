"""`rebuild`: make the database anew from what lies in the bucket, as the runbook tells it."""

from lambdas.migrate_database.migration import upgrade
from local_stack.client import restart, running_endpoints
from local_stack.home import Home
from local_stack.output import Output


def rebuild(home: Home, output: Output) -> int:
    """
    Empty the database and start the stream without its checkpoints; the sweep does the rest.

    Emptied first: what the stream reads again from Kafka before that would be thrown away.
    """
    endpoints = running_endpoints(home)
    with output.progress() as bar:
        bar.show(0, total=2, text="emptying the database")
        revision = upgrade(endpoints.postgres_dsn, anew=True)
        bar.show(1, total=2, text="starting the stream anew")
        stream = restart(home, "stream", anew=True)
    text = (
        f"the database is empty, at revision {revision}; the stream reads what Kafka keeps, and"
        " the sweep queues what is missing: `drain` waits for both"
    )
    output.result({"revision": revision, "stream_pid": stream.pid}, text)
    return 0
