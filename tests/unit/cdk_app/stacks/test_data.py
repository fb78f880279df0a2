import json
from typing import Any

import pytest

from bikeshare.topics import ALL_TOPICS

STATEFUL = (
    "AWS::S3::Bucket",
    "AWS::RDS::DBInstance",
    "AWS::KMS::Key",
)


class TestNetwork:
    def test_there_is_no_way_to_the_internet(self, dev: Any, metro: Any) -> None:
        """A NAT gateway would be the largest item of a small stage's bill, and a way out."""
        for stage in (dev, metro):
            for kind in ("AWS::EC2::NatGateway", "AWS::EC2::InternetGateway"):
                assert stage.resources("data", kind) == {}

    def test_it_spans_the_zones_of_its_stage(self, dev: Any, metro: Any) -> None:
        """By default, CDK gives only two zones to a stack without an account."""
        assert len(dev.resources("data", "AWS::EC2::Subnet")) == 2
        assert len(metro.resources("data", "AWS::EC2::Subnet")) == 3

    def test_every_service_in_use_has_a_door(self, dev: Any) -> None:
        """Without an endpoint, a job in a closed network hangs instead of failing."""
        doors = dev.resources("data", "AWS::EC2::VPCEndpoint").values()
        names = [json.dumps(door["Properties"]["ServiceName"]) for door in doors]
        for service in ("s3", "secretsmanager", "sqs", "logs", "monitoring", "glue", "geo.places"):
            assert any(f".{service}" in name for name in names), service


class TestDropZone:
    def test_lanes_are_told_to_their_queues(self, dev: Any) -> None:
        """History in the live queue would hold live files up; a snapshot is not a trip file."""
        bucket = dev.only("data", "AWS::S3::Bucket", named="DropZone")
        told = {
            each["Filter"]["S3Key"]["Rules"][0]["Value"]: each["Queue"]["Fn::GetAtt"][0]
            for each in bucket["NotificationConfiguration"]["QueueConfigurations"]
        }
        assert set(told) == {"live/", "backfill/", "stations/"}
        assert len(set(told.values())) == 3

    def test_the_queues_policies_come_before_the_bucket(self, dev: Any) -> None:
        """S3 refuses to notify a queue that does not allow it yet."""
        [bucket] = [
            each
            for name, each in dev.resources("data", "AWS::S3::Bucket").items()
            if name.startswith("DropZone")
        ]
        policies = dev.resources("data", "AWS::SQS::QueuePolicy")
        arrivals = {name for name in policies if "Arrivals" in name}
        assert len(arrivals) == 3
        assert arrivals <= set(bucket["DependsOn"])

    def test_a_message_stays_hidden_for_six_times_the_readers_time(self, dev: Any) -> None:
        """AWS recommends it: a retry must never overlap the read that it repeats."""
        functions = dev.resources("pipeline", "AWS::Lambda::Function").items()
        timeouts = {each["Properties"]["Timeout"] for name, each in functions if "Publish" in name}
        queues = dev.resources("data", "AWS::SQS::Queue").items()
        hidden = {
            each["Properties"]["VisibilityTimeout"] for name, each in queues if "Arrivals" in name
        }
        assert len(timeouts) == len(hidden) == 1
        assert hidden.pop() >= 6 * timeouts.pop()

    def test_dead_letters_are_kept_longest(self, dev: Any) -> None:
        """A file that failed on a Friday is still there after a long weekend."""
        queues = dev.resources("data", "AWS::SQS::Queue")
        dead = {name: each["Properties"] for name, each in queues.items() if "Dead" in name}
        assert [each["MessageRetentionPeriod"] for each in dead.values()] == [14 * 86_400] * 3
        sources = [each["Properties"].get("RedrivePolicy") for each in queues.values()]
        assert [each["maxReceiveCount"] for each in sources if each] == [5, 5, 5]

    def test_no_version_of_a_drop_is_lost_at_once(self, dev: Any) -> None:
        """A drop is one version of an object; a replay reads it again."""
        bucket = dev.only("data", "AWS::S3::Bucket", named="DropZone")
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        rules = bucket["LifecycleConfiguration"]["Rules"]
        expiring = {rule["Prefix"] for rule in rules if "ExpirationInDays" in rule}
        assert expiring == {"rejected/", "unfinished/"}

    def test_nobody_reads_it_without_tls(self, dev: Any) -> None:
        """Trips reveal where people went."""
        policies = dev.resources("data", "AWS::S3::BucketPolicy").values()
        assert len(policies) == len(dev.resources("data", "AWS::S3::Bucket")) > 0
        for policy in policies:
            statements = policy["Properties"]["PolicyDocument"]["Statement"]
            assert any(
                each["Effect"] == "Deny"
                and each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                for each in statements
            )


class TestEventLog:
    def test_serverless_kafka_takes_iam_alone(self, dev: Any) -> None:
        """There is no password to leak."""
        cluster = dev.only("data", "AWS::MSK::ServerlessCluster")
        assert cluster["ClientAuthentication"] == {"Sasl": {"Iam": {"Enabled": True}}}

    def test_provisioned_kafka_takes_iam_over_tls_alone(self, metro: Any) -> None:
        """The other engine of the same setting keeps the same promise."""
        cluster = metro.only("data", "AWS::MSK::Cluster")
        assert cluster["ClientAuthentication"]["Sasl"] == {"Iam": {"Enabled": True}}
        assert cluster["ClientAuthentication"]["Unauthenticated"] == {"Enabled": False}
        assert cluster["EncryptionInfo"]["EncryptionInTransit"]["ClientBroker"] == "TLS"
        assert cluster["KafkaVersion"].endswith(".kraft")
        assert cluster["NumberOfBrokerNodes"] % 3 == 0

    def test_provisioned_kafka_takes_its_topics_from_the_template(self, metro: Any) -> None:
        """No client may create a topic, so each must be there."""
        topics = metro.resources("data", "AWS::MSK::Topic").values()
        assert {each["Properties"]["TopicName"] for each in topics} == set(ALL_TOPICS)

    def test_serverless_kafka_is_asked_for_none(self, dev: Any) -> None:
        """MSK's API for topics refuses a serverless cluster, and with it the deployment."""
        assert dev.resources("data", "AWS::MSK::Topic") == {}


class TestDatabase:
    def test_a_connection_without_tls_is_refused(self, dev: Any) -> None:
        """By the instance and by the proxy, so that no client can forget it."""
        parameters = dev.only("data", "AWS::RDS::DBParameterGroup")["Parameters"]
        assert parameters["rds.force_ssl"] == "1"
        # Statements contain what riders search for.
        assert parameters["log_min_error_statement"] == "panic"
        assert parameters["log_min_duration_statement"] == "-1"
        assert dev.only("data", "AWS::RDS::DBProxy")["RequireTLS"] is True

    def test_the_proxy_takes_no_password(self, dev: Any) -> None:
        """Every client signs in by IAM; passwords are between the proxy and the database."""
        auth = dev.only("data", "AWS::RDS::DBProxy")["Auth"]
        assert [each["IAMAuth"] for each in auth] == ["REQUIRED", "REQUIRED"]

    def test_only_the_proxy_and_the_rotations_reach_the_instance(self, dev: Any) -> None:
        """Anything else would bypass the proxy's authentication."""
        rules = dev.resources("data", "AWS::EC2::SecurityGroupIngress").items()
        into = [
            json.dumps(each["Properties"]["SourceSecurityGroupId"])
            for name, each in rules
            if name.startswith("DatabaseInstanceSecurityGroup")
        ]
        assert len(into) == 3
        assert all("ProxyGroup" in each or "Rotation" in each for each in into)

    def test_passwords_change_by_themselves(self, dev: Any) -> None:
        """A password that nobody knows and that does not last need not be guarded by people."""
        schedules = dev.resources("data", "AWS::SecretsManager::RotationSchedule").values()
        assert len(schedules) == 2
        for each in schedules:
            assert each["Properties"]["RotateImmediatelyOnUpdate"] is False

    def test_it_is_private_encrypted_and_backed_up(self, dev: Any, metro: Any) -> None:
        """Not even the stage that may be lost is for others to read."""
        for stage in (dev, metro):
            instance = stage.only("data", "AWS::RDS::DBInstance")
            assert instance["PubliclyAccessible"] is False
            assert instance["StorageEncrypted"] is True
            assert instance["BackupRetentionPeriod"] >= 1
            assert instance["EnablePerformanceInsights"] is True

    def test_a_lasting_stage_survives_its_zone(self, metro: Any) -> None:
        """Riders do not wait for a repair."""
        assert metro.only("data", "AWS::RDS::DBInstance")["MultiAZ"] is True


class TestDestroying:
    @pytest.mark.parametrize("stack", ["data", "pipeline"])
    def test_a_dev_stage_leaves_no_data_behind(self, dev: Any, stack: str) -> None:
        """Forgotten buckets and disks cost money until somebody finds them."""
        for name, each in dev.template(stack)["Resources"].items():
            assert each.get("DeletionPolicy", "Delete") == "Delete", name

    def test_its_buckets_are_emptied_first(self, dev: Any) -> None:
        """S3 does not delete a bucket that holds anything."""
        for stack in ("data", "pipeline"):
            buckets = dev.resources(stack, "AWS::S3::Bucket")
            assert buckets
            assert len(dev.resources(stack, "Custom::S3AutoDeleteObjects")) == len(buckets)

    def test_a_lasting_stage_keeps_its_data(self, metro: Any) -> None:
        """Whatever happens to the stack."""
        for kind in STATEFUL:
            found = metro.resources("data", kind)
            assert found
            for each in found.values():
                assert each["DeletionPolicy"] in {"Retain", "Snapshot"}
        assert metro.only("data", "AWS::RDS::DBInstance")["DeletionProtection"] is True

    def test_cloudformation_refuses_to_delete_any_part_of_a_lasting_stage(self, metro: Any) -> None:
        """`cdk destroy` begins with what riders see and ends with what holds data."""
        manifest = json.loads((metro.folder / "manifest.json").read_text())
        for stack in metro.stacks:
            found = manifest["artifacts"][f"bikeshare-metro-{stack}"]["properties"]
            assert found["terminationProtection"] is True, stack

    def test_a_lasting_stage_has_a_key_of_its_own(self, metro: Any) -> None:
        """Access to the data is then decided in one place, and every use is logged."""
        [key] = metro.resources("data", "AWS::KMS::Key")
        assert metro.only("data", "AWS::KMS::Key")["EnableKeyRotation"] is True
        instance = metro.only("data", "AWS::RDS::DBInstance")
        assert instance["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
        bucket = metro.only("data", "AWS::S3::Bucket", named="DropZone")
        [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
