"""What a client of the Kafka cluster may do, spelled out action by action."""

from collections.abc import Sequence

from aws_cdk import Fn
from aws_cdk import aws_iam as iam


class KafkaAccess:
    """Policy statements for one cluster, whose topics and groups carry its name and its id."""

    def __init__(self, cluster_arn: str) -> None:
        self._cluster_arn = cluster_arn
        # arn:aws:kafka:region:account:cluster/name/uuid
        colons = Fn.split(":", cluster_arn, 6)
        slashes = Fn.split("/", colons[5], 3)
        self._prefix = ":".join(colons[:5])
        self._cluster_path = f"{slashes[1]}/{slashes[2]}"

    def topic_arn(self, topic: str) -> str:
        """Return the ARN of a topic, for a policy."""
        return f"{self._prefix}:topic/{self._cluster_path}/{topic}"

    def creating(self, topics: Sequence[str]) -> list[iam.PolicyStatement]:
        """Allow a client to create these topics, add partitions and set their retention."""
        return [
            self._signing_in(),
            iam.PolicyStatement(
                sid="KafkaTopics",
                actions=[
                    "kafka-cluster:AlterTopic",
                    "kafka-cluster:AlterTopicDynamicConfiguration",
                    "kafka-cluster:CreateTopic",
                    "kafka-cluster:DescribeTopic",
                    "kafka-cluster:DescribeTopicDynamicConfiguration",
                ],
                resources=[self.topic_arn(topic) for topic in topics],
            ),
        ]

    def describing(self, topics: Sequence[str]) -> list[iam.PolicyStatement]:
        """Allow a client to ask where these topics begin and end, but not to read records."""
        return [
            self._signing_in(),
            iam.PolicyStatement(
                sid="KafkaAsk",
                actions=["kafka-cluster:DescribeTopic"],
                resources=[self.topic_arn(topic) for topic in topics],
            ),
        ]

    def producing(self, topics: Sequence[str]) -> list[iam.PolicyStatement]:
        """Allow a client to write to these topics idempotently, but not to read."""
        return [
            # Besides WriteData, as an idempotent producer asks the cluster for an id.
            self._signing_in("kafka-cluster:WriteDataIdempotently"),
            iam.PolicyStatement(
                sid="KafkaWrite",
                actions=["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
                resources=[self.topic_arn(topic) for topic in topics],
            ),
        ]

    def consuming(self, topics: Sequence[str], *, group_prefix: str) -> list[iam.PolicyStatement]:
        """Allow a client to read these topics in its own consumer groups, but not to write."""
        return [
            self._signing_in(),
            iam.PolicyStatement(
                sid="KafkaRead",
                actions=["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"],
                resources=[self.topic_arn(topic) for topic in topics],
            ),
            iam.PolicyStatement(
                sid="KafkaGroups",
                actions=["kafka-cluster:DescribeGroup", "kafka-cluster:AlterGroup"],
                resources=[f"{self._prefix}:group/{self._cluster_path}/{group_prefix}*"],
            ),
        ]

    def _signing_in(self, *more: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="KafkaSignIn",
            actions=["kafka-cluster:Connect", "kafka-cluster:DescribeCluster", *more],
            resources=[self._cluster_arn],
        )
