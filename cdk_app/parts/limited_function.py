"""Functions inside and outside the VPC, with roles that list every allowed action."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_app.bundling import Built
from cdk_app.parts.findings import explain
from cdk_app.parts.log_group import log_group
from cdk_app.parts.network import Network

# The path of a package's CA bundle once Lambda has unpacked it.
CA_FILE = "/var/task/certifi/cacert.pem"

NETWORK_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


@dataclass(frozen=True, kw_only=True)
class FunctionCode:
    """A package, its entry point and its environment."""

    built: Built
    handler: str
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FunctionSize:
    """A function's memory, timeout and log retention."""

    memory_mib: int
    timeout_s: int
    log_days: int


class LimitedFunction(Construct):
    """
    A function with its own log group and a role that lists every allowed action.

    With a network, it runs in the VPC and has its own security group. Without one, it can reach the
    internet but nothing in the VPC.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        code: FunctionCode,
        size: FunctionSize,
        network: Network | None,
    ) -> None:
        super().__init__(scope, id_)
        self.log_group = log_group(self, days=size.log_days)
        make_role = function_role if network is None else vpc_function_role
        self.role = make_role(self, self.log_group)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_12,
            architecture=lambda_.Architecture.ARM_64,
            code=lambda_.Code.from_asset(str(code.built.path), asset_hash=code.built.digest),
            handler=code.handler,
            environment=dict(code.environment),
            memory_size=size.memory_mib,
            timeout=Duration.seconds(size.timeout_s),
            log_group=self.log_group,
            role=self.role.without_policy_updates(),
            **({} if network is None else self._place(network)),
        )
        explain(
            self.function,
            "AwsSolutions-L1",
            "3.12 is what the lists of arm64 wheels are locked and tested for; "
            "moving on is a change of both together.",
        )

    def allow(self, *statements: iam.PolicyStatement) -> None:
        """Add to what the function may do."""
        for statement in statements:
            self.role.add_to_policy(statement)

    def _place(self, network: Network) -> dict[str, Any]:
        return {
            "vpc": network.vpc,
            "vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            "security_groups": [network.client_group(self, description=self.node.path)],
        }


def vpc_function_role(scope: Construct, own_log: logs.ILogGroup) -> iam.Role:
    """Create a role that may only write its own log and attach to a network."""
    role = function_role(scope, own_log)
    role.add_to_policy(
        iam.PolicyStatement(sid="JoinNetwork", actions=list(NETWORK_ACTIONS), resources=["*"])
    )
    explain(
        role,
        "AwsSolutions-IAM5[Resource::*]",
        "Lambda attaches itself to the VPC with these actions before its network interfaces "
        "exist, so there is no resource to name.",
    )
    return role


def function_role(scope: Construct, own_log: logs.ILogGroup) -> iam.Role:
    """Create a role that may only write its own log."""
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(
        iam.PolicyStatement(
            sid="OwnLog",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[own_log.log_group_arn],
        )
    )
    return role
