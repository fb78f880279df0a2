"""The arguments of the streaming job, the same for every engine that runs it."""

from collections.abc import Mapping
from dataclasses import dataclass

# The CA bundle of Amazon Linux 2023, on which both Glue 5.1 and EMR 7 run.
CA_FILE = "/etc/pki/tls/certs/ca-bundle.crt"


@dataclass(frozen=True, kw_only=True)
class JobArguments:
    """The arguments of glue_jobs/availability/job.py."""

    bootstrap_servers: str
    database_host: str
    database_port: int
    database_name: str
    database_user: str
    region: str
    checkpoint_root: str
    max_records_per_trigger: int
    backfill_max_records_per_trigger: int

    def named(self) -> Mapping[str, str]:
        """Return the arguments by name, every one of them, so that no default is relied on."""
        address = f"{self.database_host}:{self.database_port}/{self.database_name}"
        return {
            "--bootstrap_servers": self.bootstrap_servers,
            "--kafka_security": "IAM",
            "--database_url": f"postgresql://{self.database_user}@{address}",
            "--database_iam_region": self.region,
            "--database_ca_file": CA_FILE,
            "--checkpoint_root": self.checkpoint_root,
            "--trigger_seconds": "1",
            "--max_records_per_trigger": str(self.max_records_per_trigger),
            "--backfill_max_records_per_trigger": str(self.backfill_max_records_per_trigger),
            "--bite_rows": "40000",
            "--starting_offsets": "earliest",
        }
