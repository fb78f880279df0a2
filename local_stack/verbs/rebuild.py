"""`rebuild`: rebuild the database from the bucket, as described in the runbook."""

from lambdas.migrate_database.migration import upgrade
from local_stack.client import restart, running_endpoints
from local_stack.home import Home
from local_stack.output import Output


def rebuild(home: Home, output: Output) -> int:
    """
    Empty the database and start the stream without its checkpoints; the sweep does the rest.

    The database goes first: rows that the stream re-reads from Kafka before that would be lost.
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
