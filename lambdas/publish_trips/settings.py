"""The settings of the function that publishes trips that are about large files."""

from collections.abc import Mapping
from dataclasses import dataclass

from bikeshare.drops import Lane
from lambdas.continuation import PART_LINES
from lambdas.environment import required, whole_number

LANES = (Lane.LIVE, Lane.BACKFILL)


@dataclass(frozen=True, kw_only=True)
class PartSettings:
    """How many lines one function reads, and the queues that hand the rest to the next one."""

    part_lines: int
    queue_urls: Mapping[Lane, str]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "PartSettings":
        """Read the variables; raise SettingsError naming the one that is missing or wrong."""
        return cls(
            part_lines=part_lines_of(env),
            queue_urls={lane: required(env, f"{lane.name}_QUEUE_URL") for lane in LANES},
        )


def part_lines_of(env: Mapping[str, str]) -> int:
    """Read PART_LINES, or its default; raise SettingsError if it is wrong."""
    return whole_number(env, "PART_LINES", PART_LINES)
