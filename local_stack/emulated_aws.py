"""Real AWS clients that talk to the emulator on this machine."""

from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sqs.client import SQSClient

REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
# The emulator requires a key and accepts any; these are not secrets.
ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    # Without these a client would use the machine's real profile and, on EC2, its real role.
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_SETTINGS: Final = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=120,
    s3={"addressing_style": "path"},
)


class EmulatedAws:
    """The clients of one emulator; each is created on first use."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._session = boto3.Session(
            aws_access_key_id=ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )

    def s3(self) -> "S3Client":
        """Return a client for the drop zone."""
        return self._session.client("s3", endpoint_url=self.endpoint, config=_SETTINGS)

    def sqs(self) -> "SQSClient":
        """Return a client for the queues."""
        return self._session.client("sqs", endpoint_url=self.endpoint, config=_SETTINGS)

    def functions(self) -> "LambdaClient":
        """Return a client for the functions."""
        return self._session.client("lambda", endpoint_url=self.endpoint, config=_SETTINGS)
