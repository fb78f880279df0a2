"""One Kafka broker that is its own controller, standing in for MSK."""

import base64
import hashlib
import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from bikeshare.topics import DROPS, STATIONS, TRIPS, TRIPS_BACKFILL
from lambdas.create_topics.topics import settle_topics
from local_stack.java import class_path, find_java, jars_in
from local_stack.ports import HOST, accepts, free_port
from local_stack.process import Command, run_once
from local_stack.service import Server

PARTITIONS: Final = {TRIPS: 2, TRIPS_BACKFILL: 2, STATIONS: 1, DROPS: 1}
# A replay from the first record must be possible for as long as the home exists.
FOR_EVER_MS: Final = -1
MEMORY: Final = "-Xmx512m"
# Time to the first response: 1.1 s with these two, 1.6 s without.
QUICK_START: Final = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class Broker(Server):
    """The broker with the product's topics; `bootstrap` connects to it."""

    name = "kafka"

    def __init__(
        self, *, home: Path, port: int | None = None, controller_port: int | None = None
    ) -> None:
        super().__init__(home=home, port=port)
        self.controller_port = controller_port or free_port(avoid=[self.port])

    @property
    def bootstrap(self) -> str:
        """The address that clients connect to."""
        return self.address

    @property
    def folder(self) -> Path:
        """The folder that holds its settings and records."""
        return self.home / self.name

    @property
    def _settings_file(self) -> Path:
        return self.folder / "server.properties"

    def prepare(self) -> None:
        """Write the settings with the current ports, and format the storage once."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = (f"{name}={value}" for name, value in self._settings().items())
        self._settings_file.write_text("\n".join(lines) + "\n")
        if not (self.folder / "data" / "meta.properties").exists():
            arguments = ("format", "-t", cluster_id(self.home), "-c", str(self._settings_file))
            run_once(self._java("kafka.tools.StorageTool", *arguments), name="kafka format")

    def _settings(self) -> dict[str, object]:
        client, controller = self.address, f"{HOST}:{self.controller_port}"
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{client},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{client}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self.folder / "data",
            "auto.create.topics.enable": "false",
            "log.retention.ms": FOR_EVER_MS,
            "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
            "offsets.topic.num.partitions": 1,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            # A killed broker can register again only once its old session has expired.
            "broker.session.timeout.ms": 2_000,
            "broker.heartbeat.interval.ms": 400,
            "group.initial.rebalance.delay.ms": 0,
            "num.io.threads": 2,
            "num.network.threads": 2,
            "background.threads": 2,
        }

    def _java(self, main_class: str, *arguments: str) -> Command:
        # slf4j-simple writes to stderr; a line per INFO would be most of the log.
        level = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        clock = "-Dorg.slf4j.simpleLogger.showDateTime=true"
        machine = (find_java(), MEMORY, *QUICK_START, level, clock)
        return Command(
            argv=(*machine, "-cp", class_path(jars_in("kafka")), main_class, *arguments),
            home=self.home,
            log=self.log,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            cwd=self.folder,
        )

    def command(self) -> Command:
        """Return the command that runs the broker and its controller in one process."""
        return self._java("kafka.Kafka", str(self._settings_file))

    def is_ready(self) -> bool:
        """Return whether it is registered as a broker; the port opens before that."""
        if not accepts(self.port):
            return False
        try:
            admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        except KafkaError:
            return False
        try:
            return bool(admin.describe_cluster()["brokers"])
        except KafkaError:
            return False
        finally:
            admin.close()

    def settle(self) -> None:
        """Create the topics that are missing, with the code that does so on MSK Serverless."""
        with closing(KafkaAdminClient(bootstrap_servers=self.bootstrap)) as admin:
            settle_topics(admin, PARTITIONS, retention_ms=FOR_EVER_MS)

    def purge(self) -> None:
        """Remove every record."""
        shutil.rmtree(self.folder, ignore_errors=True)


def cluster_id(home: Path) -> str:
    """Return a home's cluster id, never with a leading dash, which would read as an option."""
    first, *rest = hashlib.sha256(str(home).encode()).digest()[:16]
    # Base64 has six bits per character; if the first six are below 32, it is a letter.
    return base64.urlsafe_b64encode(bytes((first & 0x7F, *rest))).decode().rstrip("=")
