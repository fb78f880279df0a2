"""The arguments of the streaming job: the same names locally, on Glue and on EMR Serverless."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from glue_jobs.availability.database import DatabaseSettings


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where to read, where to write, and how much at a time."""

    bootstrap_servers: str
    kafka_security: str
    database: DatabaseSettings
    checkpoint_root: str
    trigger_seconds: float
    max_records_per_trigger: int
    backfill_max_records_per_trigger: int
    bite_rows: int
    starting_offsets: str

    @classmethod
    def from_arguments(cls, arguments: Sequence[str]) -> "Settings":
        """Read `--name value` pairs; those that Glue adds are ignored."""
        known, _ = _parser().parse_known_args(list(arguments))
        named = vars(known)
        database = DatabaseSettings(
            url=named.pop("database_url"),
            iam_region=named.pop("database_iam_region"),
            ca_file=named.pop("database_ca_file"),
        )
        return cls(database=database, **named)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="availability", allow_abbrev=False)
    parser.add_argument("--bootstrap_servers", required=True, help="Kafka brokers, host:port,…")
    parser.add_argument("--kafka_security", required=True, choices=("PLAINTEXT", "IAM"))
    parser.add_argument("--database_url", required=True, help="postgresql://user@host:port/name")
    parser.add_argument("--database_iam_region", help="sign in by RDS IAM, in this region")
    parser.add_argument("--database_ca_file", help="verify the database's TLS against this file")
    parser.add_argument("--checkpoint_root", required=True, help="s3://… or file:///…")
    parser.add_argument("--trigger_seconds", type=float, default=0.2)
    parser.add_argument("--max_records_per_trigger", type=int, default=1000)
    parser.add_argument("--backfill_max_records_per_trigger", type=int, default=4_000)
    parser.add_argument("--bite_rows", type=int, default=40_000)
    parser.add_argument("--starting_offsets", default="earliest")
    return parser
