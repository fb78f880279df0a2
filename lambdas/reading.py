"""The database as a function meets it: where it is, and a connection to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import psycopg2
from psycopg2.extensions import connection

from bikeshare.errors import SettingsError

CONNECT_TIMEOUT_S: Final = 5


@dataclass(frozen=True, kw_only=True)
class SignedInDatabase:
    """A database on AWS that is entered with a short-lived IAM token over verified TLS."""

    host: str
    port: int
    name: str
    user: str


def database_of(env: Mapping[str, str]) -> str | SignedInDatabase:
    """Read where the database is: DATABASE_URL, or on AWS its parts."""
    if env.get("DATABASE_AUTH") != "iam":
        return _required(env, "DATABASE_URL")
    port = env.get("DATABASE_PORT") or "5432"
    if not port.isdecimal():
        message = f"DATABASE_PORT is {port!r}: it must be a port number"
        raise SettingsError(message)
    return SignedInDatabase(
        host=_required(env, "DATABASE_HOST"),
        port=int(port),
        name=env.get("DATABASE_NAME") or "bikeshare",
        user=env.get("DATABASE_USER") or "bikeshare_api",
    )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        message = f"{name} is not set"
        raise SettingsError(message)
    return value


def connected(database: str | SignedInDatabase, *, is_reading: bool = True) -> connection:
    """Connect, to transactions that only read; asked for at BEGIN, that pins no session."""
    opened = _to_url(database) if isinstance(database, str) else _with_token(database)
    opened.readonly = is_reading
    return opened


def _to_url(url: str) -> connection:
    return psycopg2.connect(
        url, connect_timeout=CONNECT_TIMEOUT_S, application_name="bikeshare-functions"
    )


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
        application_name="bikeshare-functions",
        sslmode="verify-full",
        sslrootcert="system",
    )
