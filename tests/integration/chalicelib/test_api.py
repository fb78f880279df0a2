from datetime import timedelta

import pytest
from chalicelib.service import service

from tests.integration.chalicelib.conftest import Api
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.integration


class TestStations:
    """The whole city, a part of it, or what changed."""

    def test_lists_all_in_order_with_the_moment_they_hold_for(
        self, api: Api, served: ServedState
    ) -> None:
        """The list that the map and every client start from."""
        served.put(station_row("b"), station_row("a", num_bikes_available=None))

        listed = api.get("/api/v1/stations").json_body

        assert listed["as_of"] == "2019-07-01T12:00:00.000000Z"
        assert [station["station_id"] for station in listed["stations"]] == ["a", "b"]
        assert listed["stations"][0]["num_bikes_available"] is None

    def test_shows_a_change_at_once(self, api: Api, served: ServedState) -> None:
        """The cached picture is never older than the newest batch."""
        served.put(station_row())
        before = api.get("/api/v1/stations")
        same = api.get("/api/v1/stations", if_none_match=before.headers["ETag"])
        served.put(station_row(num_bikes_available=1))
        after = api.get("/api/v1/stations", if_none_match=before.headers["ETag"])

        assert same.status_code == 304
        assert after.status_code == 200
        assert after.json_body["stations"][0]["num_bikes_available"] == 1

    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/stations",
            "/api/v1/stations.geojson",
            "/api/v1/stations/3186",
            "/api/v1/nearby?lat=40.7195&lon=-74.0431",
            "/gbfs/2.3/station_status.json",
        ],
    )
    def test_what_is_known_already_costs_no_query(
        self, api: Api, served: ServedState, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Thousands of open maps poll all the time; the database must not feel them."""
        monkeypatch.setenv("REFRESH_S", "60")
        service.cache_clear()
        served.put(station_row())
        tag = api.get(path).headers["ETag"]
        asked_at = served.last_asked()

        again = [api.get(path, if_none_match=tag).status_code for _ in range(20)]

        assert again == [304] * 20
        assert served.last_asked() == asked_at

    def test_finds_those_in_a_box(self, api: Api, served: ServedState) -> None:
        """A map asks for what it shows."""
        served.put(
            station_row("in", lat=40.7, lon=-74.0),
            station_row("out", lat=41.7, lon=-74.0),
            station_row("nowhere", lat=None, lon=None),
            station_row("fiji", lat=-17.0, lon=179.5),
        )

        def inside(bbox: str) -> list[str]:
            listed = api.get(f"/api/v1/stations?bbox={bbox}").json_body["stations"]
            return [station["station_id"] for station in listed]

        assert inside("-74.1,40.6,-73.9,40.8") == ["in"]
        assert inside("179,-20,-179,-15") == ["fiji"]

    def test_gives_the_same_as_geojson(self, api: Api, served: ServedState) -> None:
        """For maps and for geopandas."""
        served.put(station_row())

        response = api.get("/api/v1/stations.geojson")

        assert response.headers["Content-Type"] == "application/geo+json"
        (feature,) = response.json_body["features"]
        assert feature["geometry"]["coordinates"] == [-74.0431, 40.7195]

    def test_tells_only_what_changed(self, api: Api, served: ServedState) -> None:
        """A page that is open all day asks for little; the count reveals that a station went."""
        served.put(station_row("a"), station_row("b"))
        version = api.get("/api/v1/stations.geojson").json_body["version"]
        served.put(station_row("b", num_bikes_available=0))
        served.remove("a")

        changes = api.get(f"/api/v1/stations.geojson?since_version={version}").json_body

        assert [feature["id"] for feature in changes["features"]] == ["b"]
        assert changes["station_count"] == 1
        assert changes["version"] == version + 2

    def test_answers_before_the_first_data(self, api: Api) -> None:
        """An empty city is not an error."""
        listed = api.get("/api/v1/stations").json_body

        assert (listed["as_of"], listed["stations"]) == (None, [])


class TestOneStation:
    """A station by any of its names."""

    def test_is_found_by_every_id_it_goes_by(self, api: Api, served: ServedState) -> None:
        """Feeds and files give the same dock different ids."""
        served.put(station_row("uuid-1", aliases=["3186", "JC 005/x"]))

        for name in ("uuid-1", "3186", "JC%20005%2Fx"):
            assert api.get(f"/api/v1/stations/{name}").json_body["station_id"] == "uuid-1"

    @pytest.mark.parametrize("name", ["nope", "%00", "'%20OR%201=1", "x" * 5000])
    def test_is_a_problem_when_unknown(self, api: Api, name: str) -> None:
        """Whatever is asked for, the answer is plain."""
        response = api.get(f"/api/v1/stations/{name}")

        assert response.status_code == 404
        assert response.json_body["type"] == "urn:bikeshare:problem:not-found"


class TestNearby:
    """What is within walking distance."""

    def test_gives_the_nearest_first(self, api: Api, served: ServedState) -> None:
        """Three blocks are 780 m, east as well as north."""
        served.put(
            station_row("far", lat=40.7368, lon=-73.98),
            station_row("near", lat=40.73, lon=-73.9732),
            station_row("beyond", lat=40.7372, lon=-73.98),
            station_row("full", lat=40.7301, lon=-73.98, num_docks_available=0),
        )

        found = api.get("/api/v1/nearby?lat=40.73&lon=-73.98&need=dock").json_body

        assert [station["station_id"] for station in found["stations"]] == ["near", "far"]
        assert found["radius_m"] == 780
        assert found["stations"][0]["walk_minutes"] == 8

    def test_reads_the_place_from_a_text(self, api: Api, served: ServedState) -> None:
        """One request from what a rider types to where they go."""
        served.put(station_row("a", name="W 52 St & 11 Ave", lat=40.767, lon=-73.994))

        found = api.get("/api/v1/nearby?q=w+52nd+%26+11&radius_m=50").json_body

        assert found["place"]["name"] == "W 52 St & 11 Ave"
        assert [station["station_id"] for station in found["stations"]] == ["a"]

    @pytest.mark.parametrize(
        ("asked", "parameter"),
        [
            ("", "lat"),
            ("lat=40", "lon"),
            ("lat=x&lon=1", "lat"),
            ("lat=1&lon=181", "lon"),
            ("lat=1&lon=1&blocks=3&radius_m=5", "radius_m"),
            ("lat=1&lon=1&radius_m=10001", "radius_m"),
            ("lat=1&lon=1&blocks=0", "blocks"),
            ("lat=1&lon=1&limit=0", "limit"),
            ("lat=1&lon=1&need=car", "need"),
            ("lat=1&lon=1&radius=5", "radius"),
            ("lat=1&lon=1&q=x", "q"),
        ],
    )
    def test_names_the_parameter_that_is_wrong(self, api: Api, asked: str, parameter: str) -> None:
        """Five minutes to the first correct request."""
        response = api.get(f"/api/v1/nearby?{asked}")

        assert response.status_code == 400
        assert response.json_body["parameter"] == parameter


class TestGeocode:
    """The place that a text means."""

    def test_says_why_not(self, api: Api, served: ServedState) -> None:
        """One word for programs, a sentence for people."""
        served.put(
            station_row("a", name="Broadway & E 14 St", lat=40.73, lon=-73.99),
            station_row("b", name="Broadway & W 60 St", lat=40.77, lon=-73.98),
        )

        def reason(q: str) -> str:
            return str(api.get(f"/api/v1/geocode?q={q}").json_body["reason"])

        found = api.get("/api/v1/geocode?q=e+14+broadway").json_body
        assert (found["place"]["name"], found["reason"]) == ("Broadway & E 14 St", None)
        assert reason("zzzz") == "not_found"
        assert reason("broadway") == "too_vague"
        assert reason("0,0") == "outside_area"

    def test_needs_a_text(self, api: Api) -> None:
        """The refusal gives an example."""
        assert api.get("/api/v1/geocode").json_body["parameter"] == "q"

    @pytest.mark.parametrize(
        "text",
        ["x" * 10_000, "%00%00", "'; DROP TABLE station; --", "%F0%9F%9A%B2", "%E2%80%AE", "%FF"],
    )
    def test_never_fails(self, api: Api, served: ServedState, text: str) -> None:
        """Anything can be typed."""
        served.put(station_row())

        assert api.get(f"/api/v1/geocode?q={text}").status_code in (200, 400)
        assert api.get(f"/api/v1/nearby?q={text}").status_code in (400, 404)


class TestDrops:
    """What happened to each file."""

    def test_accounts_for_every_row(self, api: Api, served: ServedState) -> None:
        """Read = published + rejected; published = applied + duplicate, over all attempts."""
        served.put_drop("d1", key="live/a.csv", received_at=CLOCK)
        for attempt, applied in (("t1", 6), ("t2", 1)):
            served.put_attempt(
                "d1",
                attempt,
                rows_read=10,
                rows_published=8,
                rows_rejected=2,
                rejected={"no_start_time": 2},
                rows_seen=8,
                rows_applied=applied,
            )

        drop = api.get("/api/v1/drops/d1").json_body

        assert drop["state"] == "complete"
        assert (drop["rows_read"], drop["rows_published"], drop["rows_rejected"]) == (10, 8, 2)
        assert (drop["rows_applied"], drop["rows_duplicate"]) == (7, 1)
        assert [attempt["attempt_id"] for attempt in drop["attempts"]] == ["t1", "t2"]
        assert drop["attempts"][0]["started_at"] == "2019-07-01T12:00:00.000000Z"

    def test_lists_the_newest_first(self, api: Api, served: ServedState) -> None:
        """People look for the file just dropped."""
        for n in range(3):
            served.put_drop(f"d{n}", key=f"live/{n}.csv", received_at=CLOCK + timedelta(seconds=n))
            served.put_attempt(f"d{n}", "t")
        served.put_attempt("d1", "s", outcome="refused", reason="The file is empty.")

        def listed(query: str) -> list[str]:
            return [d["drop_id"] for d in api.get(f"/api/v1/drops{query}").json_body["drops"]]

        assert listed("") == ["d2", "d1", "d0"]
        assert listed("?limit=1") == ["d2"]
        assert listed("?state=refused") == []
        assert listed("?lane=backfill") == []

    def test_is_a_problem_when_unknown(self, api: Api) -> None:
        """For a mistyped id."""
        assert api.get("/api/v1/drops/nope").status_code == 404
        assert api.get("/api/v1/drops?state=lost").json_body["parameter"] == "state"


class TestStatus:
    """For people and probes."""

    def test_counts_what_is_there(self, api: Api, served: ServedState) -> None:
        """One look tells whether all is well."""
        served.put(station_row())
        served.put_drop("d1", key="live/a.csv", received_at=CLOCK)
        served.put_attempt("d1", "t1", rows_read=4, rows_published=4, rows_seen=4, rows_applied=4)

        response = api.get("/api/v1/status")

        assert response.headers["Cache-Control"] == "no-store"
        shown = response.json_body
        assert shown["stations"] == 1
        assert shown["drops"]["complete"] == 1
        assert shown["rows"]["applied"] == 4

    def test_shows_the_measured_drift(self, api: Api, served: ServedState) -> None:
        """The table that each batch of snapshots adds to."""
        served.execute("INSERT INTO error_by_age VALUES (24, 2, 6, 4, 3), (1, 1, 1, 1, 0)")

        drift = api.get("/api/v1/status").json_body["drift"]

        assert [row["from_hours"] for row in drift] == [1, 24]
        assert drift[1]["estimate_error"] == 1.5


class TestPage:
    """The page as the server renders it."""

    def test_is_guarded_by_a_strict_policy(self, api: Api) -> None:
        """No script but our own can run."""
        response = api.get("/")

        assert response.status_code == 200
        assert "script-src 'self';" in response.headers["Content-Security-Policy"]

    def test_answers_a_search_without_scripts(self, api: Api, served: ServedState) -> None:
        """The form alone is enough."""
        served.put(station_row("a", name="W 52 St & <11> Ave", lat=40.767, lon=-73.994))

        body = api.get("/?q=w+52+%26+11&need=dock&utm_source=friend").body.decode()

        assert "12 open docks" in body
        assert "W 52 St &amp; &lt;11&gt; Ave" in body
        assert "<11>" not in body

    @pytest.mark.parametrize(
        "q", ["x" * 3000, "%00", "%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "zzz"]
    )
    def test_says_plainly_what_it_cannot_read(self, api: Api, q: str) -> None:
        """A message on the page, never an error page."""
        response = api.get(f"/?q={q}&need=car&blocks=-1")

        assert response.status_code == 200
        assert b"<script>" not in response.body

    def test_suggests_what_may_have_been_meant(self, api: Api, served: ServedState) -> None:
        """One tap away, even without scripts."""
        served.put(
            station_row("a", name="Broadway & E 14 St", lat=40.73, lon=-73.99),
            station_row("b", name="Broadway & W 60 St", lat=40.77, lon=-73.98),
        )

        body = api.get("/?q=broadway&need=bike").body.decode()

        assert 'href="./?q=Broadway+%26+W+60+St&amp;need=bike&amp;blocks=3"' in body

    def test_shows_the_nearest_where_nothing_is_in_reach(
        self, api: Api, served: ServedState
    ) -> None:
        """An empty list helps nobody."""
        served.put(station_row("a", name="Far Away", lat=40.75, lon=-73.98))

        body = api.get("/?q=40.731,-73.98&need=bike").body.decode()

        assert "No station within 3 blocks has a bike. The nearest beyond:" in body
        assert "Far Away" in body

    def test_stays_a_page_while_the_database_is_away(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The message is for riders; the API says 503 to programs."""
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
        service.cache_clear()

        assert b"cannot be read just now" in api.get("/?q=w+52").body
        assert api.get("/").status_code == 200
        response = api.get("/api/v1/stations")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
        assert response.json_body["type"] == "urn:bikeshare:problem:unavailable"

    def test_keeps_its_files_for_good(self, api: Api) -> None:
        """Their address changes whenever they do."""
        body = api.get("/").body.decode()
        address = body.split('type="module" src="')[1].split('"')[0]

        kept = api.get(f"/{address}")

        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert kept.headers["Content-Type"].startswith("text/javascript")
        assert api.get("/static/old/main.js").headers["Cache-Control"] == "no-store"
        assert api.get("/static/old/..%2Fshell.html").status_code == 404


class TestErrors:
    """One format for all of them."""

    @pytest.mark.parametrize("path", ["/nope", "/api/v1/nope", "/api/v1/stations/a/b/c/d"])
    def test_nothing_here(self, api: Api, path: str) -> None:
        """Not the gateway's "Missing Authentication Token"."""
        response = api.get(path)

        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"

    def test_reading_only(self, api: Api) -> None:
        """The API changes nothing."""
        response = api.request("POST", "/api/v1/stations")

        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")

    def test_a_bug_tells_nothing_of_the_inside(self, api: Api, served: ServedState) -> None:
        """A missing table is nobody's business but ours."""
        served.execute("DROP TABLE system_state CASCADE")

        response = api.get("/api/v1/stations")

        assert response.status_code == 500
        assert b"system_state" not in response.body

    def test_unknown_parameters_are_refused_by_name(self, api: Api) -> None:
        """On every route of the API."""
        for path in ("stations", "stations.geojson", "stations/x", "status", "drops", "drops/x"):
            response = api.get(f"/api/v1/{path}?nope=1")
            assert (response.status_code, response.json_body["parameter"]) == (400, "nope")
