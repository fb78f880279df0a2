"""The settings that the measuring function reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from bikeshare.errors import SettingsError
from lambdas.reading import SignedInDatabase, database_of
from lambdas.settings import PublisherSettings


@dataclass(frozen=True, kw_only=True)
class MeasureSettings:
    """The brokers, the database, and where the stream keeps its checkpoints."""

    kafka: PublisherSettings
    database: str | SignedInDatabase
    checkpoint_bucket: str
    checkpoint_prefix: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "MeasureSettings":
        """Read the variables; raise SettingsError naming the one that is missing or wrong."""
        scheme, _, path = env.get("CHECKPOINTS", "").partition("://")
        bucket, _, prefix = path.partition("/")
        if scheme != "s3" or not bucket or not prefix:
            message = f"CHECKPOINTS is {env.get('CHECKPOINTS', '')!r}: it must be s3://bucket/path"
            raise SettingsError(message)
        return cls(
            kafka=PublisherSettings.from_env(env),
            database=database_of(env),
            checkpoint_bucket=bucket,
            checkpoint_prefix=prefix.rstrip("/"),
        )
