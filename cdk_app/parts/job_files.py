"""What the jobs read and keep apart from their data: wheels, checkpoints and logs."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct

from cdk_app.bundling import Built

CHECKPOINTS = "checkpoints"
WHEELS = "wheels"
LOGS = "logs"


class JobFiles(Construct):
    """A bucket in which wheels keep the file names that pip insists on."""

    def __init__(
        self, scope: Construct, id_: str, *, wheels: Built, access_logs: s3.IBucket, retain: bool
    ) -> None:
        super().__init__(scope, id_)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix="job/",
            lifecycle_rules=[
                s3.LifecycleRule(id="forget-logs", prefix=f"{LOGS}/", expiration=Duration.days(30))
            ],
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
            auto_delete_objects=not retain,
        )
        prefix = f"{WHEELS}/{wheels.digest}"
        self.wheels_deployed = deployment.BucketDeployment(
            self,
            "Wheels",
            destination_bucket=self.bucket,
            destination_key_prefix=prefix,
            sources=[deployment.Source.asset(str(wheels.path), asset_hash=wheels.digest)],
            # A run that began before this deploy may still need its own wheels.
            prune=False,
            retain_on_delete=True,
        )
        names = sorted(path.name for path in wheels.path.glob("*.whl"))
        self.wheel_urls = [self.url(f"{prefix}/{name}") for name in names]

    def pip_arguments(self) -> dict[str, str]:
        """Have Glue install only these wheels: a closed network has no package index."""
        return {
            "--additional-python-modules": ",".join(self.wheel_urls),
            "--python-modules-installer-option": "--no-index --no-deps",
        }

    def url(self, path: str) -> str:
        """Return the S3 URL of a path in the bucket."""
        return f"s3://{self.bucket.bucket_name}/{path}"
