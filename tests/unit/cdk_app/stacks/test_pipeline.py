import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App
from aws_cdk.assertions import Template

from bikeshare.drops import Lane
from bikeshare.topics import ALL_TOPICS
from cdk_app.bundling import Workshop
from cdk_app.checks import add_checks
from cdk_app.config import DEV
from cdk_app.parts.drop_zone import FIRST_RETRY_S
from cdk_app.parts.publisher import PART_LINES
from cdk_app.stacks.data import DataStack
from cdk_app.stacks.pipeline import PipelineStack
from glue_jobs.availability.settings import Settings
from glue_jobs.prepare_trips.settings import Settings as PrepareSettings
from lambdas.create_topics.settings import TopicSettings
from lambdas.forget_trips.handler import age_of
from lambdas.measure_lag.settings import MeasureSettings
from lambdas.migrate_database.settings import MigrationSettings
from lambdas.poll_gbfs.notebook import NOTEBOOK_KEY
from lambdas.poll_gbfs.settings import PollSettings
from lambdas.publish_trips.settings import PartSettings
from lambdas.reading import SignedInDatabase, database_of
from lambdas.retries import first_retry_s
from lambdas.settings import PublisherSettings
from lambdas.sweep_drops.memory import MEMORY_KEY
from lambdas.sweep_drops.settings import SweepSettings

# What Lambda itself adds to every function's environment.
RUNTIME = {"AWS_REGION": "us-east-1"}
# Read by the libraries we use, not by our own settings.
LIBRARIES = {"POWERTOOLS_SERVICE_NAME"}

NETWORK = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}
OWN_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
PUBLISHING = {
    "kafka-cluster:Connect",
    "kafka-cluster:DescribeCluster",
    "kafka-cluster:DescribeTopic",
    "kafka-cluster:WriteData",
    "kafka-cluster:WriteDataIdempotently",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:PutObject",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
}


class Asked(Mapping[str, str]):
    """An environment that remembers which names were read."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def environment(synthesis: Any, function: str) -> dict[str, str]:
    """Read a function's environment, with a placeholder for what the deployment fills in."""
    properties = synthesis.only("pipeline", "AWS::Lambda::Function", named=function)
    given = properties["Environment"]["Variables"]
    return {name: value if isinstance(value, str) else "filled-in" for name, value in given.items()}


def topics_in(statements: list[dict[str, Any]], action: str) -> set[str]:
    """Return the topics that an action is allowed on."""
    [resources] = [each["Resource"] for each in statements if action in each["Action"]]
    return {json.dumps(each).rstrip('"]}').rsplit("/", 1)[1] for each in resources}


class TestLargeDrops:
    def test_a_file_of_many_parts_is_no_loop(self, dev: Any) -> None:
        """AWS stops a function once it has invoked itself through a queue 16 times."""
        made = dev.only("pipeline", "AWS::Lambda::Function", named="PublishTrips")
        assert made["RecursiveLoop"] == "Allow"
        others = dev.resources("pipeline", "AWS::Lambda::Function").values()
        assert sum("RecursiveLoop" in each["Properties"] for each in others) == 1


@pytest.mark.parametrize("function", ["PublishTrips", "PublishStations"])
class TestPublishers:
    def test_the_environment_is_what_the_settings_ask_for(self, dev: Any, function: str) -> None:
        """A variable that is missing, misspelt or no longer read shows here, not on AWS."""
        given = environment(dev, function)
        asked = Asked(given | RUNTIME)
        PublisherSettings.from_env(asked)
        assert first_retry_s(asked) == FIRST_RETRY_S
        if function == "PublishTrips":
            assert PartSettings.from_env(asked).part_lines == PART_LINES
        assert asked.names - set(RUNTIME) - {"AWS_DEFAULT_REGION"} == set(given) - LIBRARIES

    def test_the_role_may_do_this_and_nothing_else(self, dev: Any, function: str) -> None:
        """Least privilege, action by action; idempotent writes included."""
        hands_on = {"sqs:SendMessage"} if function == "PublishTrips" else set()
        assert dev.actions("pipeline", function) == PUBLISHING | hands_on | NETWORK | OWN_LOG

    def test_a_failed_file_comes_back_alone(self, dev: Any, function: str) -> None:
        """Otherwise one bad message would bring back its whole batch."""
        mappings = dev.resources("pipeline", "AWS::Lambda::EventSourceMapping").items()
        of_it = [each["Properties"] for name, each in mappings if name.startswith(function)]
        assert of_it
        for mapping in of_it:
            assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2

    def test_it_is_arm64_on_the_python_of_its_wheels(self, dev: Any, function: str) -> None:
        """A function on another processor than its wheels fails to start."""
        properties = dev.only("pipeline", "AWS::Lambda::Function", named=function)
        assert properties["Architectures"] == ["arm64"]
        assert properties["Runtime"] == "python3.12"


class TestPublishTrips:
    def test_history_leaves_live_files_their_machines(self, metro: Any) -> None:
        """A year dropped at once takes only its own share."""
        mappings = metro.resources("pipeline", "AWS::Lambda::EventSourceMapping").items()
        shares = {
            json.dumps(each["Properties"]["EventSourceArn"]): each["Properties"]["ScalingConfig"]
            for name, each in mappings
            if name.startswith("PublishTrips")
        }
        [live] = [each for queue, each in shares.items() if "LiveArrivals" in queue]
        [backfill] = [each for queue, each in shares.items() if "BackfillArrivals" in queue]
        assert live == {"MaximumConcurrency": 20}
        assert backfill == {"MaximumConcurrency": 5}

    def test_it_reads_its_lanes_and_writes_what_it_rejects(self, dev: Any) -> None:
        """A publisher that may overwrite a drop could lose one."""
        statements = dev.statements("pipeline", "PublishTrips")
        reads, keeps = (each for each in statements if "s3:GetObject" in each["Action"])
        [writes] = [each["Resource"] for each in statements if each["Action"] == "s3:PutObject"]
        assert [each["Fn::Join"][1][1] for each in reads["Resource"]] == ["/backfill/*", "/live/*"]
        assert "s3:PutObject" not in reads["Action"]
        assert writes["Fn::Join"][1][1] == "/rejected/*"
        assert keeps["Resource"]["Fn::Join"][1][1] == "/unfinished/*"

    def test_it_hands_on_to_the_queues_that_it_takes_from(self, dev: Any) -> None:
        """A message sent elsewhere would end an attempt, and might begin a wrong one."""
        statements = dev.statements("pipeline", "PublishTrips")
        [sends] = [each for each in statements if "sqs:SendMessage" in each["Action"]]
        [takes] = [each for each in statements if "sqs:ReceiveMessage" in each["Action"]]
        assert sends["Resource"] == takes["Resource"]
        properties = dev.only("pipeline", "AWS::Lambda::Function", named="PublishTrips")
        variables = properties["Environment"]["Variables"]
        for lane in ("LIVE", "BACKFILL"):
            assert f"{lane.title()}Arrivals" in json.dumps(variables[f"{lane}_QUEUE_URL"])

    def test_it_writes_its_topics(self, dev: Any) -> None:
        """The stations' topic belongs to the other publisher."""
        statements = dev.statements("pipeline", "PublishTrips")
        written = topics_in(statements, "kafka-cluster:WriteData")
        assert written == {"trips", "trips-backfill", "drops"}

    def test_with_a_key_of_its_own_the_stage_lets_it_decrypt(self, metro: Any) -> None:
        """S3 answers "access denied" for an object whose key may not be used."""
        assert metro.actions("pipeline", "PublishTrips") == (
            PUBLISHING
            | NETWORK
            | OWN_LOG
            | {"kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage"}
        )


class TestPublishStations:
    def test_it_writes_its_topics(self, dev: Any) -> None:
        """A snapshot's rows and its summary, and no trips."""
        statements = dev.statements("pipeline", "PublishStations")
        assert topics_in(statements, "kafka-cluster:WriteData") == {"stations", "drops"}


class TestMigration:
    def test_the_environment_is_what_the_settings_ask_for(self, dev: Any) -> None:
        """A deployment whose migration cannot read its settings is rolled back."""
        given = environment(dev, "MigrationMigrate")
        asked = Asked(given)
        MigrationSettings.from_env(asked)
        assert asked.names == set(given) - {"DATABASE_AUTH"}

    def test_it_may_sign_in_and_read_one_password(self, dev: Any) -> None:
        """The only function that sees a password is the one that sets it."""
        assert dev.actions("pipeline", "MigrationMigrate") == {
            *NETWORK,
            *OWN_LOG,
            "rds-db:connect",
            "secretsmanager:GetSecretValue",
        }

    def test_the_deploy_calls_it_once_everything_is_in_place(self, dev: Any) -> None:
        """Called before its network rules exist, it would wait in vain and fail the deployment."""
        triggers = dev.resources("pipeline", "Custom::Trigger").items()
        [run] = [each for name, each in triggers if name.startswith("Migration")]
        after = set(run["DependsOn"])
        rules = dev.resources("pipeline", "AWS::EC2::SecurityGroupIngress")
        assert {name for name in rules if name.startswith("MigrationMigrate")} <= after
        policies = dev.resources("pipeline", "AWS::IAM::Policy")
        assert {name for name in policies if name.startswith("MigrationMigrate")} <= after

    def test_the_job_starts_after_it(self, dev: Any) -> None:
        """A job must never meet a schema older than itself."""
        triggers = dev.resources("pipeline", "Custom::Trigger")
        [trigger] = [name for name in triggers if name.startswith("Migration")]
        jobs = dev.resources("pipeline", "AWS::Glue::Job").items()
        [stream] = [each for name, each in jobs if name.startswith("Stream")]
        assert trigger in stream["DependsOn"]


class TestCreateTopics:
    def test_the_environment_is_what_the_settings_ask_for(self, dev: Any) -> None:
        """A deployment whose topics cannot be created is rolled back."""
        given = environment(dev, "TopicsCreate")
        asked = Asked(given | RUNTIME)
        settings = TopicSettings.from_env(asked)
        assert set(given) <= asked.names
        assert dict(settings.partitions) == {
            "trips": 2,
            "trips-backfill": 2,
            "stations": 1,
            "drops": 1,
        }
        assert settings.retention_ms == 86_400_000

    def test_the_role_may_do_this_and_nothing_else(self, dev: Any) -> None:
        """It creates and widens; it reads, writes and deletes nothing."""
        assert dev.actions("pipeline", "TopicsCreate") == {
            *NETWORK,
            *OWN_LOG,
            "kafka-cluster:AlterTopic",
            "kafka-cluster:AlterTopicDynamicConfiguration",
            "kafka-cluster:Connect",
            "kafka-cluster:CreateTopic",
            "kafka-cluster:DescribeCluster",
            "kafka-cluster:DescribeTopic",
            "kafka-cluster:DescribeTopicDynamicConfiguration",
        }

    def test_whoever_reads_or_writes_topics_waits_for_it(self, dev: Any) -> None:
        """Without its topic, a publisher returns its message to the queue for an hour."""
        [run] = [name for name in dev.resources("pipeline", "Custom::Trigger") if "Topics" in name]
        waiting = {
            "AWS::Lambda::EventSourceMapping": "Publish",
            "AWS::Glue::Job": "Stream",
            "AWS::Lambda::Function": "MeasureLag",
        }
        for kind, named in waiting.items():
            found = dev.resources("pipeline", kind).items()
            clients = [each for name, each in found if name.startswith(named)]
            assert clients
            assert all(run in each["DependsOn"] for each in clients), kind

    def test_provisioned_kafka_needs_none(self, metro: Any) -> None:
        """CloudFormation creates its topics."""
        names = metro.template("pipeline")["Resources"]
        assert not [name for name in names if name.startswith("Topics")]


class TestMeasureLag:
    def test_the_environment_is_what_the_settings_ask_for(self, dev: Any) -> None:
        """A measurement that cannot start measures nothing, and its alarm says only that."""
        given = environment(dev, "MeasureLag")
        asked = Asked(given | RUNTIME | {"CHECKPOINTS": "s3://files/checkpoints"})
        MeasureSettings.from_env(asked)
        assert set(given) - LIBRARIES - {"SSL_CERT_FILE"} <= asked.names

    def test_the_role_may_do_this_and_nothing_else(self, dev: Any) -> None:
        """It sees where topics end but reads no record; it sees checkpoints but no drop."""
        assert dev.actions("pipeline", "MeasureLag") == {
            *NETWORK,
            *OWN_LOG,
            "kafka-cluster:Connect",
            "kafka-cluster:DescribeCluster",
            "kafka-cluster:DescribeTopic",
            "rds-db:connect",
            "s3:GetObject",
            "s3:ListBucket",
        }
        statements = dev.statements("pipeline", "MeasureLag")
        [sign_in] = [each for each in statements if each["Action"] == "rds-db:connect"]
        assert sign_in["Resource"]["Fn::Join"][1][-1] == "/bikeshare_api"
        [read] = [each["Resource"] for each in statements if each["Action"] == "s3:GetObject"]
        assert read["Fn::Join"][1][1] == "/checkpoints/*"

    def test_it_measures_every_minute(self, dev: Any) -> None:
        """And finishes before it begins again."""
        rule = dev.only("pipeline", "AWS::Events::Rule", named="MeasureLag")
        assert rule["ScheduleExpression"] == "rate(1 minute)"
        assert dev.only("pipeline", "AWS::Lambda::Function", named="MeasureLag")["Timeout"] < 60


class TestSweepDrops:
    def test_the_environment_is_what_the_settings_ask_for(self, dev: Any) -> None:
        """If no sweep starts, what was lost stays lost."""
        given = environment(dev, "SweepDrops")
        asked = Asked(given)
        settings = SweepSettings.from_env(asked)
        assert asked.names - {"DATABASE_URL"} == set(given) - LIBRARIES - {"SSL_CERT_FILE"}
        assert given["SSL_CERT_FILE"] == "/var/task/certifi/cacert.pem"
        assert settings.patience.grace.total_seconds() > 600 + 3600

    def test_the_role_may_do_this_and_nothing_else(self, dev: Any) -> None:
        """It lists drops but reads none, and changes no row."""
        assert dev.actions("pipeline", "SweepDrops") == {
            *NETWORK,
            *OWN_LOG,
            "rds-db:connect",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:PutObject",
            "sqs:GetQueueAttributes",
            "sqs:SendMessage",
        }
        statements = dev.statements("pipeline", "SweepDrops")
        [sign_in] = [each for each in statements if each["Action"] == "rds-db:connect"]
        assert sign_in["Resource"]["Fn::Join"][1][-1] == "/bikeshare_api"
        [memory] = [each["Resource"] for each in statements if "s3:PutObject" in each["Action"]]
        assert memory["Fn::Join"][1][1] == f"/{MEMORY_KEY}"

    def test_it_knows_each_lanes_own_queue(self, dev: Any) -> None:
        """A trip file announced to the stations' queue would be refused."""
        properties = dev.only("pipeline", "AWS::Lambda::Function", named="SweepDrops")
        variables = properties["Environment"]["Variables"]
        for lane in ("Live", "Backfill", "Stations"):
            assert f"{lane}Arrivals" in json.dumps(variables[f"{lane.upper()}_QUEUE_URL"])

    def test_one_sweep_ends_before_the_next_begins(self, dev: Any) -> None:
        """Two at once would each overwrite the other's memory."""
        rule = dev.only("pipeline", "AWS::Events::Rule", named="SweepDrops")
        assert rule["ScheduleExpression"] == "rate(5 minutes)"
        function = dev.only("pipeline", "AWS::Lambda::Function", named="SweepDrops")
        assert function["Timeout"] < 300
        retries = dev.only("pipeline", "AWS::Lambda::EventInvokeConfig", named="SweepDrops")
        assert retries["MaximumRetryAttempts"] == 0

    def test_it_starts_after_the_migration(self, dev: Any) -> None:
        """The user that it signs in as is created there."""
        triggers = dev.resources("pipeline", "Custom::Trigger")
        [trigger] = [name for name in triggers if name.startswith("Migration")]
        functions = dev.resources("pipeline", "AWS::Lambda::Function").items()
        [sweep] = [each for name, each in functions if name.startswith("SweepDrops")]
        assert trigger in sweep["DependsOn"]


class TestForgetTrips:
    def test_the_environment_is_what_the_settings_ask_for(self, dev: Any) -> None:
        """It signs in as the owner: nobody else may delete from the ledger."""
        given = environment(dev, "ForgetTrips")
        asked = Asked(given)
        database = database_of(asked)
        assert isinstance(database, SignedInDatabase)
        assert database.user == "bikeshare"
        assert asked.names == set(given) - LIBRARIES - {"SSL_CERT_FILE"}

    def test_the_role_may_do_this_and_nothing_else(self, dev: Any) -> None:
        """It knows no bucket, no queue and no broker."""
        assert dev.actions("pipeline", "ForgetTrips") == {*NETWORK, *OWN_LOG, "rds-db:connect"}
        statements = dev.statements("pipeline", "ForgetTrips")
        [sign_in] = [each for each in statements if each["Action"] == "rds-db:connect"]
        assert sign_in["Resource"]["Fn::Join"][1][-1] == "/bikeshare"

    def test_nothing_is_forgotten_unless_the_stage_says_so(self, dev: Any, metro: Any) -> None:
        """Rows of a trip from before the horizon have no effect any more."""
        for stage in (dev, metro):
            rules = stage.resources("pipeline", "AWS::Events::Rule")
            assert not [name for name in rules if name.startswith("ForgetTrips")]

    def test_a_stage_that_says_so_forgets_every_day(self, varied: dict[str, Any]) -> None:
        """The schedule tells the function how old a trip must be."""
        [rule] = [
            each["Properties"]
            for name, each in varied.items()
            if each["Type"] == "AWS::Events::Rule" and name.startswith("ForgetTrips")
        ]
        [target] = rule["Targets"]
        assert rule["ScheduleExpression"] == "rate(1 day)"
        assert age_of(json.loads(target["Input"])) == timedelta(days=730)


class TestPollGbfs:
    def test_the_environment_is_what_the_settings_ask_for(self, metro: Any) -> None:
        """And it never reaches into a private network."""
        given = environment(metro, "PollGbfs")
        asked = Asked(given)
        settings = PollSettings.from_env(asked)
        assert asked.names - {"GBFS_ALLOW_LOCAL"} == set(given) - LIBRARIES
        assert not settings.reach.allow_local

    def test_it_is_outside_of_the_network(self, metro: Any) -> None:
        """Inside, there is no route to the internet."""
        function = metro.only("pipeline", "AWS::Lambda::Function", named="PollGbfs")
        assert "VpcConfig" not in function
        assert function["Architectures"] == ["arm64"]

    def test_the_role_may_do_this_and_nothing_else(self, metro: Any) -> None:
        """What talks to strangers may drop snapshots, and read nothing but its notes."""
        assert metro.actions("pipeline", "PollGbfs") == {
            *OWN_LOG,
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:PutObject",
        }
        statements = metro.statements("pipeline", "PollGbfs")
        [reads] = [each["Resource"] for each in statements if each["Action"] == "s3:GetObject"]
        [writes] = [each["Resource"] for each in statements if each["Action"] == "s3:PutObject"]
        assert reads["Fn::Join"][1][1] == f"/{NOTEBOOK_KEY}"
        assert {each["Fn::Join"][1][1] for each in writes} == {"/stations/*", f"/{NOTEBOOK_KEY}"}

    def test_without_a_feed_there_is_no_poller(self, dev: Any) -> None:
        """No publisher is polled unless somebody asks for it."""
        assert not [
            name for name in dev.template("pipeline")["Resources"] if name.startswith("PollGbfs")
        ]


def arguments(synthesis: Any, *, job: str = "Stream") -> list[str]:
    """Return the job's arguments as Glue passes them to the script."""
    given = synthesis.only("pipeline", "AWS::Glue::Job", named=job)["DefaultArguments"]
    pairs = {"--JOB_NAME": "stream", **given}
    texts = {
        name: value if isinstance(value, str) else "postgresql://filled@in:5432/bikeshare"
        for name, value in pairs.items()
    }
    return [part for pair in texts.items() for part in pair]


class TestStreamOnGlue:
    def test_its_arguments_are_what_the_job_reads(self, dev: Any) -> None:
        """The same names as on one machine; each is given, so no default is relied on."""
        settings = Settings.from_arguments(arguments(dev))
        assert settings.kafka_security == "IAM"
        assert settings.max_records_per_trigger == 400
        assert settings.database.iam_region == "us-east-1"
        given = dev.only("pipeline", "AWS::Glue::Job", named="Stream")["DefaultArguments"]
        for name in (
            "bootstrap_servers",
            "kafka_security",
            "database_url",
            "database_iam_region",
            "database_ca_file",
            "checkpoint_root",
            "trigger_seconds",
            "max_records_per_trigger",
            "backfill_max_records_per_trigger",
            "bite_rows",
            "starting_offsets",
        ):
            assert f"--{name}" in given

    def test_there_is_one_run_of_glue_5_1(self, dev: Any, metro: Any) -> None:
        """Two runs on one checkpoint conflict; another version runs another Spark."""
        for stage in (dev, metro):
            job = stage.only("pipeline", "AWS::Glue::Job", named="Stream")
            assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
            assert job["GlueVersion"] == "5.1"
            assert job["Command"]["Name"] == "gluestreaming"

    def test_its_logs_are_its_own_and_go_with_the_stage(self, dev: Any) -> None:
        """Glue's own groups are shared by all jobs of the account and kept forever."""
        given = dev.only("pipeline", "AWS::Glue::Job", named="Stream")["DefaultArguments"]
        prefix = given["--custom-logGroup-prefix"]
        groups = dev.resources("pipeline", "AWS::Logs::LogGroup").values()
        named = {each["Properties"].get("LogGroupName"): each for each in groups}
        for kind in ("error", "output"):
            group = named[f"{prefix}/{kind}"]
            assert group["Properties"]["RetentionInDays"] == 7
            assert group["DeletionPolicy"] == "Delete"
        [write] = [
            each["Resource"]
            for each in dev.statements("pipeline", "StreamRole")
            if "logs:PutLogEvents" in each["Action"]
        ]
        assert json.dumps(write).endswith(f':log-group:{prefix}/*"]]}}')

    def test_a_run_that_ended_is_started_again(self, dev: Any) -> None:
        """Nobody has to notice."""
        schedule = dev.only("pipeline", "AWS::Scheduler::Schedule")
        assert schedule["ScheduleExpression"] == "rate(5 minutes)"
        assert "glue:startJobRun" in json.dumps(schedule["Target"]["Arn"])
        assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0

    def test_its_packages_come_from_the_bucket_alone(self, dev: Any) -> None:
        """The closed network has no package index, and pip would wait for one."""
        given = dev.only("pipeline", "AWS::Glue::Job", named="Stream")["DefaultArguments"]
        assert given["--python-modules-installer-option"] == "--no-index --no-deps"
        modules = json.dumps(given["--additional-python-modules"])
        assert "/isal-" in modules
        assert "/psycopg2_binary-" in modules
        assert modules.count(".whl") == 2

    def test_it_may_read_kafka_and_write_only_its_own_files(self, dev: Any) -> None:
        """The job that handles all rows may change only its checkpoint and the database."""
        assert dev.actions("pipeline", "StreamRole") == {
            "cloudwatch:PutMetricData",
            "ec2:CreateNetworkInterface",
            "ec2:CreateTags",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteTags",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcEndpoints",
            "glue:GetConnection",
            "kafka-cluster:AlterGroup",
            "kafka-cluster:Connect",
            "kafka-cluster:DescribeCluster",
            "kafka-cluster:DescribeGroup",
            "kafka-cluster:DescribeTopic",
            "kafka-cluster:ReadData",
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "rds-db:connect",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:PutObject",
        }

    def test_it_reads_every_topic_under_sparks_own_groups(self, dev: Any) -> None:
        """Spark generates its groups' names, all with the same prefix."""
        statements = dev.statements("pipeline", "StreamRole")
        assert topics_in(statements, "kafka-cluster:ReadData") == set(ALL_TOPICS)
        [groups] = [
            each["Resource"] for each in statements if "kafka-cluster:AlterGroup" in each["Action"]
        ]
        assert json.dumps(groups).endswith('/spark-kafka-source*"]]}')


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The pipeline of a stage that differs from dev in two settings, through the same checks."""
    root = Path(__file__).parents[4]
    workshop = Workshop(root=root, cache=root / ".build" / "packages")
    config = replace(DEV, streaming_engine="emr-serverless", keep_trips_days=730)
    app = App(outdir=str(tmp_path_factory.mktemp("varied")))
    with workshop.alone():
        data = DataStack(app, "data", config=config, region="us-east-1")
        pipeline = PipelineStack(app, "pipeline", config=config, data=data, workshop=workshop)
    add_checks(app)
    return Template.from_stack(pipeline).to_json()["Resources"]


class TestStreamOnEmr:
    def test_one_setting_moves_the_job(self, varied: dict[str, Any]) -> None:
        """Moving to the other engine takes a line in a file and a deployment."""
        kinds = {each["Type"] for each in varied.values()}
        assert "AWS::EMRServerless::Application" in kinds
        glue = [each for each in varied.values() if each["Type"] == "AWS::Glue::Job"]
        assert {each["Properties"]["Command"]["Name"] for each in glue} == {"glueetl"}

    def test_it_is_the_same_job_with_the_same_arguments(
        self, varied: dict[str, Any], dev: Any
    ) -> None:
        """What was tested on one engine is what runs on the other."""
        [run] = [
            each
            for name, each in varied.items()
            if name.startswith("StreamRun") and "Create" in each["Properties"]
        ]
        started = json.dumps(run["Properties"]["Create"])
        names = set(re.findall(r"--[a-z_]+(?=\\)", started))
        given = dev.only("pipeline", "AWS::Glue::Job", named="Stream")["DefaultArguments"]
        ours = {name for name in given if "_" in name and "-" not in name.removeprefix("--")}
        assert names == ours

    def test_it_streams_until_it_is_replaced(self, varied: dict[str, Any]) -> None:
        """Streaming mode restarts a failed run from its checkpoint by itself."""
        [run] = [
            each
            for name, each in varied.items()
            if name.startswith("StreamRun") and "Create" in each["Properties"]
        ]
        started = json.dumps(run["Properties"]["Create"])
        assert '\\"mode\\":\\"STREAMING\\"' in started
        assert "maxFailedAttemptsPerHour" in started
        assert "cancelJobRun" in json.dumps(run["Properties"]["Delete"])


class TestPrepareTrips:
    def test_its_arguments_are_what_the_job_reads(self, dev: Any) -> None:
        """Each of its own is given, and it writes where publishers look."""
        given = dev.only("pipeline", "AWS::Glue::Job", named="Prepare")["DefaultArguments"]
        filled = {
            name: each if isinstance(each, str) else "s3://b/" for name, each in given.items()
        }
        pairs = {"--JOB_NAME": "prepare", **filled}
        settings = PrepareSettings.from_arguments(
            [part for pair in pairs.items() for part in pair], now=datetime.now(UTC)
        )
        assert settings.lane is Lane.BACKFILL
        assert settings.slice_s == 3600
        ours = {name for name in given if "-" not in name.removeprefix("--")}
        assert ours - {"--job"} == {
            f"--{name}"
            for name in (
                *("inputs", "output", "lane", "slice", "open_rows"),
                *("time_zone", "trip_format_overrides", "part_mib", "rows_per_drop"),
            )
        }
        assert json.dumps(given["--inputs"]).endswith('"/raw/"]]}')

    def test_it_is_a_batch_job_of_the_same_code_as_the_stream(self, dev: Any) -> None:
        """One zip is built, and one Spark is tested."""
        jobs = [
            dev.only("pipeline", "AWS::Glue::Job", named=name) for name in ("Prepare", "Stream")
        ]
        assert {job["GlueVersion"] for job in jobs} == {"5.1"}
        zips = {json.dumps(job["DefaultArguments"]["--extra-py-files"]) for job in jobs}
        assert len(zips) == 1
        assert jobs[0]["Command"]["Name"] == "glueetl"
        assert jobs[0]["ExecutionClass"] == "FLEX"

    def test_it_installs_the_wheels_of_the_deploy(self, dev: Any) -> None:
        """Its gzip reader comes with neither engine, and no index is asked for it."""
        given = dev.only("pipeline", "AWS::Glue::Job", named="Prepare")["DefaultArguments"]
        assert "/isal-" in json.dumps(given["--additional-python-modules"])
        assert given["--python-modules-installer-option"] == "--no-index --no-deps"
        [read] = [
            each["Resource"]
            for each in dev.statements("pipeline", "PrepareTrips")
            if each.get("Sid") == "ReadWheels"
        ]
        assert "/wheels/*" in json.dumps(read)

    def test_it_may_read_archives_and_write_its_own_drops(self, metro: Any) -> None:
        """It touches no drop but its own, deletes nothing, and reaches no Kafka or database."""
        assert metro.actions("pipeline", "PrepareTrips") == {
            *OWN_LOG,
            "cloudwatch:PutMetricData",
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "logs:CreateLogGroup",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:PutObject",
        }
        statements = metro.statements("pipeline", "PrepareTrips")
        [writes] = [each["Resource"] for each in statements if each["Action"] == "s3:PutObject"]
        assert {each["Fn::Join"][1][1] for each in writes} == {
            "/live/prepared-*",
            "/backfill/prepared-*",
            "/rejected/prepared-*",
            "/reports/prepare_trips/prepared-*",
        }
