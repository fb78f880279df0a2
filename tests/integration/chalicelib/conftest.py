"""The Chalice app in front of a real, migrated database, one for each test."""

import threading
from collections.abc import Iterator

import pytest
from chalice.config import Config
from chalice.local import LocalDevServer
from chalice.test import Client, HTTPResponse
from chalicelib.service import service

from tests.support.served_stations import ServedState


@pytest.fixture
def served(database: str) -> Iterator[ServedState]:
    """The database behind the API."""
    state = ServedState(database)
    yield state
    state.close()


class Api:
    """The app as a client sees it."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, path: str, **headers: str) -> HTTPResponse:
        """Send a GET request."""
        return self.request("GET", path, **headers)

    def request(self, method: str, path: str, **headers: str) -> HTTPResponse:
        """Send a request with another method."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.http.request(method, path, headers={"host": "bikes.example"} | named)


@pytest.fixture
def api(served: ServedState, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The app, connected as the read-only role."""
    from app import app

    read_only = served.dsn.replace("bikeshare@", "bikeshare_api@")
    monkeypatch.setenv("DATABASE_URL", read_only)
    monkeypatch.setenv("MAP_TILES_URL", "")
    # Show what a test changes at once.
    monkeypatch.setenv("REFRESH_S", "0")
    service.cache_clear()
    with Client(app) as client:
        yield Api(client)
    service.cache_clear()


@pytest.fixture
def address(served: ServedState, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The app on Chalice's own local server; yields its host and port."""
    from app import app

    monkeypatch.setenv("DATABASE_URL", served.dsn.replace("bikeshare@", "bikeshare_api@"))
    monkeypatch.setenv("REFRESH_S", "0")
    service.cache_clear()
    server = LocalDevServer(app, Config.create(), "127.0.0.1", 0).server
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
    service.cache_clear()
