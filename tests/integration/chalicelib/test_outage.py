import os
import signal
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psycopg2
import pytest
from chalicelib.database import Database, connect_to_url
from chalicelib.service import service
from psycopg2.extensions import cursor

from tests.integration.chalicelib.conftest import Api
from tests.support.contract import problems_of
from tests.support.served_stations import ServedState, station_row

pytestmark = pytest.mark.integration

CITY = (
    ("/api/v1/stations", "/api/v1/stations"),
    ("/api/v1/stations", "/api/v1/stations?need=bike&since=2019-07-01T12:00:00Z"),
    ("/api/v1/stations.geojson", "/api/v1/stations.geojson"),
    ("/api/v1/stations/{station_id}", "/api/v1/stations/3186"),
    ("/api/v1/nearby", "/api/v1/nearby?q=grove+st"),
    ("/api/v1/geocode", "/api/v1/geocode?q=grove+st"),
    ("/api/v1/status", "/api/v1/status"),
)


@pytest.fixture
def shut(served: ServedState, postgres: str) -> Iterator[Callable[[], None]]:
    """Refuse all connections, as when the database is restarted or lost; reopen it at the end."""
    name = urlsplit(served.dsn).path[1:]
    outside = psycopg2.connect(postgres)
    outside.autocommit = True

    def shut_now() -> None:
        with outside.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )

    yield shut_now
    with outside.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    outside.close()


class TestOutage:
    """The database is away."""

    def test_leaves_the_last_good_picture(
        self, api: Api, served: ServedState, shut: Callable[[], None]
    ) -> None:
        """Riders and clients carry on, and are told how old it is, in the body and the headers."""
        served.put(station_row())
        for _, asked in CITY:
            assert api.get(asked).json_body["stale_since"] is None
        shut()

        for path, asked in CITY:
            response = api.get(asked)
            assert response.status_code == 200, asked
            assert response.json_body["stale_since"] is not None
            assert problems_of(path, response.json_body) == []
            assert int(response.headers["Age"]) >= 1
            assert response.headers["Warning"].startswith("110 ")

    def test_keeps_tags_while_it_lasts(
        self, api: Api, served: ServedState, shut: Callable[[], None]
    ) -> None:
        """The same old picture is sent only once."""
        served.put(station_row())
        api.get("/api/v1/stations")
        shut()
        tag = api.get("/api/v1/stations").headers["ETag"]

        assert api.get("/api/v1/stations", if_none_match=tag).status_code == 304

    @pytest.mark.parametrize(
        "asked", ["/api/v1/stations/3186/history", "/api/v1/flows", "/api/v1/drops"]
    )
    def test_is_said_where_nothing_is_kept(
        self, api: Api, served: ServedState, shut: Callable[[], None], asked: str
    ) -> None:
        """The message is to try again; no internals are revealed."""
        served.put(station_row())
        shut()
        response = api.get(asked)

        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert b"127.0.0.1" not in response.body
        assert b"test_" not in response.body

    def test_is_said_by_a_container_that_has_read_nothing(
        self, api: Api, shut: Callable[[], None]
    ) -> None:
        """There is no picture to show."""
        shut()
        service.cache_clear()

        assert api.get("/api/v1/stations").status_code == 503

    def test_looks_addresses_up_no_more_but_says_so(
        self,
        api: Api,
        served: ServedState,
        shut: Callable[[], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Turns at a geocoder are kept in the database; names are found as usual."""
        monkeypatch.setenv("GEOCODER", "nominatim")
        monkeypatch.setenv("GEOCODER_URL", "http://127.0.0.1:1")
        service.cache_clear()
        served.put(station_row())
        api.get("/api/v1/stations")
        shut()

        read = api.get("/api/v1/geocode?q=350+5th+ave")
        shown = api.get("/?q=350+5th+ave").body.decode()

        assert (read.status_code, read.json_body["reason"]) == (200, "unavailable")
        assert problems_of("/api/v1/geocode", read.json_body) == []
        assert "all else works" in shown

    def test_is_not_hidden_from_those_who_ask_by_date(
        self, api: Api, served: ServedState, shut: Callable[[], None]
    ) -> None:
        """Stations and clock are unchanged, but it matters that they are old."""
        served.put(station_row())
        date = api.get("/api/v1/stations").headers["Last-Modified"]
        assert api.get("/api/v1/stations", if_modified_since=date).status_code == 304
        shut()

        old = api.get("/api/v1/stations", if_modified_since=date)

        assert old.json_body["stale_since"] is not None
        assert "Last-Modified" not in old.headers

    def test_of_one_session_that_hangs_is_over_in_a_moment(self, served: ServedState) -> None:
        """A silent server does not time out by itself; a new session is tried instead."""
        sessions: list[int] = []

        def ask(db: cursor) -> int:
            sessions.append(db.connection.info.backend_pid)
            db.execute("SELECT 1")
            [(one,)] = db.fetchall()
            return int(one)

        database = Database(lambda: connect_to_url(served.dsn), silence_s=0.5)
        assert database.read(ask) == 1
        os.kill(sessions[0], signal.SIGSTOP)
        try:
            assert database.read(ask) == 1
        finally:
            os.kill(sessions[0], signal.SIGCONT)
        assert sessions[-1] != sessions[0]

    def test_leaves_gbfs_and_tells_the_watchers(
        self, api: Api, served: ServedState, shut: Callable[[], None]
    ) -> None:
        """GBFS clients keep the last feed, marked as old; metrics report no outdated number."""
        served.put(station_row())
        before = api.get("/gbfs/2.3/station_status.json")
        assert b"bikeshare_database_up 1.0" in api.get("/metrics").body
        shut()

        for _ in range(2):
            after = api.get("/gbfs/2.3/station_status.json")
            metrics = api.get("/metrics").body

        assert after.json_body == before.json_body
        assert "Warning" in after.headers
        assert b"bikeshare_database_up 0.0" in metrics
        assert b"bikeshare_event_clock_age_seconds" not in metrics
