"""The streaming job on Glue 5.1, and the schedule that restarts it whenever it is not running."""

from typing import cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from cdk_app.parts.findings import explain, explain_matching
from cdk_app.parts.glue_access import glue_network
from cdk_app.parts.job_files import LOGS, JobFiles
from cdk_app.parts.log_group import log_group
from cdk_app.parts.network import Network
from cdk_app.parts.service_metrics import ServiceMetrics
from cdk_app.parts.stream_code import StreamCode
from cdk_app.parts.stream_role import StreamRole

WATCH_MINUTES = 5
# Glue restarts a streaming job once a week; this is the quietest hour of New York's week.
MAINTENANCE_WINDOW = "Mon:8"


class StreamOnGlue(Construct):
    """One run at a time, in the closed network, of the script that `spark-submit` runs locally."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        code: StreamCode,
        files: JobFiles,
        network: Network,
    ) -> None:
        super().__init__(scope, id_)
        self.security_group = network.client_group(self, description="Streaming job on Glue")
        # Spark's driver and executors talk to each other on arbitrary ports.
        self.security_group.connections.allow_internally(ec2.Port.all_tcp(), "Spark, within itself")
        self.role = StreamRole(self, "Role", service="glue.amazonaws.com", files=files.bucket)
        self._log_prefix = f"/aws-glue/{Stack.of(self).stack_name}"
        self._code = code
        self._files = files
        # Glue runs in one zone; while that zone is down, the next run waits for it.
        subnet = network.vpc.isolated_subnets[0]
        self._connection = glue.Connection(
            self,
            "Network",
            type=glue.ConnectionType.NETWORK,
            network=glue.ConnectionNetwork.subnet(subnet),
            security_groups=[self.security_group],
        )
        self._let_glue_work(subnet)

    def run(self, *, worker: str, workers: int, log_days: int) -> glue.PySparkStreamingJob:
        """Define the job and keep it running."""
        self._keep_logs(log_days)
        job = glue.PySparkStreamingJob(
            self,
            "Job",
            role=self.role.role.without_policy_updates(),
            script=self._shipped("Script", self._code.script),
            glue_version=glue.GlueVersion.V5_1,
            worker_configuration=glue.WorkerConfiguration(
                worker_type=glue.WorkerType[worker], number_of_workers=workers
            ),
            connections=[self._connection],
            extra_python_files=[self._shipped("Modules", str(self._code.modules.path))],
            extra_jars=[self._shipped(jar.stem, str(jar)) for jar in self._code.jar_files()],
            default_arguments=self._arguments(),
            # Glue 5 always logs continuously; this setting is for earlier versions.
            continuous_logging=glue.ContinuousLoggingProps(enabled=False),
            enable_metrics=True,
            enable_observability_metrics=True,
            max_concurrent_runs=1,
            max_retries=0,
        )
        job.node.add_dependency(self._files.wheels_deployed)
        resource = cast("glue.CfnJob", job.node.default_child)
        resource.maintenance_window = MAINTENANCE_WINDOW
        explain(job, "AwsSolutions-GL1", "CloudWatch encrypts the logs; no row is written there.")
        explain(job, "AwsSolutions-GL3", "A streaming job keeps checkpoints and no bookmark.")
        explain(
            job,
            "Annotation::@aws-cdk/aws-glue-alpha:unencryptedContinuousLogging",
            "CloudWatch encrypts every log group with a key of its own; no row is written there.",
        )
        self._keep_running(job)
        self.name = job.job_name
        self.heartbeat = ServiceMetrics(
            namespace="Glue",
            dimensions={"JobName": job.job_name, "JobRunId": "ALL", "Type": "gauge"},
        ).metric("glue.driver.jvm.heap.used", "Maximum")
        return job

    def _keep_logs(self, days: int) -> None:
        """Create the log groups that Glue would create, so that they have a retention period."""
        for kind in ("error", "output"):
            name = f"{self._log_prefix}/{kind}"
            log_group(self, days=days, id_=f"{kind.capitalize()}Logs", name=name)
        self.role.write_logs(f"{self._log_prefix}/")

    def _shipped(self, name: str, path: str) -> glue.Code:
        """Ship a file as an asset that the job may read."""
        asset = assets.Asset(self, name, path=path)
        self.role.read(asset)
        return glue.Code.from_bucket(asset.bucket, asset.s3_object_key)

    def _arguments(self) -> dict[str, str]:
        return {
            **self._code.arguments,
            **self._files.pip_arguments(),
            # The number of workers is then a maximum.
            "--enable-auto-scaling": "true",
            "--custom-logGroup-prefix": self._log_prefix,
            "--TempDir": self._files.url(f"{LOGS}/temporary/"),
        }

    def _keep_running(self, job: glue.PySparkStreamingJob) -> None:
        """Request a run every few minutes; Glue refuses a second one, so only a dead job starts."""
        scheduler.Schedule(
            self,
            "Watch",
            schedule=scheduler.ScheduleExpression.rate(Duration.minutes(WATCH_MINUTES)),
            target=targets.Universal(
                service="glue",
                action="startJobRun",
                input=scheduler.ScheduleTargetInput.from_object({"JobName": job.job_name}),
                policy_statements=[
                    iam.PolicyStatement(actions=["glue:StartJobRun"], resources=[job.job_arn])
                ],
                # The next request is the retry.
                retry_attempts=0,
                max_event_age=Duration.minutes(1),
            ),
        )

    def _let_glue_work(self, subnet: ec2.ISubnet) -> None:
        """Allow what Glue does in the job's role before and around our code."""
        self.role.allow(
            *glue_network(
                Stack.of(self),
                connection=self._connection.connection_arn,
                subnet=subnet.subnet_id,
                security_group=self.security_group.security_group_id,
            )
        )
        explain_matching(
            self.role.role,
            r"AwsSolutions-IAM5\[Resource::(\*|arn:.+:network-interface/\*)\]",
            "Looking up a network and writing metrics take no resource (the latter is held to "
            "Glue's namespace), and a network interface has no name before it is made.",
        )
