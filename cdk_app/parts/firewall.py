"""What is blocked at the edge: known attacks, and more requests than a person makes."""

from aws_cdk import aws_wafv2 as waf
from constructs import Construct

MANAGED_RULES = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
)
RATE_WINDOW_S = 300


class Firewall(Construct):
    """A web ACL for CloudFront."""

    def __init__(self, scope: Construct, id_: str, *, requests_per_address: int) -> None:
        super().__init__(scope, id_)
        managed = [_managed(name, priority) for priority, name in enumerate(MANAGED_RULES, start=1)]
        self.web_acl = waf.CfnWebACL(
            self,
            "WebAcl",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            # Samples contain what was asked, so requests that no rule blocks are not sampled.
            visibility_config=_visible("WebAcl", sampled=False),
            rules=[_rate_limit(requests_per_address), *managed],
        )


def _rate_limit(requests: int) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name="RateLimit",
        priority=0,
        action=waf.CfnWebACL.RuleActionProperty(block={}),
        statement=waf.CfnWebACL.StatementProperty(
            rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=requests, evaluation_window_sec=RATE_WINDOW_S
            )
        ),
        visibility_config=_visible("RateLimit"),
    )


def _managed(name: str, priority: int) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(
            managed_rule_group_statement=waf.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS", name=name
            )
        ),
        visibility_config=_visible(name),
    )


def _visible(name: str, *, sampled: bool = True) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=sampled
    )
