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
        """Name a topic for a policy."""
        return f"{self._prefix}:topic/{self._cluster_path}/{topic}"

    def creating(self, topics: Sequence[str]) -> list[iam.PolicyStatement]:
        """Let a client create these topics, widen them and set how long they keep records."""
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
        """Let a client ask where these topics begin and end, and read no record."""
        return [
            self._signing_in(),
            iam.PolicyStatement(
                sid="KafkaAsk",
                actions=["kafka-cluster:DescribeTopic"],
                resources=[self.topic_arn(topic) for topic in topics],
            ),
        ]

    def producing(self, topics: Sequence[str]) -> list[iam.PolicyStatement]:
        """Let a client write to these topics with idempotence, and read nothing."""
        return [
            # Beside WriteData: an idempotent producer asks the cluster for its id.
            self._signing_in("kafka-cluster:WriteDataIdempotently"),
            iam.PolicyStatement(
                sid="KafkaWrite",
                actions=["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"],
                resources=[self.topic_arn(topic) for topic in topics],
            ),
        ]

    def consuming(self, topics: Sequence[str], *, group_prefix: str) -> list[iam.PolicyStatement]:
        """Let a client read these topics under groups of its own, and write nothing."""
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
