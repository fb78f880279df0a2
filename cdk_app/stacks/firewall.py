"""The web ACL, in a stack of its own because CloudFront requires one in us-east-1."""

from aws_cdk import Stack
from constructs import Construct

from cdk_app.config import StageConfig
from cdk_app.parts.firewall import Firewall

REGION = "us-east-1"


class FirewallStack(Stack):
    """The web ACL in front of the API's edge."""

    def __init__(self, scope: Construct, id_: str, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            id_,
            env={"region": REGION},
            description=f"{config.system.name}: the edge's firewall",
            termination_protection=config.retain,
            cross_region_references=config.region != REGION,
        )
        firewall = Firewall(self, "Firewall", requests_per_address=config.requests_per_address)
        self.web_acl_arn = firewall.web_acl.attr_arn
