"""The batch job on Glue 5.1, which turns raw archives in the bucket into drops in its lanes."""

import json
from dataclasses import dataclass
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from bikeshare.drops import REJECTED_PREFIX, Lane
from cdk_app.bundling import Built
from cdk_app.config import SystemConfig
from cdk_app.parts.drop_zone import key_use
from cdk_app.parts.findings import explain, explain_matching
from cdk_app.parts.job_files import JobFiles
from cdk_app.parts.job_role import JobRole

RAW_PREFIX: Final = "raw/"
# Every run's drops, rejected rows and report are under one of these prefixes.
WRITTEN: Final = (
    f"{Lane.LIVE.prefix}prepared-",
    f"{Lane.BACKFILL.prefix}prepared-",
    f"{REJECTED_PREFIX}prepared-",
    "reports/prepare_trips/prepared-",
)
# Ample for a year of New York, which is thirty million rows.
LONGEST: Final = Duration.hours(8)
AT_ONCE: Final = 3


@dataclass(frozen=True, kw_only=True)
class BatchCode:
    """The script, our modules in one zip, and the system, for the format of its files."""

    script: str
    modules: Built
    system: SystemConfig

    def arguments(self, bucket: s3.IBucket) -> dict[str, str]:
        """Return every argument, so that no default is relied on; a run may override them."""
        formats = self.system.trip_formats
        return {
            "--inputs": f"s3://{bucket.bucket_name}/{RAW_PREFIX}",
            "--output": f"s3://{bucket.bucket_name}",
            "--lane": Lane.BACKFILL.value,
            "--slice": "1h",
            "--open_rows": "false",
            "--time_zone": self.system.time_zone,
            "--trip_format_overrides": json.dumps(self.system.trip_format_overrides),
            "--part_mib": "32",
            "--rows_per_drop": "50000",
            # Glue does not pass on an empty value.
            **({"--trip_formats": ",".join(formats)} if formats else {}),
        }


class PrepareOnGlue(Construct):
    """
    A job that is started by hand, or by whatever uploads raw archives.

    It needs only S3, so it runs outside the closed network; and as history can wait, it runs on
    spare capacity (flex execution) at two thirds of the price.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        code: BatchCode,
        files: JobFiles,
        bucket: s3.IBucket,
    ) -> None:
        super().__init__(scope, id_)
        self.role = JobRole(self, "Role", service="glue.amazonaws.com")
        self.role.read_wheels(files.bucket)
        self.role.write_logs("/aws-glue/")
        self._let_in(bucket)
        job = self._job(code, {**code.arguments(bucket), **files.pip_arguments()})
        job.node.add_dependency(files.wheels_deployed)
        explain(job, "AwsSolutions-GL1", "CloudWatch encrypts the logs; no row is written there.")
        explain(job, "AwsSolutions-GL3", "A run's name is its bookmark; nothing else is kept.")
        explain(
            job,
            "Annotation::@aws-cdk/aws-glue-alpha:unencryptedContinuousLogging",
            "CloudWatch encrypts every log group with a key of its own; no row is written there.",
        )
        self.name = job.job_name

    def _job(self, code: BatchCode, arguments: dict[str, str]) -> glue.PySparkFlexEtlJob:
        return glue.PySparkFlexEtlJob(
            self,
            "Job",
            role=self.role.role.without_policy_updates(),
            script=self._shipped("Script", code.script),
            glue_version=glue.GlueVersion.V5_1,
            worker_configuration=glue.WorkerConfiguration(
                # The smallest allowed for a batch job.
                worker_type=glue.WorkerType.G_1X,
                number_of_workers=AT_ONCE,
            ),
            extra_python_files=[self._shipped("Modules", str(code.modules.path))],
            default_arguments={**arguments, "--enable-auto-scaling": "true"},
            continuous_logging=glue.ContinuousLoggingProps(enabled=True, quiet=True),
            enable_metrics=True,
            enable_observability_metrics=True,
            max_concurrent_runs=AT_ONCE,
            max_retries=1,
            timeout=LONGEST,
        )

    def _let_in(self, bucket: s3.IBucket) -> None:
        written = [bucket.arn_for_objects(f"{prefix}*") for prefix in WRITTEN]
        read = [bucket.arn_for_objects(f"{RAW_PREFIX}*"), *written]
        self.role.allow(
            # It looks a drop up before writing it; without this, S3 hides that one is missing.
            _may("ListDrops", ["s3:ListBucket"], [bucket.bucket_arn]),
            _may("ReadRaw", ["s3:GetObject"], read),
            _may("WriteDrops", ["s3:PutObject"], written),
            iam.PolicyStatement(
                sid="GlueMetrics",
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": "Glue"}},
            ),
            *key_use(bucket, sid="UseKey"),
        )
        explain_matching(
            self.role.role,
            r"AwsSolutions-IAM5\[Resource::(\*|.+/(raw/|[a-z_/]+/prepared-)\*)\]",
            "Archives and drops are named as they come; writing metrics takes no resource and is "
            "held to Glue's namespace.",
        )

    def _shipped(self, name: str, path: str) -> glue.Code:
        """Ship a file as an asset that the job may read."""
        asset = assets.Asset(self, name, path=path)
        self.role.read(asset)
        return glue.Code.from_bucket(asset.bucket, asset.s3_object_key)


def _may(sid: str, actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=resources)
