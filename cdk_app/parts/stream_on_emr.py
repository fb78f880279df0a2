"""The streaming job on EMR Serverless, an alternative to Glue chosen by one setting."""

from aws_cdk import CfnTag, Stack, custom_resources
from aws_cdk import aws_emrserverless as emr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from cdk_app.bundling import Built
from cdk_app.parts.findings import explain_matching
from cdk_app.parts.job_files import LOGS, JobFiles
from cdk_app.parts.network import Network
from cdk_app.parts.service_metrics import ServiceMetrics
from cdk_app.parts.stream_code import StreamCode
from cdk_app.parts.stream_role import StreamRole

# The release with Spark 3.5.6, the version that Glue 5.1 and the local stack run.
RELEASE = "emr-7.11.0"
# EMR 7 runs Python 3.9 by default.
PYTHON = "/usr/bin/python3.11"
FAILURES_PER_HOUR = 5
VCPU_PER_WORKER = 2
GB_PER_WORKER = 8


class StreamOnEmr(Construct):
    """An application that scales by itself, and one run in streaming mode that never ends."""

    def __init__(
        self, scope: Construct, id_: str, *, code: StreamCode, files: JobFiles, network: Network
    ) -> None:
        super().__init__(scope, id_)
        self.security_group = network.client_group(self, description="Streaming job on EMR")
        self.role = StreamRole(
            self, "Role", service="emr-serverless.amazonaws.com", files=files.bucket
        )
        self._code = code
        self._files = files
        self._subnets = [subnet.subnet_id for subnet in network.vpc.isolated_subnets]

    def run(self, *, site: Built, workers: int) -> emr.CfnApplication:
        """Define the application and start its one run, which is replaced if it changes."""
        application = self._application(workers)
        started = custom_resources.AwsSdkCall(
            service="EMRServerless",
            action="startJobRun",
            parameters=self._job_run(application, site, workers),
            physical_resource_id=custom_resources.PhysicalResourceId.from_response("jobRunId"),
        )
        cancelled = custom_resources.AwsSdkCall(
            service="EMRServerless",
            action="cancelJobRun",
            parameters={
                "applicationId": application.attr_application_id,
                "jobRunId": custom_resources.PhysicalResourceIdReference(),
            },
            ignore_error_codes_matching="ResourceNotFoundException|ValidationException",
        )
        run = custom_resources.AwsCustomResource(
            self,
            "Run",
            on_create=started,
            # A new run has a new id, so CloudFormation then cancels the one it replaces.
            on_update=started,
            on_delete=cancelled,
            install_latest_aws_sdk=False,
            policy=custom_resources.AwsCustomResourcePolicy.from_statements(
                self._may_start(application)
            ),
        )
        self.name = application.attr_application_id
        self.heartbeat = ServiceMetrics(
            namespace="AWS/EMRServerless",
            # Since 7.10, EMR Serverless adds the name as a dimension besides the id.
            dimensions={
                "ApplicationId": application.attr_application_id,
                "ApplicationName": Stack.of(self).stack_name,
            },
        ).metric("RunningWorkerCount", "Maximum")
        explain_matching(
            run,
            r"AwsSolutions-IAM5\[Resource::.+/jobruns/\*\]",
            "EMR names a run as it starts it.",
        )
        run.node.add_dependency(self.role, self._files.wheels_deployed)
        return application

    def _application(self, workers: int) -> emr.CfnApplication:
        return emr.CfnApplication(
            self,
            "Application",
            name=Stack.of(self).stack_name,
            type="SPARK",
            release_label=RELEASE,
            auto_start_configuration=emr.CfnApplication.AutoStartConfigurationProperty(
                enabled=True
            ),
            maximum_capacity=emr.CfnApplication.MaximumAllowedResourcesProperty(
                cpu=f"{VCPU_PER_WORKER * (workers + 1)} vCPU",
                memory=f"{GB_PER_WORKER * (workers + 1)} GB",
            ),
            network_configuration=emr.CfnApplication.NetworkConfigurationProperty(
                subnet_ids=self._subnets,
                security_group_ids=[self.security_group.security_group_id],
            ),
            tags=[CfnTag(key="role", value="streaming")],
        )

    def _job_run(
        self, application: emr.CfnApplication, site: Built, workers: int
    ) -> dict[str, object]:
        script = self._shipped("Script", self._code.script)
        modules = self._shipped("Modules", str(self._code.modules.path))
        packages = self._shipped("Packages", str(site.path))
        jars = [self._shipped(jar.stem, str(jar)) for jar in self._code.jar_files()]
        arguments = [part for pair in self._code.arguments.items() for part in pair]
        return {
            "applicationId": application.attr_application_id,
            "executionRoleArn": self.role.role.role_arn,
            "name": "availability",
            "mode": "STREAMING",
            "retryPolicy": {"maxFailedAttemptsPerHour": FAILURES_PER_HOUR},
            "jobDriver": {
                "sparkSubmit": {
                    "entryPoint": script,
                    "entryPointArguments": arguments,
                    "sparkSubmitParameters": _spark(modules, packages, jars, workers),
                }
            },
            "configurationOverrides": {
                "monitoringConfiguration": {
                    "s3MonitoringConfiguration": {"logUri": self._files.url(f"{LOGS}/emr/")}
                }
            },
        }

    def _shipped(self, name: str, path: str) -> str:
        """Ship a file as an asset that the job may read."""
        asset = assets.Asset(self, name, path=path)
        self.role.read(asset)
        return asset.s3_object_url

    def _may_start(self, application: emr.CfnApplication) -> list[iam.PolicyStatement]:
        return [
            iam.PolicyStatement(
                actions=["emr-serverless:StartJobRun"], resources=[application.attr_arn]
            ),
            iam.PolicyStatement(
                actions=["emr-serverless:CancelJobRun"],
                resources=[f"{application.attr_arn}/jobruns/*"],
            ),
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self.role.role.role_arn],
                conditions={
                    "StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}
                },
            ),
        ]


def _spark(modules: str, packages: str, jars: list[str], workers: int) -> str:
    """Return spark-submit's parameters; the unpacked packages go where PYTHONPATH looks."""
    settings = {
        "spark.submit.pyFiles": modules,
        "spark.archives": f"{packages}#site",
        "spark.emr-serverless.driverEnv.PYTHONPATH": "./site",
        "spark.executorEnv.PYTHONPATH": "./site",
        "spark.emr-serverless.driverEnv.PYSPARK_PYTHON": PYTHON,
        "spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON": PYTHON,
        "spark.executorEnv.PYSPARK_PYTHON": PYTHON,
        "spark.dynamicAllocation.maxExecutors": str(workers),
        "spark.executor.cores": str(VCPU_PER_WORKER),
        "spark.driver.cores": str(VCPU_PER_WORKER),
        "spark.jars": ",".join(jars),
    }
    return " ".join(f"--conf {name}={value}" for name, value in settings.items())
