"""The database as functions use it: where it is, and a connection to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import psycopg2
from psycopg2.extensions import connection

from lambdas.environment import required, whole_number

CONNECT_TIMEOUT_S: Final = 5
APPLICATION: Final = "bikeshare-functions"
DEFAULT_PORT: Final = 5432


@dataclass(frozen=True, kw_only=True)
class SignedInDatabase:
    """A database on AWS that takes a short-lived IAM token over verified TLS."""

    host: str
    port: int
    name: str
    user: str


def database_of(env: Mapping[str, str]) -> str | SignedInDatabase:
    """Read where the database is: DATABASE_URL, or its parts on AWS; may raise SettingsError."""
    if env.get("DATABASE_AUTH") != "iam":
        return required(env, "DATABASE_URL")
    return SignedInDatabase(
        host=required(env, "DATABASE_HOST"),
        port=whole_number(env, "DATABASE_PORT", DEFAULT_PORT),
        name=env.get("DATABASE_NAME") or "bikeshare",
        user=env.get("DATABASE_USER") or "bikeshare_api",
    )


def connected(database: str | SignedInDatabase, *, is_reading: bool = True) -> connection:
    """Connect, by default read-only; set at BEGIN, that makes RDS Proxy pin no session."""
    opened = _to_url(database) if isinstance(database, str) else _with_token(database)
    opened.readonly = is_reading
    return opened


def _to_url(url: str) -> connection:
    return psycopg2.connect(url, connect_timeout=CONNECT_TIMEOUT_S, application_name=APPLICATION)


def _with_token(database: SignedInDatabase) -> connection:
    import boto3

    token = boto3.client("rds").generate_db_auth_token(
        DBHostname=database.host, Port=database.port, DBUsername=database.user
    )
    return psycopg2.connect(
        host=database.host,
        port=database.port,
        dbname=database.name,
        user=database.user,
        password=token,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name=APPLICATION,
        sslmode="verify-full",
        sslrootcert="system",
    )
