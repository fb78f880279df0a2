from datetime import datetime, timedelta

import pytest

from tests.integration.chalicelib.conftest import Api
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.integration

LATER = CLOCK + timedelta(minutes=1)


def changed(api: Api, asked: str) -> tuple[list[str], list[str]]:
    """Return which stations changed, and which to forget."""
    listed = api.get(f"/api/v1/stations?{asked}").json_body
    return [one["station_id"] for one in listed["stations"]], listed["removed"]


class TestSince:
    """Changes since an answer, identified by its as_of; none may ever be missed."""

    def test_tells_what_came_later(self, api: Api, served: ServedState) -> None:
        """A client that keeps the answer's own as_of gets what it has not seen."""
        served.put(station_row("a"), station_row("b"), station_row("c"))
        as_of = api.get("/api/v1/stations").json_body["as_of"]
        assert changed(api, f"since={as_of}") == ([], [])
        served.put(station_row("b", num_bikes_available=0), clock=LATER)

        assert changed(api, f"since={as_of}") == (["b"], [])
        assert changed(api, f"since={LATER.isoformat()}".replace("+", "%2B")) == ([], [])

    def test_tells_late_events_that_leave_the_clock_where_it_was(
        self, api: Api, served: ServedState
    ) -> None:
        """The as_of is the same before and after; whoever asks by it still gets the change."""
        served.put(station_row("a"), station_row("b"))
        as_of = api.get("/api/v1/stations").json_body["as_of"]
        served.put(station_row("b", num_bikes_available=0))
        assert api.get("/api/v1/stations").json_body["as_of"] == as_of

        assert changed(api, f"since={as_of}") == (["b"], [])

    def test_tells_of_a_moment_between_two_answers(self, api: Api, served: ServedState) -> None:
        """A client may choose a time of its own."""
        served.put(station_row("a"))
        served.put(station_row("b"), clock=LATER)

        assert changed(api, "since=2019-07-01T12:00:30Z") == (["b"], [])

    @pytest.mark.parametrize("moment", ["1999-01-01T00:00:00Z", "2100-01-01T00:00:00Z"])
    def test_tells_everything_to_one_it_does_not_know(
        self, api: Api, served: ServedState, moment: str
    ) -> None:
        """Too much is a nuisance, too little a wrong map."""
        served.put(station_row("a"), station_row("b"))

        assert changed(api, f"since={moment}")[0] == ["a", "b"]

    def test_tells_a_new_name(self, api: Api, served: ServedState) -> None:
        """No count changes with it."""
        served.put(station_row("a"), station_row("b"))
        version = api.get("/api/v1/stations").json_body["version"]
        served.execute(
            "UPDATE system_state SET version = version + 1;"
            "UPDATE station SET name = 'New' WHERE station_id = 'b'"
        )

        assert changed(api, f"since={CLOCK:%Y-%m-%dT%H:%M:%SZ}") == (["b"], [])
        assert changed(api, f"since_version={version}") == (["b"], [])

    def test_tells_what_went(self, api: Api, served: ServedState) -> None:
        """A station turned out to be another one; if it comes back, it is listed again."""
        served.put(station_row("a"), station_row("b"))
        version = api.get("/api/v1/stations").json_body["version"]
        served.remove("a")

        assert changed(api, f"since_version={version}") == ([], ["a"])
        assert changed(api, f"since_version={version + 1}") == ([], [])
        served.put(station_row("a"))
        assert changed(api, f"since_version={version}") == (["a"], [])

    def test_tells_what_fits_no_more(self, api: Api, served: ServedState) -> None:
        """Clients that follow the stations with bikes must learn of one that has none left."""
        served.put(station_row("a"), station_row("b"))
        version = api.get("/api/v1/stations?min_bikes=1").json_body["version"]
        served.put(station_row("b", num_bikes_available=0))

        assert changed(api, f"since_version={version}&min_bikes=1") == ([], ["b"])

    def test_tells_everything_after_the_database_began_anew(
        self, api: Api, served: ServedState
    ) -> None:
        """A version from before says nothing about the new database."""
        served.put(station_row("a"))

        assert changed(api, "since_version=999999999")[0] == ["a"]


class TestSelection:
    """A part of the list."""

    @pytest.fixture
    def city(self, served: ServedState) -> ServedState:
        """Stations of every kind."""
        served.put(
            station_row("a", num_bikes_available=0, num_docks_available=20),
            station_row("b", aliases=["B2"]),
            station_row("c", is_renting=False, num_bikes_available=9),
            station_row("d", num_bikes_available=None, num_docks_available=None, lat=None),
        )
        return served

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("ids=B2,a,nope", "ab"),
            ("need=bike", "b"),
            ("need=dock", "abc"),
            ("min_bikes=8", "bc"),
            ("min_docks=13", "a"),
            ("min_docks=0", "abc"),
            ("min_bikes=0", "abc"),
            ("min_bikes=1&need=bike&ids=b,c", "b"),
            ("bbox=-75,40,-74,41", "abc"),
            ("after=b", "cd"),
            ("limit=2", "ab"),
        ],
    )
    def test_is_what_was_asked_for(
        self, api: Api, city: ServedState, asked: str, expected: str
    ) -> None:
        """All conditions together, in the order of station_id."""
        assert city
        for form, name in (("stations", "station_id"), ("stations.geojson", "id")):
            listed = api.get(f"/api/v1/{form}?{asked}").json_body
            rows = listed.get("stations", listed.get("features"))
            assert "".join(row[name] for row in rows) == expected

    def test_goes_on_where_the_page_before_ended(self, api: Api, city: ServedState) -> None:
        """Until there is no next_after."""
        assert city
        first = api.get("/api/v1/stations?limit=3").json_body
        rest = api.get(f"/api/v1/stations?limit=3&after={first['next_after']}").json_body

        assert [one["station_id"] for one in first["stations"] + rest["stations"]] == list("abcd")
        assert "next_after" not in rest

    def test_has_only_the_fields_asked_for(self, api: Api, city: ServedState) -> None:
        """A bot on a slow line asks for two numbers."""
        assert city
        asked = "fields=num_bikes_available,name&ids=b"
        (station,) = api.get(f"/api/v1/stations?{asked}").json_body["stations"]
        (feature,) = api.get(f"/api/v1/stations.geojson?{asked}").json_body["features"]

        assert station == {"station_id": "b", "name": "Grove St PATH", "num_bikes_available": 8}
        assert feature["properties"] == station


class TestFlows:
    """What all stations did together."""

    def test_sums_the_minutes_of_every_station(self, api: Api, served: ServedState) -> None:
        """Every trip that starts or ends in an hour, at any station."""
        served.tick()
        for alias, minute, went in (("a", 1, 2), ("b", 1, 3), ("a", 70, 1)):
            at = CLOCK - timedelta(minutes=minute)
            served.put_events(alias, at, departures=went, arrivals=1)

        flows = api.get(
            "/api/v1/flows?from=2019-07-01T10:00:00Z&to=2019-07-01T12:00:00Z&step=1h"
        ).json_body

        counted = [(point["departures"], point["arrivals"]) for point in flows["points"]]
        assert counted == [(1, 1), (5, 2)]
        assert (flows["step_s"], flows["to"]) == (3600, "2019-07-01T12:00:00.000000Z")


class TestPagesOfDrops:
    """The account of years of files, page by page."""

    def test_are_whole_and_each_drop_is_on_one(self, api: Api, served: ServedState) -> None:
        """Even where several arrived at once, or one has not arrived at all yet."""
        times: list[datetime | None] = [CLOCK, CLOCK, None, LATER, CLOCK]
        for n, at in enumerate(times):
            served.put_drop(f"d{n}", key=f"live/{n}.csv", received_at=at)
            served.put_attempt(f"d{n}", "t")
        whole = [one["drop_id"] for one in api.get("/api/v1/drops").json_body["drops"]]

        for asked in ("limit=2", "limit=2&state=complete"):
            listed, after = [], ""
            while True:
                page = api.get(f"/api/v1/drops?{asked}{after}").json_body
                listed += [one["drop_id"] for one in page["drops"]]
                if "next_after" not in page:
                    break
                after = f"&after={page['next_after']}"
            assert listed == whole == ["d2", "d3", "d0", "d1", "d4"]

    def test_begin_after_a_drop_that_is_known(self, api: Api) -> None:
        """An unknown one must not silently mean the beginning."""
        response = api.get("/api/v1/drops?after=nope")

        assert (response.status_code, response.json_body["parameter"]) == (404, "after")


class TestLastModified:
    """The event clock, where it tells the whole truth."""

    def test_spares_what_is_known(self, api: Api, served: ServedState) -> None:
        """For clients that keep dates and no tags."""
        served.put(station_row())
        first = api.get("/api/v1/stations")
        date = first.headers["Last-Modified"]

        assert date == "Mon, 01 Jul 2019 12:00:00 GMT"
        assert api.get("/api/v1/stations", if_modified_since=date).status_code == 304
        assert api.get("/api/v1/stations/3186", if_modified_since=date).status_code == 304

    def test_never_hides_a_late_event(self, api: Api, served: ServedState) -> None:
        """The clock stands still, the station changed: the date alone cannot tell."""
        served.put(station_row())
        date = api.get("/api/v1/stations").headers["Last-Modified"]
        served.put(station_row(num_bikes_available=0))

        again = api.get("/api/v1/stations", if_modified_since=date)
        assert (again.status_code, again.headers["Last-Modified"]) == (200, date)

    def test_a_tag_decides_where_there_is_one(self, api: Api, served: ServedState) -> None:
        """RFC 9110, section 13.2.2."""
        served.put(station_row())
        date = api.get("/api/v1/stations").headers["Last-Modified"]

        again = api.get("/api/v1/stations", if_none_match='"other"', if_modified_since=date)
        assert again.status_code == 200
