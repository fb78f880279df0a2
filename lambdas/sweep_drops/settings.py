"""The settings that the sweeping function reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bikeshare.drops import Lane
from lambdas.environment import required, whole_number
from lambdas.reading import SignedInDatabase, database_of
from lambdas.sweep_drops.sweep import Patience

# Longer than a publisher may run and its message stays hidden, so that a try is not overtaken.
DEFAULT_GRACE_S: Final = 7200
DEFAULT_MAX_WAITING: Final = 500


@dataclass(frozen=True, kw_only=True)
class SweepSettings:
    """The bucket, the database that accounts for it, each lane's queue, and how patient to be."""

    bucket: str
    database: str | SignedInDatabase
    queue_urls: Mapping[Lane, str]
    patience: Patience

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "SweepSettings":
        """Read the variables; raise SettingsError naming the one that is missing or wrong."""
        grace = timedelta(seconds=whole_number(env, "SWEEP_GRACE_S", DEFAULT_GRACE_S))
        return cls(
            bucket=required(env, "DROPS_BUCKET"),
            database=database_of(env),
            queue_urls={lane: required(env, f"{lane.name}_QUEUE_URL") for lane in Lane},
            patience=Patience(
                grace=grace,
                stalled_after=grace,
                max_waiting=whole_number(env, "SWEEP_MAX_WAITING", DEFAULT_MAX_WAITING),
            ),
        )
