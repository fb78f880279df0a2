import json
from pathlib import Path
from typing import Any

from lambdas.measure_lag.measurement import LaneLag

POLLER = Path(__file__).parents[4] / "lambdas/poll_gbfs/handler.py"
LANDING = Path(__file__).parents[4] / "lambdas/landing.py"
MEASURE = Path(__file__).parents[4] / "lambdas/measure_lag/handler.py"
PUBLISHED = "drop published"


class TestAlarms:
    def test_each_names_its_step_of_the_runbook(self, dev: Any) -> None:
        """Whoever is woken up needs the next step, not a search."""
        alarms = dev.resources("monitoring", "AWS::CloudWatch::Alarm")
        assert alarms
        for name, alarm in alarms.items():
            assert "docs/operations.md#" in alarm["Properties"]["AlarmDescription"], name

    def test_each_tells_somebody_twice(self, dev: Any) -> None:
        """When it begins and when it is over."""
        for alarm in dev.resources("monitoring", "AWS::CloudWatch::Alarm").values():
            assert len(alarm["Properties"]["AlarmActions"]) == 1
            assert len(alarm["Properties"]["OKActions"]) == 1

    def test_every_way_to_lose_or_delay_rows_has_one(self, dev: Any) -> None:
        """Dead letters, files that wait, a job that stopped."""
        names = " ".join(dev.resources("monitoring", "AWS::CloudWatch::Alarm"))
        for symptom in (
            "LiveDeadLetters",
            "BackfillDeadLetters",
            "StationsDeadLetters",
            "LiveWaiting",
            "BackfillWaiting",
            "StationsWaiting",
            "TripsPublisherErrors",
            "FilesRefused",
            "StreamStopped",
            "LiveStalled",
            "BackfillStalled",
            "DropsLate",
            "StreamBehind",
            "RecordsUnreadable",
            "MeasureFails",
            "ForgetFails",
            "DatabaseFull",
            "ApiFails",
        ):
            assert symptom in names

    def test_alarms_and_budgets_may_tell_the_topic(self, dev: Any) -> None:
        """The topic's own policy replaces the default one, which admits the account's alarms."""
        policy = dev.only("monitoring", "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
        told_by = {each["Principal"]["Service"] for each in policy if each["Effect"] == "Allow"}
        assert told_by == {"budgets.amazonaws.com", "cloudwatch.amazonaws.com"}

    def test_silence_of_the_job_is_an_alarm(self, dev: Any) -> None:
        """A job that does not run sends no metric."""
        alarm = dev.only("monitoring", "AWS::CloudWatch::Alarm", named="AlarmsStreamStopped")
        assert alarm["TreatMissingData"] == "breaching"
        # A worker count of 0 is as bad as a missing one.
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)

    def test_one_file_that_a_publisher_died_of_is_enough(self, dev: Any) -> None:
        """It is retried once an hour, so no two periods in a row have an error."""
        for name in ("AlarmsTripsPublisherErrors", "AlarmsStationsPublisherErrors"):
            alarm = dev.only("monitoring", "AWS::CloudWatch::Alarm", named=name)
            assert alarm["EvaluationPeriods"] == 1


class TestRowMetrics:
    def test_they_are_read_off_the_line_that_a_publisher_logs(self, dev: Any) -> None:
        """A reworded log line would silently end the metric."""
        assert f'"{PUBLISHED}"' in LANDING.read_text()
        filters = dev.resources("monitoring", "AWS::Logs::MetricFilter").items()
        of_rows = [each for name, each in filters if name.startswith("Rows")]
        assert len(of_rows) == 6
        for each in of_rows:
            assert f'$.message = "{PUBLISHED}"' in each["Properties"]["FilterPattern"]


class TestLagMetrics:
    def test_they_are_read_off_the_lines_that_the_measurement_logs(self, dev: Any) -> None:
        """From bucket to last row, records behind and a batch's duration, for both lanes."""
        filters = dev.resources("monitoring", "AWS::Logs::MetricFilter").values()
        made = {
            each["Properties"]["MetricTransformations"][0]["MetricName"]: each["Properties"]
            for each in filters
        }
        fields = {
            "SlowestDropSeconds": "$.slowest_drop_s",
            "RecordsBehind": "$.records_behind",
            "BatchSeconds": "$.batch_s",
            "StalledSeconds": "$.stalled_s",
        }
        full = LaneLag(
            lane="live", records_behind=1, batch_s=1.0, slowest_drop_s=1.0, stalled_s=1.0
        ).told()
        for lane in ("live", "backfill"):
            for noun, field in fields.items():
                filter_ = made[f"{lane.capitalize()}{noun}"]
                assert filter_["FilterPattern"] == (
                    f'{{ ($.message = "lag measured") && ($.lane = "{lane}") }}'
                )
                assert filter_["MetricTransformations"][0]["MetricValue"] == field
                assert field.removeprefix("$.") in full
        assert 'logger.info("lag measured"' in MEASURE.read_text()
        assert 'logger.info("records counted"' in MEASURE.read_text()


class TestDashboard:
    def test_it_answers_is_it_fresh_is_anything_lost_what_does_it_cost(self, dev: Any) -> None:
        """Nobody should have to look in two places."""
        dashboard = json.dumps(dev.only("monitoring", "AWS::CloudWatch::Dashboard"))
        for metric in (
            "LiveSlowestDropSeconds",
            "LiveRecordsBehind",
            "BackfillRecordsBehind",
            "LiveBatchSeconds",
            "RowsRejected",
            "ApproximateNumberOfMessagesVisible",
            "UnreadableRecords",
            "ClientConnections",
            "DatabaseConnections",
            "p50",
            "p99",
            "5XXError",
        ):
            assert metric in dashboard, metric


class TestFeedMetrics:
    def test_they_are_read_off_the_line_that_the_poller_logs(self, metro: Any) -> None:
        """A feed that is down is not an error of the function, so only its log shows it."""
        assert 'log("feed polled"' in POLLER.read_text()
        filter_ = metro.only("monitoring", "AWS::Logs::MetricFilter", named="FeedFailures")
        assert filter_["FilterPattern"] == '{ $.message = "feed polled" }'
        assert filter_["MetricTransformations"][0]["MetricValue"] == "$.failures"


class TestBudget:
    def test_the_bill_is_announced(self, dev: Any) -> None:
        """Before it is larger than intended, and when it is likely to be."""
        budget = dev.only("monitoring", "AWS::Budgets::Budget")
        kinds = [
            each["Notification"]["NotificationType"]
            for each in budget["NotificationsWithSubscribers"]
        ]
        assert kinds == ["ACTUAL", "FORECASTED"]
