"""The schema migration, run by the deploy before anything relies on the schema."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk_app.parts.deploy_call import call_on_deploy
from cdk_app.parts.limited_function import FunctionCode, FunctionSize, LimitedFunction
from cdk_app.parts.network import Network

TIMEOUT_S = 600


class Migration(Construct):
    """A function that migrates the database, and the deploy's call of it, which can fail it."""

    def __init__(
        self, scope: Construct, id_: str, *, code: FunctionCode, log_days: int, network: Network
    ) -> None:
        super().__init__(scope, id_)
        size = FunctionSize(memory_mib=512, timeout_s=TIMEOUT_S, log_days=log_days)
        self.private = LimitedFunction(self, "Migrate", code=code, size=size, network=network)
        self.run = call_on_deploy(self, self.private, timeout_s=TIMEOUT_S)

    def read_password_of(self, secret: secretsmanager.ISecret) -> None:
        """Allow it to read the password that it sets for a database role."""
        self.private.allow(
            iam.PolicyStatement(
                sid="ReaderPassword",
                actions=["secretsmanager:GetSecretValue"],
                resources=[secret.secret_arn],
            )
        )
        if secret.encryption_key is not None:
            self.private.allow(
                iam.PolicyStatement(
                    sid="ReaderPasswordKey",
                    actions=["kms:Decrypt"],
                    resources=[secret.encryption_key.key_arn],
                )
            )
