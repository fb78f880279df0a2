"""Whether the API shows the database's newest state, which it reads only now and then."""

import json
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import psycopg2

VERSION = "SELECT version FROM system_state"
TIMEOUT_S = 5
NEWEST = "/api/v1/stations?limit=1"


def held_version(dsn: str) -> int:
    """Read the version of the database's state; 0 before the first batch."""
    connected = closing(psycopg2.connect(dsn, connect_timeout=3))
    with connected as connection, connection.cursor() as cursor:
        cursor.execute(VERSION)
        (version,) = cursor.fetchone() or (0,)
    return int(version)


def why_not_shown(api_url: str, held: int) -> list[str]:
    """Return why the API might now answer from an older state; empty if it cannot."""
    try:
        shown = _shown_version(api_url)
    except (OSError, HTTPException, ValueError, KeyError) as error:
        return [f"the API does not answer: {error}".strip()]
    return [f"the API shows version {shown} of {held}"] if shown < held else []


def _shown_version(api_url: str) -> int:
    with closing(HTTPConnection(urlsplit(api_url).netloc, timeout=TIMEOUT_S)) as connection:
        connection.request("GET", NEWEST)
        answer = connection.getresponse()
        content = answer.read()
    if answer.status != HTTPStatus.OK:
        message = f"it says {answer.status}"
        raise HTTPException(message)
    return int(json.loads(content)["version"])
