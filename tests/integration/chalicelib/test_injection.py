from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import psycopg2
import pytest
from chalicelib.contract.document import OPERATIONS
from chalicelib.contract.operation import Operation

from tests.integration.chalicelib.conftest import Api
from tests.support.served_api import NASTY, put_city
from tests.support.served_stations import ServedState, station_row

pytestmark = pytest.mark.integration

TEXTS = (
    "' OR 1=1 --",
    "1; DROP TABLE station",
    "$$; SELECT pg_sleep(9); $$",
    "%s%(id)s{0}{station}",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "${jndi:ldap://x/y}",
    "\x00\r\nSet-Cookie: a=b",
    "\u202e\ufeff\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "x" * 9000,
)
OURS = [one for one in OPERATIONS if one.path.startswith("/api/")]
INSIDE = (b"psycopg2", b"Traceback", b"SELECT", b"127.0.0.1", b"chalicelib", b"test_", b"LINE 1")


def path_of(one: Operation, text: str = "3186") -> str:
    """Fill in the parameters of a path."""
    path = one.path
    for parameter in one.parameters:
        if parameter.is_in_path:
            path = path.replace(f"{{{parameter.name}}}", quote(text, safe=""))
    return path


def is_bounded(schema: Mapping[str, Any]) -> bool:
    """Return whether a schema limits sizes; an enumeration does so by itself."""
    if schema["type"] in ("integer", "number"):
        return {"minimum", "maximum"} <= schema.keys()
    if schema["type"] == "array":
        return "maxItems" in schema or "enum" in schema["items"]
    has_form = schema.get("pattern", "").startswith("^")
    return has_form or bool(schema.keys() & {"maxLength", "enum", "format"})


class TestTexts:
    """Text from anywhere is data."""

    @pytest.mark.parametrize("one", OURS, ids=lambda one: one.name)
    def test_in_parameters_do_nothing(self, api: Api, served: ServedState, one: Operation) -> None:
        """Each text in each parameter and in the path is refused, or matches nothing."""
        served.put(station_row())
        for text in TEXTS:
            names = [*(part.name for part in one.query_parameters), "nope"]
            value = quote(text, safe="")
            asked = [path_of(one, text), *(f"{path_of(one)}?{name}={value}" for name in names)]
            for address in asked:
                response = api.get(address)
                assert response.status_code in (200, 400, 404), address
                assert "Set-Cookie" not in response.headers
                assert not [
                    word
                    for word in INSIDE
                    if word in response.body and word not in address.encode()
                ]
        assert served.fetch("SELECT station_id, name FROM station") == [("3186", "Grove St PATH")]

    def test_from_files_and_feeds_are_told_as_they_came(
        self, api: Api, served: ServedState
    ) -> None:
        """A name in a trip file or a snapshot is a name, whatever it contains."""
        put_city(served)

        listed = api.get("/api/v1/stations?ids=..%2F..%2Fetc%2Fpasswd").json_body["stations"]
        drop = api.get("/api/v1/drops/d1").json_body
        page = api.get(f"/?q={quote(NASTY[:60])}").body.decode()

        assert [one["name"] for one in listed] == [NASTY]
        assert NASTY in drop["key"]
        assert "<script>alert" not in page

    def test_are_never_taken_for_a_page(self, api: Api, served: ServedState) -> None:
        """A browser that opens an answer shows it as text."""
        put_city(served)
        for path in ("/api/v1/stations", f"/api/v1/stations/{quote(NASTY, safe='')}", "/nope<b>"):
            response = api.get(path)
            assert "json" in response.headers["Content-Type"]
            assert response.headers["X-Content-Type-Options"] == "nosniff"


class TestHeaders:
    """What comes and goes beside the content."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"accept": "image/png"},
            {"accept_encoding": "x" * 5000},
            {"content_type": "\x00"},
            {"if_none_match": '"' * 3000},
            {"if_modified_since": "yesterday"},
            {"if_modified_since": "Mon, 01 Jan 99999 00:00:00 GMT"},
            {"range": "bytes=0-1"},
            {"authorization": "Basic eDp5"},
            {"x_http_method_override": "DELETE"},
            {"host": "evil.example"},
            {"x_forwarded_host": "evil.example"},
            {"origin": "null"},
        ],
        ids=str,
    )
    def test_do_not_change_what_is_answered(
        self, api: Api, served: ServedState, headers: dict[str, str]
    ) -> None:
        """Odd, wrong or meant for others."""
        served.put(station_row())
        response = api.get("/api/v1/stations", **headers)

        assert response.status_code == 200
        assert response.json_body["stations"][0]["station_id"] == "3186"
        assert b"evil" not in response.body

    def test_of_every_answer_are_safe(self, api: Api, served: ServedState) -> None:
        """Including errors and pages."""
        served.put(station_row())
        for path in ("/", "/docs", "/openapi.json", "/api/v1/stations", "/nope", "/api/v1/nearby"):
            headers = api.get(path).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "Strict-Transport-Security" in headers
            assert "Referrer-Policy" in headers
            assert headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in headers


class TestErrors:
    """One format that reveals no internals."""

    def test_of_ours_tell_nothing(self, api: Api, served: ServedState) -> None:
        """The details of a bug or a broken database are in our logs, not in the answer."""
        served.execute("DROP TABLE trip, system_flow CASCADE")
        for path, status in (("/api/v1/flows", 500), ("/api/v1/drops?after=x", 404)):
            response = api.get(path)
            assert response.status_code == status
            assert response.headers["Content-Type"] == "application/problem+json"
            assert not [word for word in INSIDE if word in response.body]


class TestLimits:
    """Nobody can ask for more than the service can bear."""

    def test_of_time_are_the_roles_own(self, api: Api, served: ServedState) -> None:
        """RDS Proxy takes no options: on AWS, only the role's own settings hold."""
        assert api
        read_only = psycopg2.connect(served.dsn.replace("bikeshare@", "bikeshare_api@"))
        with read_only.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("5s",)
        read_only.close()

    def test_of_size_are_in_the_contract(self) -> None:
        """Every number has a maximum, every list a length, every text a pattern; ids are exempt."""
        for one in OURS:
            for parameter in one.query_parameters:
                assert parameter.name == "after" or is_bounded(parameter.schema), parameter.name


class TestRole:
    """The role that the API signs in as."""

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM station",
            "UPDATE system_state SET version = 0",
            "INSERT INTO station_gone VALUES ('3186', 1)",
            "TRUNCATE trip",
            "DROP TABLE drop",
            "CREATE TABLE mine (x int)",
            "SELECT apply_batch('live', 1)",
            "SELECT count(*) FROM trip",
            "SELECT pg_read_file('/etc/passwd')",
            "COPY station TO PROGRAM 'id'",
            "SET ROLE bikeshare",
            "ALTER ROLE bikeshare_api SUPERUSER",
        ],
    )
    def test_can_change_nothing(self, served: ServedState, statement: str) -> None:
        """Even if somebody could send their own statements, and asked for a writing session."""
        connection = psycopg2.connect(served.dsn.replace("bikeshare@", "bikeshare_api@"))
        connection.set_session(readonly=False, autocommit=True)
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)
        connection.close()
