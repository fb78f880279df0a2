"""When lag is worth waking somebody up for."""

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_app.parts.alarms import Symptom
from cdk_app.parts.lag_measure import LaneMetrics

# What a publisher may take for one file, plus the stream.
LATE_S = 900
# A batch takes seconds, or a minute or two in a backfill.
STALLED_S = 900


def lag_symptoms(
    live: LaneMetrics,
    backfill: LaneMetrics,
    *,
    unreadable: cloudwatch.Metric,
    errors: cloudwatch.Metric,
    most_behind: int,
) -> Mapping[str, Symptom]:
    """Return the symptoms of lag, by alarm; a backfill may be slow, but must not stall."""
    stalled = {
        f"{name}Stalled": Symptom(
            metric=lane.stalled_s,
            above=STALLED_S,
            periods=2,
            runbook_step="stream-stalled",
            says=f"Records wait in Kafka, and none was applied for {STALLED_S} seconds.",
        )
        for name, lane in (("Live", live), ("Backfill", backfill))
    }
    return stalled | {
        "DropsLate": Symptom(
            metric=live.slowest_drop_s,
            above=LATE_S,
            periods=3,
            runbook_step="drops-late",
            says=f"Live files take over {LATE_S} seconds from the bucket to the map.",
        ),
        "StreamBehind": Symptom(
            metric=live.records_behind,
            above=most_behind,
            periods=3,
            runbook_step="stream-behind",
            says=f"Over {most_behind} live records, a minute's work, wait in Kafka.",
        ),
        "RecordsUnreadable": Symptom(
            metric=unreadable,
            above=0,
            periods=1,
            runbook_step="records-unreadable",
            says="A record of Kafka could not be applied and was put aside whole.",
        ),
        "MeasureFails": Symptom(
            metric=errors,
            above=0,
            periods=3,
            runbook_step="measure-fails",
            says="Nobody knows how far behind the stream is: the measurement fails.",
        ),
    }
