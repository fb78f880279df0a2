"""`redrive`: retry what was given up."""

from local_stack.client import emulated_aws, running_endpoints
from local_stack.home import Home
from local_stack.output import Output
from local_stack.redrive import redrive_drops, redrive_records


def redrive(home: Home, output: Output, *, records: bool) -> int:
    """Send dead-lettered drops again, or the Kafka records that were set aside unread."""
    endpoints = running_endpoints(home)
    if records:
        sent = redrive_records(endpoints.kafka_bootstrap, endpoints.postgres_dsn)
        output.result({"redriven": sum(sent.values()), "by_topic": sent}, _text("records", sent))
    else:
        moved = redrive_drops(emulated_aws(endpoints))
        output.result({"redriven": sum(moved.values()), "by_queue": moved}, _text("drops", moved))
    return 0


def _text(what: str, counts: dict[str, int]) -> str:
    named = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    return f"{sum(counts.values())} {what} sent again{f': {named}' if named else ''}"
