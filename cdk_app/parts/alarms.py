"""What wakes somebody up: one alarm per symptom, each naming its step in the runbook."""

from dataclasses import dataclass

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

RUNBOOK = "docs/operations.md"


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """A metric beyond a threshold for `periods` in a row, and its step in the runbook."""

    metric: cloudwatch.IMetric
    above: float
    periods: int
    runbook_step: str
    says: str
    below: bool = False
    missing_is_bad: bool = False


class Alarms(Construct):
    """A topic that people subscribe to, and the alarms that notify it."""

    def __init__(self, scope: Construct, id_: str, *, email: str | None) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(self, "Topic", enforce_ssl=True)
        # A topic's own policy replaces the default one, which lets the account's alarms publish.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsTell",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def watch(self, name: str, symptom: Symptom) -> cloudwatch.Alarm:
        """Notify the topic when the symptom appears and when it has gone."""
        missing = cloudwatch.TreatMissingData
        comparison = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            self,
            name,
            metric=symptom.metric,
            threshold=symptom.above,
            evaluation_periods=symptom.periods,
            comparison_operator=(
                comparison.LESS_THAN_THRESHOLD
                if symptom.below
                else comparison.GREATER_THAN_THRESHOLD
            ),
            treat_missing_data=(
                missing.BREACHING if symptom.missing_is_bad else missing.NOT_BREACHING
            ),
            alarm_description=f"{symptom.says} See {RUNBOOK}#{symptom.runbook_step}",
        )
        tell = actions.SnsAction(self.topic)
        alarm.add_alarm_action(tell)
        alarm.add_ok_action(tell)
        return alarm
