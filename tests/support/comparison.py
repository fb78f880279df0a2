"""How a served station is compared with the recomputation: by every field of the latter."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from tests.support.truth import StationTruth

# `drift` covers `unheld`; stations are matched by id.
NOT_COMPARED = {"station_id", "unheld"}
COMPARED = tuple(one.name for one in fields(StationTruth) if one.name not in NOT_COMPARED)


def as_served(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the compared fields of an API response or database row, in the types of the truth."""
    at = row["anchored_at"]
    return {name: row[name] for name in COMPARED} | {
        "aliases": tuple(row["aliases"]),
        "anchored_at": datetime.fromisoformat(at) if isinstance(at, str) else at,
    }


def as_expected(station: StationTruth) -> dict[str, Any]:
    """Return the values that these fields must have."""
    return {name: getattr(station, name) for name in COMPARED}
