import json
import logging
import time

import pytest
from chalicelib.geocoding.addresses import (
    REST_AFTER_FAILURE_S,
    REST_AFTER_REFUSAL_S,
    Address,
    GeocoderError,
)
from chalicelib.geocoding.providers import GeopyGeocoder
from chalicelib.geocoding.settings import GeocoderSettings, Provider
from chalicelib.settings import Bounds

from tests.support.geocoders import (
    AddressServer,
    Reply,
    dripping,
    found,
    raw,
    refused,
    silent,
)

AREA = Bounds(west=-74.1, south=40.6, east=-73.9, north=40.9)
TOWER = ("40.7484", "-73.9857", "Empire State Building, 350, 5th Avenue, New York")


def geocoder_at(
    server: AddressServer, provider: Provider = Provider.NOMINATIM, key: str = ""
) -> GeopyGeocoder:
    """A service of this kind behind the test's own server."""
    return GeopyGeocoder(GeocoderSettings(provider=provider, url=server.url, key=key))


class TestNominatim:
    """A Nominatim-compatible service, over real HTTP."""

    def test_asks_by_our_name_and_within_the_area(self) -> None:
        """Its usage policy requires the one; riders need the other."""
        with AddressServer(found(TOWER)) as server:
            places = geocoder_at(server).find("350 5th ave", area=AREA, bounded=True)

        assert places == [Address(40.7484, -73.9857, TOWER[2])]
        assert server.headers[0]["User-Agent"] == "bikeshare-availability"
        assert "bounded=1" in server.paths[0]
        assert "viewbox=-74.1%2C40.6%2C-73.9%2C40.9" in server.paths[0]

    def test_finds_nothing(self) -> None:
        """An empty answer is an answer."""
        with AddressServer(raw(b"[]")) as server:
            assert geocoder_at(server).find("x", area=AREA, bounded=False) == []

    @pytest.mark.filterwarnings("ignore:Latitude")
    @pytest.mark.parametrize(
        ("reply", "rest_s"),
        [
            (refused(403), REST_AFTER_REFUSAL_S),
            (refused(429), REST_AFTER_REFUSAL_S),
            (refused(500), REST_AFTER_FAILURE_S),
            (refused(503), REST_AFTER_FAILURE_S),
            (raw(b"", status=302, Location="http://169.254.169.254/"), REST_AFTER_FAILURE_S),
            (raw(b"not json"), REST_AFTER_FAILURE_S),
            (raw(b"[" * 100_000), REST_AFTER_FAILURE_S),
            (raw(b'["a", 7]'), REST_AFTER_FAILURE_S),
            (raw(b'{"error": "busy"}'), REST_AFTER_FAILURE_S),
            (raw(b"7"), REST_AFTER_FAILURE_S),
            (found((1e99, 0, "far")), REST_AFTER_FAILURE_S),
            (raw(b" " * 600_000), REST_AFTER_FAILURE_S),
        ],
    )
    def test_any_failure_is_one_kind_of_error(self, reply: Reply, rest_s: int) -> None:
        """Refusals, nonsense and redirects to internal addresses never break a request of ours."""
        with AddressServer(reply) as server, pytest.raises(GeocoderError) as failed:
            geocoder_at(server).find("x", area=AREA, bounded=True)

        assert failed.value.rest_s == rest_s
        assert len(server.paths) == 1

    @pytest.mark.parametrize("reply", [silent, dripping])
    def test_waits_no_longer_than_its_time(self, reply: Reply) -> None:
        """A service that sends a byte now and then would hold up a rider forever."""
        with AddressServer(reply) as server:
            began = time.monotonic()
            with pytest.raises(GeocoderError, match="TimedOut"):
                geocoder_at(server).find("x", area=AREA, bounded=True)

            assert time.monotonic() - began < 3.6

    def test_nobody_there_is_an_error_at_once(self) -> None:
        """The service is down."""
        with AddressServer(raw(b"")) as server:
            gone = geocoder_at(server)

        with pytest.raises(GeocoderError, match="Unavailable"):
            gone.find("x", area=AREA, bounded=True)

    def test_hostile_places_are_left_out_or_plain_text(self) -> None:
        """A name is text, whatever it looks like; no place is off the Earth."""
        script = '<script>alert(1)</script>\x00\u202e"'
        with AddressServer(found((40.7, -74.0, script), (0, 0, "unsaid"))) as server:
            places = geocoder_at(server).find("x", area=AREA, bounded=True)

        assert places == [Address(40.7, -74.0, '<script>alert(1)</script> "')]

    def test_what_is_looked_for_is_in_no_log(self, caplog: pytest.LogCaptureFixture) -> None:
        """Nobody keeps where somebody wants to go."""
        caplog.set_level(logging.DEBUG)
        with AddressServer(found(TOWER), refused(403)) as server:
            geocoder = geocoder_at(server)
            geocoder.find("secret lane", area=AREA, bounded=True)
            with pytest.raises(GeocoderError):
                geocoder.find("secret lane", area=AREA, bounded=True)

        assert "secret" not in caplog.text


class TestPelias:
    """The other open service."""

    def test_asks_with_its_key_and_within_the_area(self) -> None:
        """Its answers are GeoJSON."""
        answer = {
            "features": [
                {
                    "geometry": {"coordinates": [-73.9857, 40.7484]},
                    "properties": {"name": "Empire State Building"},
                }
            ]
        }
        with AddressServer(raw(json.dumps(answer).encode())) as server:
            geocoder = geocoder_at(server, Provider.PELIAS, key="k1")
            places = geocoder.find("350 5th ave", area=AREA, bounded=True)

        assert places == [Address(40.7484, -73.9857, "Empire State Building")]
        assert "api_key=k1" in server.paths[0]
        assert "boundary.rect.min_lat=40.6" in server.paths[0]


@pytest.fixture
def aws_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account's credentials, as Lambda provides them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.mark.usefixtures("aws_account")
class TestAmazonLocation:
    """The service on AWS, over boto3's own HTTP."""

    def test_asks_within_the_area_and_for_keeps(self) -> None:
        """Amazon must be told that answers are stored."""
        item = {
            "PlaceId": "p",
            "PlaceType": "PointAddress",
            "Title": "350 5th Ave",
            "Address": {"Label": "350 5th Ave, New York"},
            "Position": [-73.9857, 40.7484],
        }
        answer = raw(json.dumps({"ResultItems": [item]}).encode(), Content_Type="application/json")
        with AddressServer(answer) as server:
            geocoder = geocoder_at(server, Provider.AMAZON)
            places = geocoder.find("350 5th ave", area=AREA, bounded=True)
            geocoder.find("boston", area=AREA, bounded=False)

        assert places == [Address(40.7484, -73.9857, "350 5th Ave, New York")]
        assert server.paths[0] == "/v2/search-text"
        assert server.bodies[0]["Filter"] == {"BoundingBox": [-74.1, 40.6, -73.9, 40.9]}
        assert server.bodies[0]["IntendedUse"] == "Storage"
        assert "Filter" not in server.bodies[1]

    @pytest.mark.parametrize(
        ("status", "kind", "rest_s"),
        [
            (429, "ThrottlingException", REST_AFTER_REFUSAL_S),
            (403, "AccessDeniedException", REST_AFTER_REFUSAL_S),
            (400, "ValidationException", REST_AFTER_FAILURE_S),
            (500, "InternalServerException", REST_AFTER_FAILURE_S),
        ],
    )
    def test_any_refusal_is_one_kind_of_error(self, status: int, kind: str, rest_s: int) -> None:
        """Asked once, then it is the second service's turn."""
        reply = raw(b'{"message": "no"}', status=status, x_amzn_ErrorType=kind)
        with AddressServer(reply) as server, pytest.raises(GeocoderError) as failed:
            geocoder_at(server, Provider.AMAZON).find("x", area=AREA, bounded=True)

        assert failed.value.rest_s == rest_s
        assert len(server.paths) == 1

    def test_nobody_there_is_an_error(self) -> None:
        """No route out of the network is the usual mistake."""
        with AddressServer(raw(b"")) as server:
            gone = geocoder_at(server, Provider.AMAZON)

        with pytest.raises(GeocoderError, match="Unavailable"):
            gone.find("x", area=AREA, bounded=True)
