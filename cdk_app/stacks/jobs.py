"""Spark's half of the pipeline: the streaming job, the batch job, and the files they need."""

from aws_cdk import CfnOutput, Stack

from bikeshare.topics import ALL_TOPICS
from cdk_app import packages
from cdk_app.bundling import Workshop
from cdk_app.config import StageConfig
from cdk_app.parts import database as postgres
from cdk_app.parts.job_arguments import JobArguments
from cdk_app.parts.job_files import CHECKPOINTS, JobFiles
from cdk_app.parts.prepare_on_glue import BatchCode, PrepareOnGlue
from cdk_app.parts.stream_code import StreamCode
from cdk_app.parts.stream_on_emr import StreamOnEmr
from cdk_app.parts.stream_on_glue import StreamOnGlue
from cdk_app.parts.stream_role import GROUP_PREFIX
from cdk_app.stacks.data import DataStack

STREAM_SCRIPT = "glue_jobs/availability/job.py"
PREPARE_SCRIPT = "glue_jobs/prepare_trips/job.py"


class Jobs:
    """Adds the jobs to the pipeline's stack, directly under it so that their ids do not change."""

    def __init__(
        self, stack: Stack, *, config: StageConfig, data: DataStack, workshop: Workshop
    ) -> None:
        self._stack = stack
        self._config = config
        self._data = data
        self._workshop = workshop
        self.files = self._files()

    def stream(self) -> StreamOnGlue | StreamOnEmr:
        """Define the streaming job on the engine that the stage names, with its permissions."""
        on_glue = self._config.streaming_engine == "glue"
        code = StreamCode(
            script=str(self._workshop.source(STREAM_SCRIPT)),
            modules=self._workshop.archive(packages.STREAMING),
            jars=self._workshop.jars(packages.GLUE_JARS if on_glue else packages.EMR_JARS),
            arguments=self._arguments().named(),
        )
        stream = self._on_glue(code) if on_glue else self._on_emr(code)
        self._let_in(stream)
        CfnOutput(self._stack, "StreamJob", value=stream.name)
        CfnOutput(self._stack, "Checkpoints", value=self.files.url(CHECKPOINTS))
        return stream

    def prepare_trips(self) -> PrepareOnGlue:
        """Define the batch job that turns raw archives into drops."""
        prepare = PrepareOnGlue(
            self._stack,
            "PrepareTrips",
            code=BatchCode(
                script=str(self._workshop.source(PREPARE_SCRIPT)),
                modules=self._workshop.archive(packages.STREAMING),
                system=self._config.system,
            ),
            files=self.files,
            bucket=self._data.drop_zone.bucket,
        )
        CfnOutput(self._stack, "PrepareJob", value=prepare.name)
        return prepare

    def _on_glue(self, code: StreamCode) -> StreamOnGlue:
        stream = StreamOnGlue(
            self._stack, "Stream", code=code, files=self.files, network=self._data.network
        )
        config = self._config
        stream.run(
            worker=config.streaming_worker,
            workers=config.streaming_workers,
            log_days=config.log_days,
        )
        return stream

    def _on_emr(self, code: StreamCode) -> StreamOnEmr:
        stream = StreamOnEmr(
            self._stack, "Stream", code=code, files=self.files, network=self._data.network
        )
        site = self._workshop.archive(packages.STREAMING_SITE)
        stream.run(site=site, workers=self._config.streaming_workers)
        return stream

    def _let_in(self, stream: StreamOnGlue | StreamOnEmr) -> None:
        event_log = self._data.event_log
        event_log.let_in(
            stream.security_group,
            stream.role.role,
            may=event_log.access.consuming(ALL_TOPICS, group_prefix=GROUP_PREFIX),
            purpose="reads rows",
        )
        self._data.database.let_in(stream.security_group, stream.role.role, user=postgres.OWNER)

    def _arguments(self) -> JobArguments:
        return JobArguments(
            bootstrap_servers=self._data.event_log.bootstrap,
            database_host=self._data.database.proxy.endpoint,
            database_port=postgres.PORT,
            database_name=postgres.NAME,
            database_user=postgres.OWNER,
            region=self._stack.region,
            checkpoint_root=self.files.url(CHECKPOINTS),
            max_records_per_trigger=self._config.max_records_per_trigger,
            backfill_max_records_per_trigger=self._config.backfill_max_records_per_trigger,
        )

    def _files(self) -> JobFiles:
        return JobFiles(
            self._stack,
            "JobFiles",
            wheels=self._workshop.wheels(packages.STREAMING_WHEELS),
            access_logs=self._data.access_logs.bucket,
            retain=self._config.retain,
        )
