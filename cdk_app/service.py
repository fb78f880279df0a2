"""All stacks of one stage, each wired to what it needs from the others."""

from dataclasses import dataclass

from aws_cdk import App, RemovalPolicy, Tags, custom_resources
from aws_cdk import aws_logs as logs

from cdk_app.bundling import Workshop
from cdk_app.config import StageConfig
from cdk_app.parts.log_group import LENGTHS
from cdk_app.stacks.api import ApiStack, Upstream
from cdk_app.stacks.data import DataStack
from cdk_app.stacks.firewall import FirewallStack
from cdk_app.stacks.monitoring import MonitoringStack
from cdk_app.stacks.pipeline import PipelineStack


@dataclass(frozen=True, kw_only=True)
class Service:
    """The stacks of one stage."""

    data: DataStack
    pipeline: PipelineStack
    firewall: FirewallStack
    api: ApiStack
    monitoring: MonitoringStack


def add_service(app: App, config: StageConfig, workshop: Workshop) -> Service:
    """Define everything that one deployment consists of."""
    prefix = f"bikeshare-{config.name}"
    data = DataStack(app, f"{prefix}-data", config=config, region=config.region)
    pipeline = PipelineStack(app, f"{prefix}-pipeline", config=config, data=data, workshop=workshop)
    firewall = FirewallStack(app, f"{prefix}-firewall", config=config)
    api = ApiStack(
        app,
        f"{prefix}-api",
        config=config,
        upstream=Upstream(data=data, web_acl_arn=firewall.web_acl_arn),
        workshop=workshop,
    )
    # The migrations, in that stack, create the API's database user.
    api.add_stack_dependency(pipeline)
    monitoring = MonitoringStack(
        app, f"{prefix}-monitoring", config=config, watched=(data, pipeline, api)
    )
    # The logs of the CDK's own functions are deleted with the stage too.
    kept_logs = custom_resources.CustomResourceConfig.of(app)
    kept_logs.add_log_retention_lifetime(logs.RetentionDays[LENGTHS[config.log_days]])
    kept_logs.add_removal_policy(RemovalPolicy.DESTROY)
    for key, value in {"service": "bikeshare-availability", "stage": config.name}.items():
        # In CloudFormation, a proxy's target group cannot have tags.
        Tags.of(app).add(key, value, exclude_resource_types=["AWS::RDS::DBProxyTargetGroup"])
    return Service(data=data, pipeline=pipeline, firewall=firewall, api=api, monitoring=monitoring)
