import re
from datetime import timedelta

import pytest
from chalicelib.contract.feeds import GBFS

from tests.integration.chalicelib.conftest import Api
from tests.support.contract import problems_of, problems_with
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.integration

ASKED = [
    ("/api/v1/stations", "/api/v1/stations"),
    ("/api/v1/stations", "/api/v1/stations?bbox=-75,40,-73,41"),
    ("/api/v1/stations", "/api/v1/stations?since_version=0"),
    ("/api/v1/stations", "/api/v1/stations?since=2019-07-01T11:00:00Z&limit=1"),
    ("/api/v1/stations", "/api/v1/stations?fields=name,drift&need=dock"),
    ("/api/v1/stations.geojson", "/api/v1/stations.geojson"),
    ("/api/v1/stations.geojson", "/api/v1/stations.geojson?fields=name&limit=1"),
    ("/api/v1/flows", "/api/v1/flows"),
    ("/api/v1/stations/{station_id}", "/api/v1/stations/3186"),
    ("/api/v1/stations/{station_id}", "/api/v1/stations/nothing%20known"),
    ("/api/v1/stations/{station_id}/history", "/api/v1/stations/3186/history"),
    ("/api/v1/nearby", "/api/v1/nearby?lat=40.72&lon=-74.04&need=bike"),
    ("/api/v1/nearby", "/api/v1/nearby?q=grove+st"),
    ("/api/v1/geocode", "/api/v1/geocode?q=grove+st"),
    ("/api/v1/geocode", "/api/v1/geocode?q=zzzz"),
    ("/api/v1/status", "/api/v1/status"),
    ("/api/v1/drops", "/api/v1/drops"),
    ("/api/v1/drops", "/api/v1/drops?limit=1"),
    ("/api/v1/drops/{drop_id}", "/api/v1/drops/d1"),
    ("/api/v1/drops/{drop_id}", "/api/v1/drops/d2"),
    ("/openapi.json", "/openapi.json"),
    *((feed.path, feed.path) for feed in GBFS),
]


@pytest.fixture
def city(served: ServedState) -> ServedState:
    """One of everything that can be told, and of what cannot."""
    unknown = dict.fromkeys(
        (
            "name", "lat", "lon", "capacity", "num_bikes_available", "num_ebikes_available",
            "num_docks_available", "is_installed", "is_renting", "is_returning", "last_reported",
            "anchored_at", "drift", "estimated_bikes", "estimate_method",
        )
    )  # fmt: skip
    served.put(
        station_row(aliases=["JC005"]),
        station_row("nothing known", source="trips", **unknown),
    )
    served.put_drop("d1", key="live/a.csv", received_at=CLOCK)
    served.put_attempt("d1", "t1", rows_read=4, rows_published=4, rows_seen=4, rows_applied=4)
    served.put_drop("d2", key="live/b.csv", received_at=CLOCK + timedelta(seconds=1))
    served.put_attempt(
        "d2", "t1", outcome=None, rows_read=None, rows_published=None, rows_rejected=None,
        rejected=None, completed_at=None,
    )  # fmt: skip
    served.execute(
        """
        INSERT INTO applied_batch (
            lane, batch_id, records, rows_seen, rows_applied, newest_record_at, applied_at
        )
        VALUES ('live', 1, 2, 4, 4, %(at)s, %(at)s), ('stations', 1, 0, 0, 0, NULL, %(at)s)
        """,
        {"at": CLOCK},
    )
    served.execute("INSERT INTO error_by_age VALUES (24, 2, 6, 4, 3)")
    return served


class TestAnswers:
    """Every route answers as the contract says."""

    @pytest.mark.parametrize(("path", "asked"), ASKED, ids=[asked for _, asked in ASKED])
    def test_are_what_their_schemas_say(
        self, api: Api, city: ServedState, path: str, asked: str
    ) -> None:
        """To the last field, with nothing that is not described."""
        assert city
        response = api.get(asked)

        assert response.status_code == 200
        assert problems_of(path, response.json_body) == []

    @pytest.mark.parametrize("path", sorted({path for path, _ in ASKED}))
    def test_are_the_same_before_the_first_data(self, api: Api, path: str) -> None:
        """The contract holds for an empty city too."""
        response = api.get(path)

        schema = "Problem" if response.status_code >= 400 else None
        assert (
            problems_with(schema, response.json_body)
            if schema
            else problems_of(path, response.json_body)
        ) == []

    def test_all_routes_are_asked(self) -> None:
        """A route that is added later is checked against its schema as well."""
        from chalicelib.contract.document import OPERATIONS

        written_as_json = {one.path for one in OPERATIONS if "json" in one.media_type}
        assert written_as_json == {path for path, _ in ASKED}


class TestReference:
    """The contract as a page."""

    def test_needs_no_script_and_nobody_else(self, api: Api) -> None:
        """Its policy allows nothing but our own styles."""
        response = api.get("/docs")

        assert response.status_code == 200
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert b"<script" not in response.body
        # The examples show addresses as text; nothing is loaded from them or links to them.
        assert re.search(rb"""(src|href|action)=["']?(\w+:)?//""", response.body) is None
        for path in ("/api/v1/stations/{station_id}/history", "/api/v1/nearby"):
            assert path in response.body.decode()

    def test_loads_its_style(self, api: Api) -> None:
        """From the page's own build."""
        body = api.get("/docs").body.decode()
        style = body.split('rel="stylesheet" href="')[1].split('"')[0]

        assert api.get(f"/{style}").headers["Content-Type"].startswith("text/css")
