"""
Called by the deploy: bring the schema up to date, then let the reader sign in through the proxy.

An operator may call it with {"empty": "STAGE"}: the database is then emptied, for a rebuild.
"""

import json
import os
from contextlib import closing
from typing import Any

import boto3
import psycopg2
from psycopg2 import sql

from bikeshare.errors import InvalidRequestError
from lambdas.migrate_database.migration import upgrade
from lambdas.migrate_database.settings import MigrationSettings


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Migrate; an error fails the deploy, which then rolls back."""
    settings = MigrationSettings.from_env(os.environ)
    anew = is_to_be_emptied(event, stage=settings.stage)
    token = boto3.client("rds").generate_db_auth_token(
        DBHostname=settings.host, Port=settings.port, DBUsername=settings.user
    )
    url = settings.url(token)
    revision = upgrade(url, anew=anew)
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=settings.reader_secret_arn)
    set_password(url, **reader_of(secret["SecretString"]))
    return {"revision": revision}


def is_to_be_emptied(event: dict[str, Any], *, stage: str) -> bool:
    """Return whether to empty the database; raise InvalidRequestError if another stage is named."""
    asked = event.get("empty")
    if asked is not None and asked != stage:
        message = f"this is the database of {stage!r}, and {asked!r} was to be emptied"
        raise InvalidRequestError(message)
    return asked is not None


def reader_of(secret: str) -> dict[str, str]:
    """Read the role and its password from the secret that RDS Proxy signs in with."""
    known = json.loads(secret)
    return {"role": known["username"], "password": known["password"]}


def set_password(url: str, *, role: str, password: str) -> None:
    """Set a database role's password to the one that the proxy will present."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        cursor.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
