"""What several functions are told alike: where the brokers are, and where the database is."""

import json

from cdk_app.config import SystemConfig
from cdk_app.parts import database as postgres
from cdk_app.parts.database import Database
from cdk_app.parts.event_log import EventLog
from cdk_app.parts.private_function import CA_FILE


def signing_in(database: Database, *, user: str) -> dict[str, str]:
    """Tell a function where the proxy is and as whom to sign in; the token it makes itself."""
    return {
        "DATABASE_AUTH": "iam",
        "DATABASE_HOST": database.proxy.endpoint,
        "DATABASE_PORT": str(postgres.PORT),
        "DATABASE_NAME": postgres.NAME,
        "DATABASE_USER": user,
    }


def reading(database: Database) -> dict[str, str]:
    """Tell a function how to sign in as the API's user, who may not change the ledger."""
    return trusting(signing_in(database, user=postgres.READER))


def owning(database: Database) -> dict[str, str]:
    """Tell a function how to sign in as the owner, who alone may change the ledger."""
    return trusting(signing_in(database, user=postgres.OWNER))


def trusting(told: dict[str, str]) -> dict[str, str]:
    """Add whom to trust: psycopg2's own OpenSSL looks for roots where it was compiled."""
    return {**told, "SSL_CERT_FILE": CA_FILE}


def brokers(event_log: EventLog) -> dict[str, str]:
    """Tell a function where Kafka is."""
    return {"KAFKA_BOOTSTRAP": event_log.bootstrap, "KAFKA_SECURITY": "IAM"}


def files_of(system: SystemConfig) -> dict[str, str]:
    """Tell a publisher on which clock the system's files were written, and in which formats."""
    return {
        "SYSTEM_TIME_ZONE": system.time_zone,
        "TRIP_FORMATS": ",".join(system.trip_formats),
        "TRIP_FORMAT_OVERRIDES": json.dumps(system.trip_format_overrides),
    }
