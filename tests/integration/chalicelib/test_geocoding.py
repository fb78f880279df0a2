import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest
from chalicelib.database import Database
from chalicelib.geocoding.addresses import Address, GeocoderError
from chalicelib.geocoding.book import AddressBook
from chalicelib.geocoding.memory import KEPT_FOR, Memory
from chalicelib.service import service
from chalicelib.settings import Bounds

from tests.integration.chalicelib.conftest import Api
from tests.support.geocoders import AddressServer, Reply, found, raw, refused, silent
from tests.support.served_stations import ServedState, station_row

pytestmark = pytest.mark.integration

AREA = Bounds(west=-74.1, south=40.6, east=-73.9, north=40.9)
TOWER = (40.7484, -73.9857, "Empire State Building, 350, 5th Avenue, Manhattan")
BROOKLYN = (40.6650, -73.9900, "350, 5th Avenue, Brooklyn")
BOSTON = (42.3554, -71.0655, "Boston Common, Boston")


class Geocoders:
    """The geocoders configured for a test's API."""

    def __init__(self, services: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
        self._services = services
        self._monkeypatch = monkeypatch

    def use(self, *replies: Reply, second: bool = False) -> AddressServer:
        """Start a service and configure it for the API."""
        server = self._services.enter_context(AddressServer(*replies))
        prefix = "GEOCODER_SECOND" if second else "GEOCODER"
        self._monkeypatch.setenv(prefix, "nominatim")
        self._monkeypatch.setenv(f"{prefix}_URL", server.url)
        service.cache_clear()
        return server


@pytest.fixture
def geocoders(
    api: Api, served: ServedState, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Geocoders]:
    """No service yet; the database has a station in midtown."""
    assert api
    monkeypatch.setenv("MAP_BOUNDS", f"{AREA.west},{AREA.south},{AREA.east},{AREA.north}")
    service.cache_clear()
    served.put(station_row(name="W 52 St & 11 Ave", lat=40.767, lon=-73.994))
    with ExitStack() as services:
        yield Geocoders(services, monkeypatch)


class TestGeocodeRoute:
    """An address, from the text to the place or the reason."""

    def test_says_that_addresses_are_not_looked_up_here(
        self, api: Api, geocoders: Geocoders
    ) -> None:
        """Unless an operator names a service, no text leaves the machine; riders are told so."""
        assert geocoders
        read = api.get("/api/v1/geocode?q=350+5th+ave").json_body
        shown = api.get("/?q=350+5th+ave").body.decode()

        assert (read["place"], read["reason"]) == (None, "not_found")
        for told in (read["detail"], shown):
            assert "addresses are not looked up here" in told
            assert "coordinates" in told

    def test_finds_an_address_and_asks_only_once(self, api: Api, geocoders: Geocoders) -> None:
        """The answer is cached, however the address is written."""
        server = geocoders.use(found(TOWER))

        read = api.get("/api/v1/geocode?q=350+5th+ave")
        near = api.get("/api/v1/nearby?q=350+5TH++Ave")
        place, again = (answer.json_body["place"] for answer in (read, near))

        # Where somebody wants to go is nobody else's to keep.
        assert all(a.headers["Cache-Control"].startswith("private,") for a in (read, near))
        assert place == {"lat": TOWER[0], "lon": TOWER[1], "name": TOWER[2], "kind": "address"}
        assert again == place
        assert len(server.paths) == 1

    def test_stations_come_first_and_are_not_told_to_others(
        self, api: Api, geocoders: Geocoders
    ) -> None:
        """What we know ourselves is nobody else's business."""
        server = geocoders.use(found(TOWER))

        api.get("/api/v1/geocode?q=w+52+%26+11")
        api.get("/api/v1/geocode?q=40.7,-74.0")

        assert server.paths == []

    def test_asks_which_of_several_and_takes_the_answer(
        self, api: Api, geocoders: Geocoders
    ) -> None:
        """A chosen suggestion leads to its own place without asking again."""
        server = geocoders.use(found(TOWER, BROOKLYN))

        vague = api.get("/api/v1/geocode?q=350+5th+ave").json_body
        chosen = api.get("/api/v1/geocode?q=350,+5th+Avenue,+Brooklyn").json_body["place"]

        assert vague["reason"] == "too_vague"
        assert vague["suggestions"] == [TOWER[2], BROOKLYN[2]]
        assert (chosen["lat"], chosen["lon"]) == BROOKLYN[:2]
        assert len(server.paths) == 1

    def test_names_the_area_that_an_address_is_outside_of(
        self, api: Api, geocoders: Geocoders
    ) -> None:
        """If nothing is found within the bounds, the service is asked once more without them."""
        server = geocoders.use(raw(b"[]"), found(BOSTON))

        read = api.get("/api/v1/geocode?q=boston+common").json_body

        assert read["reason"] == "outside_area"
        assert read["detail"].startswith("Boston Common, Boston is outside the area of Citi Bike")
        assert read["suggestions"] == ["W 52 St & 11 Ave"]
        assert ["bounded" in path for path in server.paths] == [True, False]

    def test_remembers_that_there_is_nothing(
        self, api: Api, geocoders: Geocoders, served: ServedState
    ) -> None:
        """For one day only: the address might be on the map tomorrow."""
        server = geocoders.use(raw(b"[]"))

        for _ in range(2):
            read = api.get("/api/v1/geocode?q=qwertyuiop").json_body
            assert read["reason"] == "not_found"

        assert len(server.paths) == 2
        served.execute("UPDATE geocode_cache SET known_until = now()")
        api.get("/api/v1/geocode?q=qwertyuiop")
        assert len(server.paths) > 2

    def test_asks_the_second_when_the_first_fails(self, api: Api, geocoders: Geocoders) -> None:
        """And leaves the first alone for a while."""
        first = geocoders.use(refused(429))
        second = geocoders.use(found(TOWER), second=True)

        for q in ("350+5th+ave", "empire+state"):
            assert api.get(f"/api/v1/geocode?q={q}").json_body["place"]

        assert (len(first.paths), len(second.paths)) == (1, 2)

    def test_a_slow_first_is_not_waited_for(self, api: Api, geocoders: Geocoders) -> None:
        """After three seconds the second is asked, and the first left alone."""
        geocoders.use(silent)
        second = geocoders.use(found(TOWER), second=True)
        began = time.monotonic()

        place = api.get("/api/v1/geocode?q=350+5th+ave").json_body["place"]

        assert place["name"] == TOWER[2]
        assert 2.5 < time.monotonic() - began < 6
        assert len(second.paths) == 1

    @pytest.mark.parametrize(
        "reply",
        [
            refused(403),
            refused(429),
            refused(500),
            raw(b"<html>"),
            raw(b'[{"lat": "here"}]'),
            raw(b"[" * 100_000),
            raw(b" " * 600_000),
        ],
    )
    def test_says_that_it_cannot_be_looked_up_now(
        self, api: Api, geocoders: Geocoders, reply: Reply
    ) -> None:
        """And what still works; that nothing was found would be a lie, so it is not cached."""
        geocoders.use(reply)

        read = api.get("/api/v1/geocode?q=350+5th+ave")
        near = api.get("/api/v1/nearby?q=350+5th+ave")

        assert (read.status_code, read.json_body["reason"]) == (200, "unavailable")
        assert "all else works" in read.json_body["detail"]
        assert near.status_code == 503
        assert near.json_body["type"] == "urn:bikeshare:problem:addresses-unavailable"
        assert near.headers["Retry-After"] == "5"

    def test_a_hostile_answer_is_text_and_nothing_else(
        self, api: Api, geocoders: Geocoders
    ) -> None:
        """It passes through the database, the page and JSON."""
        name = "<script>\x00\ud800'); DROP TABLE trip; --"
        geocoders.use(found((40.7, -74.0, name)))

        page = api.get("/?q=350+5th+ave").body.decode()

        assert "<script>'" not in page
        assert "&lt;script&gt;" in page

    @pytest.mark.parametrize("text", ["a" * 200, "%00x%00yz", "%F0%9F%9A%B2%F0%9F%9A%B2abc", "%%%"])
    def test_odd_texts_are_answered(self, api: Api, geocoders: Geocoders, text: str) -> None:
        """At worst, the input becomes a key of the table."""
        geocoders.use(raw(b"[]"))

        assert api.get(f"/api/v1/geocode?q={text}").json_body["reason"] == "not_found"


class Slow:
    """A service that records when it is asked."""

    name = "slow"

    def __init__(self) -> None:
        self.asked_at: list[float] = []

    def find(self, text: str, *, area: Bounds, bounded: bool) -> list[Address]:
        """Answer at once."""
        assert area
        assert bounded
        self.asked_at.append(time.monotonic())
        return [Address(40.7, -74.0, text)]


class TestTurns:
    """One request a second, however many clients ask."""

    def test_many_containers_take_turns(self, served: ServedState) -> None:
        """Public services ban clients that ask faster; those too late are told that it is busy."""
        slow = Slow()
        busy: list[str] = []
        address = served.dsn.replace("bikeshare@", "bikeshare_api@")

        def search(text: str) -> None:
            book = AddressBook([slow], Memory(Database.at(address)))
            try:
                book.find(text, area=AREA)
            except GeocoderError:
                busy.append(text)

        threads = [threading.Thread(target=search, args=(f"street {n}",)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        gaps = [after - before for before, after in pairwise(slow.asked_at)]
        assert len(slow.asked_at) + len(busy) == 5
        assert 2 <= len(slow.asked_at) < 5
        assert min(gaps) > 0.9

    def test_the_reader_may_write_answers_and_turns_and_nothing_else(
        self, served: ServedState
    ) -> None:
        """Outdated rows are deleted on the way."""
        memory = Memory(Database.at(served.dsn.replace("bikeshare@", "bikeshare_api@")))
        served.execute("INSERT INTO geocode_cache VALUES ('old', '[]', now() - interval '1 day')")

        memory.keep([("here", [Address(1, 2, "Here")])], kept_for=KEPT_FOR)

        assert memory.recall("here") == [Address(1, 2, "Here")]
        assert memory.recall("old") is None
        served.execute("INSERT INTO geocode_cache VALUES ('old', '[]', now())")
