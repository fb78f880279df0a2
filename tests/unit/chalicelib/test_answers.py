import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from chalice.app import Request, Response
from chalicelib.answers import Body, Dated, answer, finish, has_it_already, takes_gzip
from chalicelib.database import DatabaseUnavailableError
from chalicelib.problems import InvalidParameterError

LONG = Body(b"station " * 200)


def asked(method: str = "GET", **headers: str) -> Request:
    """A request as Chalice passes it to middleware."""
    return Request(
        {
            "multiValueQueryStringParameters": None,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "pathParameters": {},
            "requestContext": {"httpMethod": method, "resourcePath": "/"},
            "body": None,
            "stageVariables": {},
        }
    )


def finished(body: Body, method: str = "GET", **headers: str) -> Response:
    """Return what leaves when a route returns this body."""
    return finish(asked(method, **headers), lambda _: answer(body))


class TestFinish:
    """The one way out that all answers take."""

    def test_gzips_for_those_who_take_it(self) -> None:
        """A city of 2,200 stations is 0.9 MB plain and 0.13 MB compressed."""
        response = finished(LONG, accept_encoding="gzip, deflate, br")

        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(response.body) == LONG.plain
        assert response.headers["Vary"] == "Accept-Encoding"

    def test_leaves_short_answers_plain(self) -> None:
        """Below the size of a packet, compression gains nothing."""
        response = finished(Body(b"{}"), accept_encoding="gzip")

        assert "Content-Encoding" not in response.headers

    def test_gives_each_representation_its_own_etag(self) -> None:
        """A strong ETag promises the same bytes."""
        plain, zipped = finished(LONG), finished(LONG, accept_encoding="gzip")

        assert plain.headers["ETag"] != zipped.headers["ETag"]
        assert finished(LONG).headers["ETag"] == plain.headers["ETag"]

    def test_sends_nothing_to_those_who_have_it(self) -> None:
        """Asking every few seconds costs next to nothing while nothing changes."""
        etag = str(finished(LONG).headers["ETag"])
        response = finished(LONG, if_none_match=f'"other", W/{etag}')

        assert (response.status_code, response.body) == (304, b"")
        assert response.headers["ETag"] == etag

    def test_answers_head_with_headers_alone(self) -> None:
        """A monitor asks without paying for the body."""
        response = finished(LONG, "HEAD")

        assert (response.status_code, response.body) == (200, b"")
        assert "ETag" in response.headers

    def test_head_tells_what_get_would(self) -> None:
        """The ETag of compressed bytes must come with their Content-Encoding."""
        head, get = (finished(LONG, method, accept_encoding="gzip") for method in ("HEAD", "GET"))

        assert head.headers == get.headers

    @pytest.mark.parametrize(
        "since",
        ["yesterday", f"Tue, 01 Jan 2019 00:00:00 +{'9' * 17}", "Tue, 01 Jan 2019 00:00:00"],
    )
    def test_takes_no_nonsense_for_a_date(self, since: str) -> None:
        """Whatever a caller sends, the answer is ours."""
        dated = Body(LONG.plain, Dated(datetime(2019, 1, 1, tzinfo=UTC), is_exact=True))

        assert finished(dated, if_modified_since=since).status_code == 200
        known = finished(dated, if_modified_since="Tue, 01 Jan 2019 00:00:00 GMT")
        assert known.status_code == 304

    def test_lets_any_page_read(self) -> None:
        """The API is public: a browser on another site may use it."""
        response = finished(Body(b"{}"))
        preflight = finish(asked("OPTIONS"), lambda _: answer(LONG))

        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert preflight.status_code == 204
        assert "GET" in preflight.headers["Access-Control-Allow-Methods"]

    def test_tells_a_problem(self) -> None:
        """RFC 9457: one format for every error, naming the parameter."""

        def route(_: Request) -> Response:
            message = "lat must be a number"
            raise InvalidParameterError(message, parameter="lat")

        response = finish(asked(), route)

        assert response.status_code == 400
        assert response.headers["Content-Type"] == "application/problem+json"
        assert json.loads(response.body) == {
            "type": "urn:bikeshare:problem:invalid-parameter",
            "title": "A parameter's value cannot be used",
            "status": 400,
            "detail": "lat must be a number",
            "parameter": "lat",
        }

    def test_says_when_to_try_again(self) -> None:
        """A database that is away for a moment is not the caller's mistake."""

        def route(_: Request) -> Response:
            message = "the database cannot be reached"
            raise DatabaseUnavailableError(message)

        response = finish(asked(), route)

        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert response.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (500, {"Code": "InternalServerError", "Message": "secret at line 3 of /opt/app.py"}),
            (405, {"Code": "MethodNotAllowedError", "Message": "Unsupported method: POST"}),
        ],
    )
    def test_says_in_our_form_what_chalice_says_in_its_own(
        self, status: int, said: dict[str, Any]
    ) -> None:
        """One format for every error, and nothing internal in any."""
        response = finish(asked("POST"), lambda _: Response(said, {"X": "y"}, status))

        assert response.status_code == status
        assert response.headers["Content-Type"] == "application/problem+json"
        assert b"secret" not in response.body


class TestTakesGzip:
    """What a caller's Accept-Encoding means."""

    @pytest.mark.parametrize("offer", ["gzip", "br, GZIP;q=0.5", "*", "*;q=0, gzip"])
    def test_takes(self, offer: str) -> None:
        """Any weight but zero."""
        assert takes_gzip(offer)

    @pytest.mark.parametrize("offer", ["", "identity", "gzip;q=0, *", "gzip; q=0.0", "xgzip"])
    def test_does_not_take(self, offer: str) -> None:
        """Compressed bytes are noise to a client that did not ask for them."""
        assert not takes_gzip(offer)


class TestHasItAlready:
    """RFC 9110 on If-None-Match."""

    def test_a_star_is_any(self) -> None:
        """Whatever there is, the caller has something."""
        assert has_it_already("*", LONG)
        assert not has_it_already("", LONG)
