import gzip
import http.client
import json
from collections.abc import Iterator

import pytest

from tests.support.served_stations import ServedState, station_row

pytestmark = pytest.mark.integration


@pytest.fixture
def caller(address: str) -> Iterator[http.client.HTTPConnection]:
    """One keep-alive connection to the app."""
    connection = http.client.HTTPConnection(address, timeout=10)
    yield connection
    connection.close()


class TestOverHttp:
    """What shows only on a real connection."""

    def test_bytes_are_what_the_headers_say(
        self, caller: http.client.HTTPConnection, served: ServedState
    ) -> None:
        """Compressed bytes survive the gateway's base64; a client may omit Accept altogether."""
        served.put(*(station_row(str(n)) for n in range(20)))
        caller.putrequest("GET", "/api/v1/stations", skip_accept_encoding=True)
        caller.putheader("Accept-Encoding", "gzip")
        caller.endheaders()

        response = caller.getresponse()

        assert response.headers["Content-Encoding"] == "gzip"
        assert len(json.loads(gzip.decompress(response.read()))["stations"]) == 20

    def test_one_connection_serves_many_questions(
        self, caller: http.client.HTTPConnection, served: ServedState
    ) -> None:
        """HEAD, 304 and problems leave no stray bytes at the start of the next answer."""
        served.put(station_row())
        caller.request("GET", "/api/v1/stations")
        first = caller.getresponse()
        first.read()

        statuses = []
        for method, path, headers in (
            ("HEAD", "/api/v1/stations", {}),
            ("GET", "/api/v1/stations", {"If-None-Match": first.headers["ETag"]}),
            ("GET", "/nope", {}),
            ("OPTIONS", "/api/v1/stations", {}),
            ("POST", "/api/v1/stations", {}),
            ("GET", "/api/v1/stations/3186", {}),
        ):
            caller.request(method, path, headers=headers)
            response = caller.getresponse()
            response.read()
            statuses.append(response.status)

        assert statuses == [200, 304, 404, 204, 405, 200]

    def test_lives_through_a_restart_of_the_database(
        self, caller: http.client.HTTPConnection, served: ServedState
    ) -> None:
        """Connections that the database cut are reopened within the same request."""
        served.put(station_row())
        caller.request("GET", "/api/v1/status")
        caller.getresponse().read()
        served.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'bikeshare_api' AND datname = current_database()"
        )

        caller.request("GET", "/api/v1/stations/3186")
        response = caller.getresponse()

        assert (response.status, json.loads(response.read())["station_id"]) == (200, "3186")
