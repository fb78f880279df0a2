"""The Chalice application behind API Gateway, reading the database through its proxy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sam as sam
from chalice.cdk import Chalice
from constructs import Construct

from cdk_app.bundling import LAMBDA, Built, without_bytecode
from cdk_app.parts.findings import explain
from cdk_app.parts.gateway_problems import gateway_responses
from cdk_app.parts.limited_function import vpc_function_role
from cdk_app.parts.log_group import log_group
from cdk_app.parts.network import Network

STAGE = "api"
# API Gateway gives up after 29 seconds; nobody waits that long for a map.
TIMEOUT_S = 15

ACCESS_LOG_FORMAT = {
    "request_id": "$context.requestId",
    "path": "$context.path",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "error": "$context.error.message",
}


@dataclass(frozen=True, kw_only=True)
class ApiCode:
    """The packaged application, and its environment."""

    built: Built
    environment: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ApiSize:
    """A function's memory, the API's rate limit, and log retention."""

    memory_mib: int
    requests_per_second: int
    log_days: int


class PublicApi(Construct):
    """What Chalice packages, with what its own template lacks."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        code: ApiCode,
        size: ApiSize,
        network: Network,
    ) -> None:
        super().__init__(scope, id_)
        self._log_group = log_group(self, days=size.log_days)
        self.role = vpc_function_role(self, self._log_group)
        self.security_group = network.client_group(self, description="API")
        subnets = [subnet.subnet_id for subnet in network.vpc.isolated_subnets]
        # Chalice imports the application to find its routes, then ships the folder as it is.
        with without_bytecode(code.built.path):
            chalice = Chalice(
                self,
                "Chalice",
                source_dir=str(code.built.path),
                stage_config={
                    "api_gateway_stage": STAGE,
                    "api_gateway_endpoint_type": "REGIONAL",
                    "lambda_architecture": "arm64",
                    "lambda_memory_size": size.memory_mib,
                    "lambda_timeout": TIMEOUT_S,
                    "environment_variables": dict(code.environment),
                    "manage_iam_role": False,
                    "iam_role_arn": self.role.role_arn,
                    "subnet_ids": subnets,
                    "security_group_ids": [self.security_group.security_group_id],
                },
            )
        self.name = cast("str", chalice.get_resource("RestAPI").definition_body["info"]["title"])
        self.handler = self._finish_function(chalice)
        self.rest_api = self._finish_gateway(chalice, size.requests_per_second)

    def search_places(self) -> None:
        """Allow it to search for addresses in Amazon Location, and nothing else there."""
        stack = Stack.of(self)
        places = stack.format_arn(
            service="geo-places", account="", resource="provider", resource_name="default"
        )
        self.role.add_to_policy(
            iam.PolicyStatement(
                sid="SearchPlaces", actions=["geo-places:SearchText"], resources=[places]
            )
        )

    @property
    def domain_name(self) -> str:
        """API Gateway's own host name, where the API is below the path of its stage."""
        stack = Stack.of(self)
        return f"{self.rest_api.ref}.execute-api.{stack.region}.{stack.url_suffix}"

    def _finish_function(self, chalice: Chalice) -> sam.CfnFunction:
        function: sam.CfnFunction = chalice.get_resource("APIHandler")
        # Chalice sets the Python that it runs on; the wheels in `vendor` are for this one.
        function.runtime = f"python{LAMBDA.python}"
        # Lambda refuses a function in a VPC until its role may attach to it.
        function.node.add_dependency(self.role)
        function.add_property_override(
            "LoggingConfig", {"LogGroup": self._log_group.log_group_name, "LogFormat": "JSON"}
        )
        return function

    def _finish_gateway(self, chalice: Chalice, requests_per_second: int) -> sam.CfnApi:
        rest_api: sam.CfnApi = chalice.get_resource("RestAPI")
        stack = Stack.of(self)
        rest_api.add_property_override(
            "AccessLogSetting",
            {
                "DestinationArn": self._log_group.log_group_arn,
                "Format": stack.to_json_string(ACCESS_LOG_FORMAT),
            },
        )
        rest_api.add_property_override(
            "MethodSettings",
            [
                {
                    "ResourcePath": "/*",
                    "HttpMethod": "*",
                    "MetricsEnabled": True,
                    "ThrottlingRateLimit": requests_per_second,
                    "ThrottlingBurstLimit": 2 * requests_per_second,
                }
            ],
        )
        rest_api.add_property_override("GatewayResponses", gateway_responses())
        rest_api.node.add_dependency(self._gateway_may_log())
        return rest_api

    def _gateway_may_log(self) -> apigateway.CfnAccount:
        """Allow API Gateway to write logs, which is a setting of the account, not of the API."""
        role = iam.Role(
            self,
            "GatewayRole",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
                )
            ],
        )
        explain(
            role,
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]",
            "API Gateway tries this very policy before it accepts the role.",
        )
        return apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
