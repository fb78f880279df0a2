"""Once a day, or when somebody asks: forget trips that are older than the ledger should keep."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from bikeshare.errors import InvalidRequestError
from lambdas.forget_trips.forgetting import forget
from lambdas.reading import database_of

# A slice takes as long as a batch of as many rows; what is left is for the next call.
RESERVE_MS: Final = 60_000

logger = Logger()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, object]:
    """Forget what is older than the event says; after a failure, the next call continues."""
    forgotten = forget(
        database_of(os.environ),
        before=datetime.now(UTC) - age_of(event),
        has_time=lambda: context.get_remaining_time_in_millis() > RESERVE_MS,
    )
    logger.info("trips forgotten", extra=forgotten.told())
    return forgotten.told()


def age_of(event: dict[str, Any]) -> timedelta:
    """Read how old a trip must be; raise InvalidRequestError, as there is no default."""
    days = event.get("older_than_days")
    if type(days) is not int or days <= 0:
        message = f"older_than_days is {days!r}: it must be a whole number of days above 0"
        raise InvalidRequestError(message)
    return timedelta(days=days)
