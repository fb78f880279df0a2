"""Whether the API shows what the database holds; it reads the city at most once a second."""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import psycopg2

VERSION = "SELECT version FROM system_state"
TIMEOUT_S = 5
NEWEST = "/api/v1/stations?limit=1"


def why_not_shown(api_url: str, dsn: str) -> list[str]:
    """Say why who asks the API now might see an older state; nothing when they cannot."""
    connected = closing(psycopg2.connect(dsn, connect_timeout=3))
    with connected as connection, connection.cursor() as cursor:
        cursor.execute(VERSION)
        row = cursor.fetchone()
    held = 0 if row is None else row[0]
    try:
        shown = _shown(api_url)
    except (OSError, HTTPException, ValueError, KeyError) as error:
        return [f"the API does not answer: {error}".strip()]
    return [f"the API shows version {shown} of {held}"] if shown < held else []


def _shown(api_url: str) -> int:
    with closing(HTTPConnection(urlsplit(api_url).netloc, timeout=TIMEOUT_S)) as connection:
        connection.request("GET", NEWEST)
        return int(json.loads(connection.getresponse().read())["version"])
