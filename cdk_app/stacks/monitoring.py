"""One dashboard and its alarms, on whether anything is lost, whether it answers, and its cost."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from bikeshare.drops import Lane
from cdk_app.config import StageConfig
from cdk_app.parts.alarms import Alarms, Symptom
from cdk_app.parts.budget import Budget
from cdk_app.parts.lag_symptoms import lag_symptoms
from cdk_app.parts.public_api import STAGE
from cdk_app.parts.row_metrics import RowMetrics
from cdk_app.parts.service_metrics import api_metrics, proxy_metrics
from cdk_app.stacks.api import ApiStack
from cdk_app.stacks.data import DataStack
from cdk_app.stacks.pipeline import PipelineStack

# A live drop is published within seconds; if it waits this long, nothing is consuming the queue.
# History may take its time: a year of files at once is a day's work, not a fault.
LONGEST_WAIT_S = {Lane.LIVE: 900, Lane.STATIONS: 900, Lane.BACKFILL: 86_400}
# After retries 1, 2, 4, 8 and 16 minutes apart, a feed has been down for half an hour.
FEED_FAILURES = 5
SLOW_ANSWER_MS = 1_000
FREE_STORAGE_BYTES = 5 * 1024**3
BUSY_PERCENT = 80
WIDTH = 8


class MonitoringStack(Stack):
    """Watches the other stacks and changes nothing in them."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        watched: tuple[DataStack, PipelineStack, ApiStack],
    ) -> None:
        super().__init__(
            scope,
            id_,
            env={"region": config.region},
            description=f"{config.system.name}: dashboard, alarms and budget",
            termination_protection=config.retain,
        )
        self._data, self._pipeline, self._api = watched
        self._alarms = Alarms(self, "Alarms", email=config.alarm_email)
        self._dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=self.stack_name,
            default_interval=Duration.hours(3),
        )
        self._namespace = f"Bikeshare/{config.name}"
        self._rows = RowMetrics(self, "Rows", namespace=self._namespace)
        self._watch_lag(config)
        self._watch_arrivals()
        self._watch_publishers()
        self._watch_sweep()
        self._watch_forgetting()
        self._watch_feed()
        self._watch_stream()
        self._watch_database()
        self._watch_api()
        Budget(
            self,
            "Budget",
            stage=config.name,
            monthly_usd=config.monthly_budget_usd,
            topic=self._alarms.topic,
        )

    def _watch_arrivals(self) -> None:
        for lane, arrivals in self._data.drop_zone.arrivals.items():
            name = lane.value.capitalize()
            dead = arrivals.dead.metric_approximate_number_of_messages_visible()
            oldest = arrivals.queue.metric_approximate_age_of_oldest_message()
            self._alarms.watch(
                f"{name}DeadLetters",
                Symptom(
                    metric=dead,
                    above=0,
                    periods=1,
                    runbook_step="dead-letters",
                    says=f"A file in {lane.prefix} failed for good; its drop is not published.",
                ),
            )
            self._alarms.watch(
                f"{name}Waiting",
                Symptom(
                    metric=oldest,
                    above=LONGEST_WAIT_S[lane],
                    periods=1,
                    runbook_step="files-wait",
                    says=f"A file in {lane.prefix} has waited for {LONGEST_WAIT_S[lane]} seconds.",
                ),
            )
            self._graph(f"{name}: oldest waiting file, dead letters", oldest, dead)

    def _watch_publishers(self) -> None:
        publishers = {
            "Trips": self._pipeline.publish_trips,
            "Stations": self._pipeline.publish_stations,
        }
        for name, publisher in publishers.items():
            self._rows.read(name, publisher.private.log_group)
            errors = publisher.function.metric_errors()
            self._alarms.watch(
                f"{name}PublisherErrors",
                Symptom(
                    metric=errors,
                    above=0,
                    periods=1,
                    runbook_step="publisher-errors",
                    says="A publisher ended without an answer: out of time or of memory.",
                ),
            )
            self._graph(f"{name}: publisher", publisher.function.metric_duration(), errors)
        self._alarms.watch(
            "FilesRefused",
            Symptom(
                metric=self._rows.refused,
                above=0,
                periods=1,
                runbook_step="refused-files",
                says="A file was refused as a whole; the drop says why.",
            ),
        )
        self._graph("Rows", self._rows.published, self._rows.rejected, self._rows.refused)

    def _watch_sweep(self) -> None:
        errors = self._pipeline.sweep.private.function.metric_errors()
        self._alarms.watch(
            "SweepFails",
            Symptom(
                metric=errors,
                above=0,
                periods=3,
                runbook_step="sweep-fails",
                says="Nobody looks for lost drops: the sweep has failed for a quarter of an hour.",
            ),
        )
        self._graph("Sweep: errors", errors)

    def _watch_forgetting(self) -> None:
        self._alarms.watch(
            "ForgetFails",
            Symptom(
                metric=self._pipeline.forgetting.private.function.metric_errors(),
                above=0,
                periods=1,
                runbook_step="forget-fails",
                says="Old trips were not all forgotten; the ledger is larger than it is to be.",
            ),
        )

    def _watch_feed(self) -> None:
        poll = self._pipeline.poll
        if poll is None:
            return
        errors = poll.outside.function.metric_errors()
        failures = poll.failures(self, namespace=self._namespace)
        self._alarms.watch(
            "FeedFails",
            Symptom(
                metric=failures,
                above=FEED_FAILURES,
                periods=1,
                runbook_step="feed-fails",
                says="The public feed has failed again and again; what is shown of it ages.",
            ),
        )
        self._alarms.watch(
            "PollFails",
            Symptom(
                metric=errors,
                above=0,
                periods=3,
                runbook_step="feed-fails",
                says="The poller itself has failed for a quarter of an hour.",
            ),
        )
        self._graph("Public feed: failures, errors", failures, errors)

    def _watch_lag(self, config: StageConfig) -> None:
        """Show first what riders notice: how old the newest row is, and how much is to come."""
        measure = self._pipeline.measure
        live, backfill = (
            measure.lane_metrics(self, lane, namespace=self._namespace)
            for lane in ("live", "backfill")
        )
        unreadable = measure.unreadable(self, namespace=self._namespace)
        symptoms = lag_symptoms(
            live,
            backfill,
            unreadable=unreadable,
            errors=measure.private.function.metric_errors(),
            most_behind=60 * config.max_records_per_trigger,
        )
        for name, symptom in symptoms.items():
            self._alarms.watch(name, symptom)
        self._graph("Live: seconds from the bucket to the last row", live.slowest_drop_s)
        self._graph("Records behind: live, backfill", live.records_behind, backfill.records_behind)
        self._graph("Batch, seconds: live, backfill", live.batch_s, backfill.batch_s)
        self._graph("Backfill: seconds from the bucket to the last row", backfill.slowest_drop_s)
        self._graph("Records put aside", unreadable)
        self._graph("Seconds without a batch: live, backfill", live.stalled_s, backfill.stalled_s)

    def _watch_stream(self) -> None:
        heartbeat = self._pipeline.stream.heartbeat
        self._alarms.watch(
            "StreamStopped",
            Symptom(
                metric=heartbeat,
                # Glue's metric is bytes of memory, EMR Serverless's a number of workers.
                above=1,
                below=True,
                missing_is_bad=True,
                periods=3,
                runbook_step="stream-stopped",
                says="The streaming job has not been seen for a quarter of an hour.",
            ),
        )
        self._graph("Streaming job", heartbeat)

    def _watch_database(self) -> None:
        instance = self._data.database.instance
        free = instance.metric_free_storage_space()
        busy = instance.metric_cpu_utilization()
        proxy = proxy_metrics(self._data.database.proxy.db_proxy_name)
        waits = proxy.metric("DatabaseConnectionsBorrowLatency", "Average")
        self._alarms.watch(
            "DatabaseFull",
            Symptom(
                metric=free,
                above=FREE_STORAGE_BYTES,
                below=True,
                periods=1,
                runbook_step="database-full",
                says="The database is running out of storage.",
            ),
        )
        self._alarms.watch(
            "DatabaseBusy",
            Symptom(
                metric=busy,
                above=BUSY_PERCENT,
                periods=6,
                runbook_step="database-busy",
                says="The database has been busy for half an hour.",
            ),
        )
        self._graph("Database: CPU, free storage", busy, free)
        self._graph(
            "Proxy: connections of clients, to the database",
            proxy.metric("ClientConnections", "Maximum"),
            proxy.metric("DatabaseConnections", "Maximum"),
            proxy.metric("DatabaseConnectionsCurrentlySessionPinned", "Maximum"),
        )
        self._graph("Proxy: wait for a connection", waits)

    def _watch_api(self) -> None:
        api = api_metrics(self._api.api.name, STAGE)
        failures = api.metric("5XXError", "Sum")
        slowest = api.metric("Latency", "p99")
        self._alarms.watch(
            "ApiFails",
            Symptom(
                metric=failures,
                above=5,
                periods=2,
                runbook_step="api-fails",
                says="The API answers with server errors.",
            ),
        )
        self._alarms.watch(
            "ApiSlow",
            Symptom(
                metric=slowest,
                above=SLOW_ANSWER_MS,
                periods=3,
                runbook_step="api-slow",
                says="One answer in a hundred takes over a second.",
            ),
        )
        self._graph("API: latency", api.metric("Latency", "p50"), slowest)
        self._graph("API: requests", api.metric("Count", "Sum"), failures)

    def _graph(self, title: str, *metrics: cloudwatch.IMetric) -> None:
        self._dashboard.add_widgets(
            cloudwatch.GraphWidget(title=title, left=list(metrics), width=WIDTH)
        )
