from datetime import timedelta

from chalicelib.drift import ErrorRow
from chalicelib.queries import DropTotals, LaneRow, SystemState, Totals
from chalicelib.settings import Settings
from chalicelib.status import Report, status_object

from tests.support.served_stations import CLOCK

SETTINGS = Settings(database="postgresql://nowhere")
NOW = CLOCK + timedelta(seconds=30)


class TestStatusObject:
    """Lag, and the fate of every row."""

    def test_adds_the_rows_of_all_drops(self) -> None:
        """Read = published + rejected; published = applied + duplicate."""
        drops = [
            DropTotals("complete", 2, 30, 25, 5, 20, 5),
            DropTotals("refused", 1, 0, 0, 0, 0, 0),
        ]
        report = Report(SystemState(7, CLOCK), Totals(3, 20, 0), drops, [], [])

        shown = status_object(report, settings=SETTINGS, now=NOW)

        assert shown["rows"] == {
            "read": 30,
            "published": 25,
            "rejected": 5,
            "applied": 20,
            "duplicate": 5,
        }
        assert shown["drops"] == {"publishing": 0, "applying": 0, "complete": 2, "refused": 1}
        assert (shown["age_s"], shown["stations"], shown["trips"]) == (30.0, 3, 20)

    def test_tells_each_lanes_lag(self) -> None:
        """From the broker's timestamp of the newest record to the commit."""
        lane = LaneRow("live", CLOCK + timedelta(seconds=1.5), CLOCK, 4, 8, 7)
        report = Report(SystemState(7, CLOCK), Totals(0, 0, 0), [], [lane], [])

        shown = status_object(report, settings=SETTINGS, now=NOW)["lanes"]["live"]

        assert (shown["lag_s"], shown["idle_s"]) == (1.5, 28.5)

    def test_tells_how_far_off_it_was_by_the_age_of_the_anchor(self) -> None:
        """Mean errors in bikes, as this system's own snapshots showed them."""
        errors = [ErrorRow(0, 4, 6, 2, 1), ErrorRow(24, 3, 9, 5, 4)]
        report = Report(SystemState(7, CLOCK), Totals(0, 0, 0), [], [], errors)

        first, second = status_object(report, settings=SETTINGS, now=NOW)["drift"]

        assert first == {
            "from_hours": 0,
            "snapshots": 4,
            "anchor_error": 1.5,
            "count_error": 0.5,
            "estimate_error": 0.25,
        }
        assert (second["from_hours"], second["count_error"]) == (24, 1.67)

    def test_answers_before_the_first_data(self) -> None:
        """A probe may ask before anything has come."""
        report = Report(SystemState(0, None), Totals(0, 0, 0), [], [], [])

        shown = status_object(report, settings=SETTINGS, now=NOW)

        assert (shown["as_of"], shown["age_s"]) == (None, None)
