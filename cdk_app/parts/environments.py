"""Environment variables that several functions share: for the brokers and the database."""

import json

from cdk_app.config import SystemConfig
from cdk_app.parts import database as postgres
from cdk_app.parts.database import Database
from cdk_app.parts.event_log import EventLog
from cdk_app.parts.limited_function import CA_FILE


def signing_in(database: Database, *, user: str) -> dict[str, str]:
    """Return where the proxy is and the user to sign in as; the function makes its own token."""
    return {
        "DATABASE_AUTH": "iam",
        "DATABASE_HOST": database.proxy.endpoint,
        "DATABASE_PORT": str(postgres.PORT),
        "DATABASE_NAME": postgres.NAME,
        "DATABASE_USER": user,
    }


def reading(database: Database) -> dict[str, str]:
    """Return the settings to sign in as the API's user, who may not change the ledger."""
    return trusting(signing_in(database, user=postgres.READER))


def owning(database: Database) -> dict[str, str]:
    """Return the settings to sign in as the owner, who alone may change the ledger."""
    return trusting(signing_in(database, user=postgres.OWNER))


def trusting(told: dict[str, str]) -> dict[str, str]:
    """Add the CA file; psycopg2's OpenSSL looks for one at a path from where it was compiled."""
    return {**told, "SSL_CERT_FILE": CA_FILE}


def brokers(event_log: EventLog) -> dict[str, str]:
    """Return the settings to reach Kafka."""
    return {"KAFKA_BOOTSTRAP": event_log.bootstrap, "KAFKA_SECURITY": "IAM"}


def files_of(system: SystemConfig) -> dict[str, str]:
    """Return the time zone and the formats of the system's files, for a publisher."""
    return {
        "SYSTEM_TIME_ZONE": system.time_zone,
        "TRIP_FORMATS": ",".join(system.trip_formats),
        "TRIP_FORMAT_OVERRIDES": json.dumps(system.trip_format_overrides),
    }
