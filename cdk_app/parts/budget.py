"""The budget, and who is warned before it is exceeded."""

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

WARN_PERCENT = 80


class Budget(Construct):
    """A monthly budget for everything with the stage's tag."""

    def __init__(
        self, scope: Construct, id_: str, *, stage: str, monthly_usd: int, topic: sns.Topic
    ) -> None:
        super().__init__(scope, id_)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="BudgetsTell",
                principals=[iam.ServicePrincipal("budgets.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": topic.env.account}},
            )
        )
        self.budget = budgets.CfnBudget(
            self,
            "Monthly",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=monthly_usd, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:stage${stage}"]},
            ),
            notifications_with_subscribers=[
                _told("ACTUAL", WARN_PERCENT, topic),
                _told("FORECASTED", 100, topic),
            ],
        )


def _told(
    kind: str, percent: int, topic: sns.ITopic
) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind,
            comparison_operator="GREATER_THAN",
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[
            budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)
        ],
    )
