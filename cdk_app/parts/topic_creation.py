"""The topics of a serverless cluster, which only a Kafka client can create."""

from collections.abc import Mapping

from constructs import Construct

from cdk_app.parts.deploy_call import call_on_deploy
from cdk_app.parts.limited_function import FunctionCode, FunctionSize, LimitedFunction
from cdk_app.parts.network import Network

TIMEOUT_S = 120


class TopicCreation(Construct):
    """A function that creates topics, and the deploy's call of it, which can fail the deploy."""

    def __init__(
        self, scope: Construct, id_: str, *, code: FunctionCode, log_days: int, network: Network
    ) -> None:
        super().__init__(scope, id_)
        size = FunctionSize(memory_mib=256, timeout_s=TIMEOUT_S, log_days=log_days)
        self.private = LimitedFunction(self, "Create", code=code, size=size, network=network)
        self.run = call_on_deploy(self, self.private, timeout_s=TIMEOUT_S)


def topics_told(partitions: Mapping[str, int]) -> str:
    """Return the topics in the form that the function reads."""
    return ",".join(f"{topic}={count}" for topic, count in partitions.items())
