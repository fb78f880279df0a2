from datetime import UTC, datetime, timedelta

import pytest
from chalicelib.service import service

from tests.integration.chalicelib.conftest import Api
from tests.support.gbfs_checks import VERSIONS, Tree, contradictions, fetched, findings
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.integration

STATUS_2_3 = "/gbfs/2.3/station_status.json"
HARD_CASES = (
    station_row("whole"),
    station_row("of trips alone", capacity=None, num_docks_available=None, is_installed=None,
                num_ebikes_available=None, is_renting=None, is_returning=None, source="trips"),
    station_row("closed", is_renting=False, is_returning=False),
    station_row("full", num_bikes_available=20, num_docks_available=0),
    station_row("over full", num_bikes_available=25, num_docks_available=0),
    station_row("planned", is_installed=False, capacity=0, num_bikes_available=0,
                num_ebikes_available=0, num_docks_available=0),
    station_row("ahead", last_reported=CLOCK + timedelta(hours=3)),
    station_row("unknown", num_bikes_available=None, num_ebikes_available=None),
    station_row("nameless", name=None),
    station_row("nowhere", lat=None, lon=None),
    station_row("neither", name=None, lat=None, lon=None),
    station_row('"<script>', name="Ünïcode & <b> — 自転車 🚲"),
)  # fmt: skip
IN_BOTH = {
    "whole",
    "of trips alone",
    "closed",
    "full",
    "over full",
    "planned",
    "ahead",
    '"<script>',
}


class TestFeeds:
    """What clients see in the feeds, over real HTTP."""

    @pytest.mark.parametrize("path", ["gbfs.json", "2.3/gbfs.json", "3.0/gbfs.json"])
    def test_find_no_error_in_hard_cases(
        self, address: str, served: ServedState, path: str
    ) -> None:
        """The validator reads every feed that discovery lists."""
        served.put(*HARD_CASES)

        assert findings(f"http://{address}/gbfs/{path}") == []

    @pytest.mark.parametrize("path", ["gbfs.json", "3.0/gbfs.json"])
    def test_find_no_error_before_the_first_data(self, address: str, path: str) -> None:
        """A new deployment may be listed before its first file."""
        assert findings(f"http://{address}/gbfs/{path}") == []

    @pytest.mark.parametrize("version", VERSIONS)
    def test_agree_with_each_other(self, address: str, served: ServedState, version: str) -> None:
        """What no schema can express."""
        served.put(*HARD_CASES)
        tree = Tree(f"http://{address}/gbfs/{version}/gbfs.json")

        assert contradictions(tree) == []
        assert tree.status.keys() == IN_BOTH
        assert tree.information.keys() == IN_BOTH | {"unknown"}
        assert service().feeds().listing.left_out == {"no_name": 2, "no_place": 1, "no_count": 1}

    @pytest.mark.parametrize("version", VERSIONS)
    def test_tell_closed_from_empty_and_full(
        self, address: str, served: ServedState, version: str
    ) -> None:
        """Having no docks does not mean that nothing can be returned; unknown is not closed."""
        served.put(*HARD_CASES)
        status = Tree(f"http://{address}/gbfs/{version}/gbfs.json").status

        words = ("is_installed", "is_renting", "is_returning")
        assert [status["closed"][word] for word in words] == [True, False, False]
        assert [status["planned"][word] for word in words] == [False, True, True]
        for open_one in ("full", "of trips alone"):
            assert [status[open_one][word] for word in words] == [True, True, True]
        assert "num_docks_available" not in status["of trips alone"]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_are_as_of_the_event_clock(
        self, address: str, served: ServedState, version: str
    ) -> None:
        """Replaying an old day shows it in every feed; so does going live."""
        for clock in (CLOCK, datetime.now(UTC) - timedelta(seconds=20)):
            served.put(station_row(), clock=clock)
            tree = Tree(f"http://{address}/gbfs/{version}/gbfs.json")

            for feed in tree.feeds.values():
                assert 0 <= clock.timestamp() - tree.moment(feed["last_updated"]) < 1

    def test_tell_times_before_gbfs_as_far_as_they_can(
        self, address: str, served: ServedState
    ) -> None:
        """2.3 has no time before December 2015; 3.0 has."""
        old = datetime(2013, 8, 29, 17, 34, 1, tzinfo=UTC)
        served.put(station_row(last_reported=old), clock=old)

        assert findings(f"http://{address}/gbfs/2.3/gbfs.json") == []
        assert findings(f"http://{address}/gbfs/3.0/gbfs.json") == []
        shown = fetched(f"http://{address}/gbfs/3.0/station_status.json")
        assert shown["last_updated"] == "2013-08-29T17:34:01Z"
        assert shown["data"]["stations"][0]["last_reported"] == "2013-08-29T17:34:01Z"

    def test_tell_e_bikes_only_where_they_are_known(
        self, address: str, served: ServedState
    ) -> None:
        """A system without e-bike counts has one vehicle type."""
        served.put(station_row("a", num_ebikes_available=None))
        plain = Tree(f"http://{address}/gbfs/gbfs.json")
        served.put(station_row("b", num_bikes_available=5, num_ebikes_available=2))
        electric = Tree(f"http://{address}/gbfs/gbfs.json")

        assert len(plain.feeds["vehicle_types"]["data"]["vehicle_types"]) == 1
        assert electric.status["b"]["vehicle_types_available"] == [
            {"vehicle_type_id": "bike", "count": 3},
            {"vehicle_type_id": "ebike", "count": 2},
        ]
        assert contradictions(electric) == []


class TestRoutes:
    """How the feeds behave as resources."""

    def test_say_for_how_long_they_hold(self, api: Api, served: ServedState) -> None:
        """A cache keeps a feed as long as the feed itself says, and no longer."""
        served.put(station_row())
        for path in (STATUS_2_3, "/gbfs/gbfs.json", "/gbfs/3.0/system_information.json"):
            response = api.get(path)

            ttl_s = response.json_body["ttl"]
            assert response.headers["Cache-Control"] == f"public, max-age={ttl_s}"

    def test_give_the_same_bytes_until_something_changes(
        self, api: Api, served: ServedState
    ) -> None:
        """Asking again costs nothing; a change is seen at once."""
        served.put(station_row())
        before = api.get(STATUS_2_3)
        same = api.get(STATUS_2_3, if_none_match=before.headers["ETag"])
        served.put(station_row(num_bikes_available=1))
        after = api.get(STATUS_2_3, if_none_match=before.headers["ETag"])

        assert (same.status_code, after.status_code) == (304, 200)
        assert after.json_body["data"]["stations"][0]["num_bikes_available"] == 1

    def test_ignore_what_clients_add_to_get_past_caches(self, api: Api) -> None:
        """A client that appends `?_=1564` could not read a feed that refuses it."""
        assert api.get(f"{STATUS_2_3}?_=1564&_=2").status_code == 200

    def test_are_read_by_web_pages(self, api: Api) -> None:
        """As with every route here."""
        assert api.get(STATUS_2_3).headers["Access-Control-Allow-Origin"] == "*"
        assert api.request("OPTIONS", "/gbfs/gbfs.json").status_code == 204
        assert api.request("HEAD", "/gbfs/gbfs.json").body == b""

    @pytest.mark.parametrize("path", ["/gbfs", "/gbfs/2.3/manifest.json", "/gbfs/4.0/gbfs.json"])
    def test_are_no_more_than_there_are(self, api: Api, path: str) -> None:
        """A version that we do not publish is a plain problem."""
        assert api.get(path).json_body["type"] == "urn:bikeshare:problem:not-found"

    def test_link_to_the_address_that_was_asked(self, api: Api) -> None:
        """Only the Host header is trusted: forwarding headers could point links to other sites."""
        linked = api.get(
            "/gbfs/3.0/gbfs.json",
            host="bikes.example:8000",
            x_forwarded_host="evil.example",
            forwarded="host=evil.example",
        ).json_body["data"]["feeds"][0]["url"]

        assert linked == "http://bikes.example:8000/gbfs/3.0/gbfs.json"

    @pytest.mark.parametrize("host", ["", "a b", "evil.example/x", "a@b", 'a"b', "a\\b", "x" * 300])
    def test_refuse_a_host_that_is_none(self, api: Api, host: str) -> None:
        """No link is made from it."""
        response = api.get("/gbfs/gbfs.json", host=host)

        assert (response.status_code, response.json_body["type"]) == (
            400,
            "urn:bikeshare:problem:unknown-address",
        )
        assert b"PUBLIC_URL" in response.body

    def test_link_to_the_configured_address(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Behind a proxy, the service is told its public address."""
        monkeypatch.setenv("PUBLIC_URL", "https://bikes.example/city/")
        service.cache_clear()

        versions = api.get("/gbfs/2.3/gbfs_versions.json", host="").json_body["data"]["versions"]

        assert [version["url"] for version in versions] == [
            "https://bikes.example/city/gbfs/2.3/gbfs.json",
            "https://bikes.example/city/gbfs/3.0/gbfs.json",
        ]


class TestSystemInformation:
    """What is published about a system that has said nothing about itself."""

    def test_it_is_not_given_away(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        """3.0 takes silence as public domain; the page that we link says that it is not."""
        monkeypatch.setenv("SYSTEM_ID", "oslo")
        service.cache_clear()

        for version in VERSIONS:
            told = api.get(f"/gbfs/{version}/system_information.json", host="bikes.example")
            assert told.json_body["data"]["license_url"] == "http://bikes.example/docs#license"
            assert "license_id" not in told.json_body["data"]
        assert b'id="license"' in api.get("/docs").body

    def test_a_licence_of_its_own_stands_alone(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A licence id and a page that says there is no licence would contradict each other."""
        monkeypatch.setenv("SYSTEM_ID", "oslo")
        monkeypatch.setenv("SYSTEM_LICENSE_ID", "CC-BY-4.0")
        service.cache_clear()

        told = api.get("/gbfs/3.0/system_information.json").json_body["data"]

        assert (told["license_id"], told.get("license_url")) == ("CC-BY-4.0", None)

    def test_only_3_0_gets_an_address_that_nobody_reads(self, api: Api) -> None:
        """2.3 does not require one."""
        read = [
            api.get(f"/gbfs/{one}/system_information.json").json_body["data"] for one in VERSIONS
        ]

        contacts = [told.get("feed_contact_email") for told in read]
        assert contacts == [None, "feed-contact-is-not-set@example.com"]

    @pytest.mark.parametrize("version", VERSIONS)
    def test_validators_take_it(
        self, address: str, monkeypatch: pytest.MonkeyPatch, version: str
    ) -> None:
        """They know each version's required fields and address formats."""
        monkeypatch.setenv("SYSTEM_ID", "oslo")
        service.cache_clear()

        assert findings(f"http://{address}/gbfs/{version}/gbfs.json") == []
