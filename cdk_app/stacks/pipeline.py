"""What moves data: files into Kafka, Kafka into Postgres, with the schema ahead of both."""

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from bikeshare.drops import Lane
from bikeshare.topics import ALL_TOPICS, DROPS, STATIONS, TRIPS, TRIPS_BACKFILL
from cdk_app import packages
from cdk_app.bundling import Workshop
from cdk_app.config import StageConfig
from cdk_app.parts import database as postgres
from cdk_app.parts.custom_resources import explain_custom_resources
from cdk_app.parts.drop_sweep import DropSweep
from cdk_app.parts.drop_zone import FIRST_RETRY_S, PUBLISHING_S, VISIBILITY_FACTOR
from cdk_app.parts.environments import brokers, files_of, owning, reading, signing_in
from cdk_app.parts.feed_poll import FeedPoll
from cdk_app.parts.job_files import CHECKPOINTS, JobFiles
from cdk_app.parts.lag_measure import LagMeasure
from cdk_app.parts.limited_function import CA_FILE, FunctionCode
from cdk_app.parts.migration import Migration
from cdk_app.parts.publisher import PART_LINES, Intake, Publisher, publishing_size
from cdk_app.parts.stream_on_emr import StreamOnEmr
from cdk_app.parts.stream_on_glue import StreamOnGlue
from cdk_app.parts.topic_creation import TopicCreation, topics_told
from cdk_app.parts.trip_forgetting import TripForgetting
from cdk_app.stacks.data import DataStack
from cdk_app.stacks.jobs import Jobs

TRIP_LANES = (Lane.LIVE, Lane.BACKFILL)


class PipelineStack(Stack):
    """The stateless half between the drop zone and the database."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        data: DataStack,
        workshop: Workshop,
    ) -> None:
        super().__init__(
            scope,
            id_,
            env={"region": data.region},
            description=f"{config.system.name}: publishing and streaming",
            termination_protection=config.retain,
        )
        self._config = config
        self._data = data
        self._workshop = workshop
        self.migration = self._migration()
        self.topics = self._topics() if data.event_log.is_serverless else None
        self.publish_trips = self._publish_trips()
        self.publish_stations = self._publisher("PublishStations", (Lane.STATIONS,))
        self.sweep = self._sweep()
        self.forgetting = self._forgetting()
        self.poll = self._poll() if config.gbfs_urls else None
        jobs = Jobs(self, config=config, data=data, workshop=workshop)
        self.stream = self._stream(jobs)
        self.measure = self._measure(jobs.files)
        self.prepare_trips = jobs.prepare_trips()
        explain_custom_resources(self)

    def _publish_trips(self) -> Publisher:
        """Create the publisher of trips, which queues the rest of a large file for itself."""
        queues = {lane: self._data.drop_zone.arrivals[lane].queue for lane in TRIP_LANES}
        publisher = self._publisher("PublishTrips", TRIP_LANES)
        for lane, queue in queues.items():
            publisher.function.add_environment(f"{lane.name}_QUEUE_URL", queue.queue_url)
        publisher.function.add_environment("PART_LINES", str(PART_LINES))
        publisher.hand_on(self._data.drop_zone.bucket, *queues.values())
        return publisher

    def _publisher(self, id_: str, lanes: tuple[Lane, ...]) -> Publisher:
        name = {"PublishTrips": "publish_trips", "PublishStations": "publish_stations"}[id_]
        publisher = Publisher(
            self,
            id_,
            code=FunctionCode(
                built=self._workshop.folder(packages.PUBLISHING),
                handler=f"lambdas.{name}.handler.handler",
                environment={
                    **brokers(self._data.event_log),
                    **files_of(self._config.system),
                    "FIRST_RETRY_S": str(FIRST_RETRY_S),
                    "POWERTOOLS_SERVICE_NAME": name,
                },
            ),
            size=publishing_size(log_days=self._config.log_days, timeout_s=PUBLISHING_S),
            network=self._data.network,
        )
        publisher.consume(*(self._intake(lane) for lane in lanes))
        publisher.read_drops(self._data.drop_zone.bucket, lanes)
        topics = (STATIONS, DROPS) if lanes == (Lane.STATIONS,) else (TRIPS, TRIPS_BACKFILL, DROPS)
        event_log = self._data.event_log
        event_log.let_in(
            publisher.function,
            publisher.private.role,
            may=event_log.access.producing(topics),
            purpose="publishes rows",
        )
        self._after_topics(publisher)
        return publisher

    def _intake(self, lane: Lane) -> Intake:
        config = self._config
        of_backfill = lane is Lane.BACKFILL
        return Intake(
            queue=self._data.drop_zone.arrivals[lane].queue,
            at_once=config.backfill_publishers_at_once
            if of_backfill
            else config.publishers_at_once,
        )

    def _topics(self) -> TopicCreation:
        event_log = self._data.event_log
        creation = TopicCreation(
            self,
            "Topics",
            code=FunctionCode(
                built=self._workshop.folder(packages.PUBLISHING),
                handler="lambdas.create_topics.handler.handler",
                environment={
                    **brokers(event_log),
                    "TOPICS": topics_told(event_log.partitions),
                    "TOPIC_RETENTION_MS": str(event_log.retention_ms),
                },
            ),
            log_days=self._config.log_days,
            network=self._data.network,
        )
        event_log.let_in(
            creation.private.function,
            creation.private.role,
            may=event_log.access.creating(ALL_TOPICS),
            purpose="creates topics",
        )
        return creation

    def _after_topics(self, client: Construct) -> None:
        """Make a Kafka client depend on the topics, which it may not create itself."""
        if self.topics is not None:
            client.node.add_dependency(self.topics.run)

    def _migration(self) -> Migration:
        database = self._data.database
        migration = Migration(
            self,
            "Migration",
            code=FunctionCode(
                built=self._workshop.folder(packages.MIGRATION),
                handler="lambdas.migrate_database.handler.handler",
                environment={
                    **signing_in(database, user=postgres.OWNER),
                    "DATABASE_CA_FILE": CA_FILE,
                    "READER_SECRET_ARN": database.reader_secret.secret_arn,
                    "STAGE": self._config.name,
                },
            ),
            log_days=self._config.log_days,
            network=self._data.network,
        )
        migration.read_password_of(database.reader_secret)
        CfnOutput(self, "MigrateFunction", value=migration.private.function.function_name)
        database.let_in(migration.private.function, migration.private.role, user=postgres.OWNER)
        return migration

    def _sweep(self) -> DropSweep:
        database, drop_zone = self._data.database, self._data.drop_zone
        queues = {lane: arrivals.queue for lane, arrivals in drop_zone.arrivals.items()}
        sweep = DropSweep(
            self,
            "SweepDrops",
            code=FunctionCode(
                built=self._workshop.folder(packages.SWEEPING),
                handler="lambdas.sweep_drops.handler.handler",
                environment={
                    **reading(database),
                    "DROPS_BUCKET": drop_zone.bucket.bucket_name,
                    "SWEEP_GRACE_S": str(VISIBILITY_FACTOR * PUBLISHING_S + 2 * PUBLISHING_S),
                    "SWEEP_MAX_WAITING": "500",
                    "POWERTOOLS_SERVICE_NAME": "sweep_drops",
                    **{f"{lane.name}_QUEUE_URL": each.queue_url for lane, each in queues.items()},
                },
            ),
            log_days=self._config.log_days,
            network=self._data.network,
        )
        sweep.look_through(drop_zone.bucket)
        sweep.announce_to(list(queues.values()))
        database.let_in(sweep.private.function, sweep.private.role, user=postgres.READER)
        # The migrations create the user that it signs in as.
        sweep.node.add_dependency(self.migration.run)
        return sweep

    def _forgetting(self) -> TripForgetting:
        database = self._data.database
        forgetting = TripForgetting(
            self,
            "ForgetTrips",
            code=FunctionCode(
                built=self._workshop.folder(packages.FORGETTING),
                handler="lambdas.forget_trips.handler.handler",
                environment={**owning(database), "POWERTOOLS_SERVICE_NAME": "forget_trips"},
            ),
            log_days=self._config.log_days,
            network=self._data.network,
        )
        private = forgetting.private
        database.let_in(private.function, private.role, user=postgres.OWNER)
        forgetting.node.add_dependency(self.migration.run)
        if self._config.keep_trips_days is not None:
            forgetting.every_day(keep_days=self._config.keep_trips_days)
        CfnOutput(self, "ForgetFunction", value=private.function.function_name)
        return forgetting

    def _poll(self) -> FeedPoll:
        bucket = self._data.drop_zone.bucket
        poll = FeedPoll(
            self,
            "PollGbfs",
            code=FunctionCode(
                built=self._workshop.folder(packages.POLLING),
                handler="lambdas.poll_gbfs.handler.handler",
                environment={
                    "DROPS_BUCKET": bucket.bucket_name,
                    "GBFS_URLS": ",".join(self._config.gbfs_urls),
                    "GBFS_HOSTS": ",".join(self._config.gbfs_hosts),
                    "POWERTOOLS_SERVICE_NAME": "poll_gbfs",
                },
            ),
            log_days=self._config.log_days,
            minutes=self._config.gbfs_poll_minutes,
        )
        poll.drop_into(bucket)
        return poll

    def _measure(self, files: JobFiles) -> LagMeasure:
        event_log, database = self._data.event_log, self._data.database
        measure = LagMeasure(
            self,
            "MeasureLag",
            code=FunctionCode(
                built=self._workshop.folder(packages.MEASURING),
                handler="lambdas.measure_lag.handler.handler",
                environment={
                    **brokers(event_log),
                    **reading(database),
                    "CHECKPOINTS": files.url(CHECKPOINTS),
                    "POWERTOOLS_SERVICE_NAME": "measure_lag",
                },
            ),
            log_days=self._config.log_days,
            network=self._data.network,
        )
        measure.read_checkpoints(files.bucket, CHECKPOINTS)
        event_log.let_in(
            measure.private.function,
            measure.private.role,
            may=event_log.access.describing(ALL_TOPICS),
            purpose="asks where topics end",
        )
        database.let_in(measure.private.function, measure.private.role, user=postgres.READER)
        measure.node.add_dependency(self.migration.run)
        self._after_topics(measure)
        return measure

    def _stream(self, jobs: Jobs) -> StreamOnGlue | StreamOnEmr:
        stream = jobs.stream()
        # A job must never run against a schema older than itself.
        stream.node.add_dependency(self.migration.run)
        self._after_topics(stream)
        return stream
