"""How a served station is held against the recomputation: by all that the latter says of it."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from tests.support.truth import StationTruth

# `unheld` is told by `drift`; a station is found by its id.
NOT_COMPARED = {"station_id", "unheld"}
COMPARED = tuple(one.name for one in fields(StationTruth) if one.name not in NOT_COMPARED)


def as_served(row: Mapping[str, Any]) -> dict[str, Any]:
    """What an answer, or a row of the database, says of a station, in the types of the truth."""
    at = row["anchored_at"]
    return {name: row[name] for name in COMPARED} | {
        "aliases": tuple(row["aliases"]),
        "anchored_at": datetime.fromisoformat(at) if isinstance(at, str) else at,
    }


def as_expected(station: StationTruth) -> dict[str, Any]:
    """What must be said of it."""
    return {name: getattr(station, name) for name in COMPARED}
