import pytest
from chalicelib.service import service
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.integration.chalicelib.conftest import Api
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.integration


def samples(api: Api) -> dict[str, float]:
    """The metrics without labels, as a strict parser reads them."""
    families = text_string_to_metric_families(api.get("/metrics").body.decode())
    return {one.name: one.value for each in families for one in each.samples if not one.labels}


class TestMetrics:
    """The status for machines."""

    def test_follow_the_database(self, api: Api, served: ServedState) -> None:
        """The same numbers as in the status."""
        served.put(station_row())
        served.put_drop("d1", key="live/a.csv", received_at=CLOCK)
        served.put_attempt("d1", "a1", rows_read=5, rows_published=4, rows_rejected=1,
                           rows_seen=4, rows_applied=3)  # fmt: skip

        told, status = samples(api), api.get("/api/v1/status").json_body

        rows = {word: told[f"bikeshare_rows_{word}_total"] for word in status["rows"]}
        assert rows == status["rows"]
        assert told["bikeshare_database_up"] == 1
        assert told["bikeshare_event_clock_timestamp_seconds"] == CLOCK.timestamp()

    def test_are_openmetrics_and_never_stored(self, api: Api) -> None:
        """A cache would make every rate wrong."""
        headers = api.get("/metrics").headers

        assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        assert headers["Cache-Control"] == "no-store"

    def test_tell_that_the_database_is_down(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An alarm needs a number, not a failed scrape that may mean anything."""
        monkeypatch.setenv("DATABASE_URL", "postgresql://bikeshare_api@127.0.0.1:1/bikeshare")
        service.cache_clear()

        assert samples(api) == {"bikeshare_database_up": 0}

    def test_take_no_parameter(self, api: Api) -> None:
        """As everywhere but in GBFS."""
        assert api.get("/metrics?name[]=up").status_code == 400
