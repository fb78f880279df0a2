from datetime import timedelta

import pytest
from chalicelib.contract.feeds import METRICS_TYPE
from chalicelib.drift import ErrorRow
from chalicelib.gbfs.stations import list_stations
from chalicelib.metrics import Observed, metrics_text
from chalicelib.queries import DropTotals, LaneRow, StationRow, SystemState, Totals
from chalicelib.status import Report
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.support.served_stations import CLOCK, station_row

NOW = CLOCK + timedelta(seconds=30)
DROPS = [
    DropTotals("complete", 2, 30, 25, 5, 20, 5),
    DropTotals("applying", 1, 10, 10, 0, 3, 7),
]
LANES = [
    LaneRow("backfill", CLOCK, None, 4, 8, 7),
    LaneRow("live", CLOCK + timedelta(seconds=1.5), CLOCK, 4, 8, 7),
]
STATIONS = [
    station_row("open"),
    station_row("full", num_docks_available=0),
    station_row("empty", num_bikes_available=0),
    station_row("closed", num_bikes_available=0, is_renting=False),
    station_row("unknown", num_bikes_available=None, capacity=None, num_docks_available=None),
    station_row("of trips", is_installed=None, is_renting=None, is_returning=None, name=None),
]


def told(
    report: Report | None = None, stations: list[StationRow] | None = None
) -> dict[tuple[str, ...], float]:
    """Parse the text strictly: return the value of each sample, by name and labels."""
    found = stations or []
    observed = report and Observed(report, found, list_stations(found), NOW)
    families = text_string_to_metric_families(metrics_text(observed, build="b1").decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def report() -> Report:
    """A service in the middle of its work."""
    state = SystemState(7, CLOCK)
    return Report(state, Totals(6, 20, 3), DROPS, LANES, [ErrorRow(24, 4, 6, 2, 1)])


class TestMetricsText:
    """Numbers that an alarm may rely on."""

    def test_tell_the_fate_of_rows_in_numbers_that_only_rise(self, report: Report) -> None:
        """What a file in progress has not applied yet is not a duplicate."""
        values = told(report)

        words = ("read", "published", "rejected", "applied", "duplicate")
        assert [values[f"bikeshare_rows_{word}_total",] for word in words] == [40, 35, 5, 23, 5]

    def test_tell_how_late_all_is(self, report: Report) -> None:
        """The age of the event clock, and each lane's lag where it is known."""
        values = told(report)

        assert values["bikeshare_event_clock_age_seconds",] == 30
        assert values["bikeshare_event_clock_timestamp_seconds",] == CLOCK.timestamp()
        assert values["bikeshare_lane_lag_seconds", "live"] == 1.5
        assert ("bikeshare_lane_lag_seconds", "backfill") not in values
        assert values["bikeshare_lane_applied_timestamp_seconds", "backfill"] == CLOCK.timestamp()

    def test_count_each_station_once(self, report: Report) -> None:
        """Closed comes before empty: nobody has to bring bikes there."""
        values = told(report, STATIONS)
        states = {key[1]: n for key, n in values.items() if key[0] == "bikeshare_stations"}

        assert states == {"closed": 1, "unknown": 1, "empty": 1, "full": 1, "open": 2}

    def test_tell_what_gbfs_leaves_out(self, report: Report) -> None:
        """What is in no feed is not lost silently."""
        values = told(report, STATIONS)

        assert values["bikeshare_gbfs_stations", "station_information"] == 5
        assert values["bikeshare_gbfs_stations", "station_status"] == 4
        assert values["bikeshare_gbfs_left_out_stations", "no_name"] == 1
        assert values["bikeshare_gbfs_left_out_stations", "no_count"] == 1

    def test_name_every_state_also_where_nothing_is_in_it(self, report: Report) -> None:
        """A series that comes and goes is hard to alert on."""
        values = told(report)

        assert values["bikeshare_drops", "refused"] == 0
        assert values["bikeshare_drops", "applying"] == 1
        assert values["bikeshare_unreadable_records",] == 3

    def test_tell_how_far_off_answers_were(self, report: Report) -> None:
        """Sum and count, so that any period has its mean."""
        values = told(report)

        assert values["bikeshare_answer_error_bikes_sum", "count", "24"] == 2
        assert values["bikeshare_answer_error_bikes_count", "count", "24"] == 4

    def test_tell_that_there_is_no_database(self) -> None:
        """No number is made up, and the scrape succeeds."""
        values = told(None)

        assert values.pop(("bikeshare_database_up",)) == 0
        assert [name for name, *_ in values] == ["bikeshare_api_info"]

    def test_keep_to_the_format(self, report: Report) -> None:
        """It ends with its marker, names have units, and rows do not add to the few series."""
        lines = metrics_text(
            Observed(report, STATIONS, list_stations(STATIONS), NOW), build="b1"
        ).splitlines()

        assert lines[-1] == b"# EOF"
        assert METRICS_TYPE == CONTENT_TYPE_LATEST
        assert b"# UNIT bikeshare_lane_lag_seconds seconds" in lines
        assert len([line for line in lines if not line.startswith(b"#")]) < 60
