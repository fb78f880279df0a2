from datetime import timedelta

import pytest

from tests.integration.chalicelib.conftest import Api
from tests.support.served_stations import CLOCK, ServedState, station_row

pytestmark = pytest.mark.integration

HISTORY = "/api/v1/stations/uuid-1/history"


@pytest.fixture
def history(served: ServedState) -> ServedState:
    """A station with two ids and three hours of history, and a truck that came from elsewhere."""
    served.put(station_row("uuid-1", aliases=["3186"], num_bikes_available=8))
    served.put(station_row("other"))
    served.put_events("uuid-1", CLOCK - timedelta(minutes=150), departures=1, arrivals=3)
    served.put_events("3186", CLOCK - timedelta(minutes=149), departures=2)
    served.put_events("3186", CLOCK, arrivals=1)
    served.execute(
        "INSERT INTO bike_move VALUES ('t', 'b', 'other', %(left)s, '3186', %(seen)s)",
        {"left": CLOCK - timedelta(hours=9), "seen": CLOCK - timedelta(minutes=70)},
    )
    return served


class TestHistory:
    """What happened at a station."""

    def test_counts_each_step_under_every_id(self, api: Api, history: ServedState) -> None:
        """The sums of a dock are one, however feeds and files name it."""
        assert history
        shown = api.get(f"{HISTORY}?from=2019-07-01T09:00Z&to=2019-07-01T12:00Z&step=1h").json_body

        assert shown["as_of"] == "2019-07-01T12:00:00.000000Z"
        assert shown["points"] == [
            {
                "at": f"2019-07-01T{hour}:00:00.000000Z",
                "departures": departures,
                "arrivals": arrivals,
                "moved_in": moved_in,
                "moved_out": 0,
                "bikes": bikes,
            }
            for hour, departures, arrivals, moved_in, bikes in (
                ("09", 3, 3, 0, 7),
                ("10", 0, 0, 1, 7),
                ("11", 0, 0, 0, 7),
            )
        ]

    def test_shows_the_last_hours_up_to_now_unless_asked(
        self, api: Api, history: ServedState
    ) -> None:
        """By any id; the last step ends with the present count."""
        assert history
        shown = api.get("/api/v1/stations/3186/history").json_body

        assert shown["station_id"] == "uuid-1"
        assert shown["step_s"] == 900
        assert shown["points"][-1]["bikes"] == 8
        assert sum(point["departures"] for point in shown["points"]) == 3

    @pytest.mark.parametrize(
        ("asked", "parameter"),
        [
            ("from=yesterday", "from"),
            ("to=2019-07-01", "to"),
            ("step=30s", "step"),
            ("from=2019-07-01T12:00Z&to=2019-07-01T12:00Z", "from"),
            ("from=2019-07-02T12:00Z", "from"),
            ("from=2000-01-01T00:00Z&step=1m", "step"),
            ("since=1", "since"),
        ],
    )
    def test_names_the_parameter_that_is_wrong(
        self, api: Api, history: ServedState, asked: str, parameter: str
    ) -> None:
        """The problem says what to change."""
        assert history
        response = api.get(f"{HISTORY}?{asked}")

        assert (response.status_code, response.json_body["parameter"]) == (400, parameter)

    @pytest.mark.parametrize(
        "asked",
        [
            "from=2019-07-01T09:00Z&to=2019-07-01T12:00Z&step=1h",
            "from=2019-07-01T09:29Z&to=2019-07-01T09:33Z&step=1m",
            "from=2019-06-29T11:30Z&to=2019-06-29T12:30Z&step=1m",
        ],
    )
    def test_is_the_same_when_its_trips_are_forgotten(
        self, api: Api, history: ServedState, asked: str
    ) -> None:
        """The ledger lets trips go but keeps their counts by the minute."""
        history.put_events("3186", CLOCK - timedelta(days=2), departures=2, arrivals=1)
        before = api.get(f"{HISTORY}?{asked}").json_body["points"]
        history.execute("SELECT forget_trips(%(before)s, 100)", {"before": CLOCK})

        assert api.get(f"{HISTORY}?{asked}").json_body["points"] == before
        assert any(point["departures"] for point in before)

    def test_reads_whole_days_as_it_reads_minutes(self, api: Api, history: ServedState) -> None:
        """Years are summed by the day; the counts are the same."""
        history.put_events("3186", CLOCK - timedelta(days=3), departures=1, arrivals=2)
        history.put_events("3186", CLOCK - timedelta(days=1), departures=5, arrivals=1)
        path = f"{HISTORY}?from=2019-06-28T00:00:00Z&to=2019-07-01T00:00:00Z"
        days = api.get(f"{path}&step=1d").json_body["points"]
        hours = api.get(f"{path}&step=1h").json_body["points"]

        assert [(day["departures"], day["arrivals"]) for day in days] == [(1, 2), (0, 0), (5, 1)]
        assert [day["bikes"] for day in days] == [11, 11, 7]
        assert [hour["bikes"] for hour in hours[23::24]] == [11, 11, 7]
        assert sum(hour["departures"] for hour in hours) == 6

    def test_gives_two_thousand_steps_and_no_more(self, api: Api, history: ServedState) -> None:
        """The size of an answer is limited."""
        assert history
        most = api.get(f"{HISTORY}?from=2019-07-01T00:00Z&to=2019-07-02T09:20Z&step=1m")
        more = api.get(f"{HISTORY}?from=2019-07-01T00:00Z&to=2019-07-02T09:21Z&step=1m")

        assert len(most.json_body["points"]) == 2000
        assert more.status_code == 400

    @pytest.mark.parametrize("name", ["nope", "%00"])
    def test_is_a_problem_when_unknown(self, api: Api, name: str) -> None:
        """As with the station itself."""
        assert api.get(f"/api/v1/stations/{name}/history").status_code == 404
