"""How a system's own files differ from what their format says: settings, read and applied."""

import codecs
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from bikeshare.clocks import DateOrder
from bikeshare.formats.trip_format import TripFormat
from bikeshare.time_zones import zone_named

# Overrides under this name apply to every format; those under a format's own name win.
EVERY_FORMAT: Final = "*"

_FIELDS: Final = ("encoding", "date_order", "time_zone")


def chosen_formats(names: str, overrides: str, known: Sequence[TripFormat]) -> list[TripFormat]:
    """
    Return the formats that a system's files may have, changed as its overrides say.

    `names` are theirs, separated by commas; "" means all. `overrides` is a JSON object, as in
    `{"tfl-2012": {"encoding": "utf-8"}}`. Raise ValueError naming what is invalid.
    """
    by_name = {each.name: each for each in known}
    listed = [name.strip() for name in names.split(",") if name.strip()]
    changes = _changes(overrides)
    _check_names([*listed, *(name for name in changes if name != EVERY_FORMAT)], by_name)
    of_every = changes.get(EVERY_FORMAT, {})
    return [
        replace(by_name[name], **{**of_every, **changes.get(name, {})})
        for name in listed or by_name
    ]


def _changes(overrides: str) -> Mapping[str, dict[str, Any]]:
    try:
        written = json.loads(overrides or "{}")
    except ValueError as error:
        message = f"it is not JSON ({error})"
        raise ValueError(message) from error
    if not isinstance(written, dict) or not all(isinstance(one, dict) for one in written.values()):
        message = 'it must be an object of objects, as in {"tfl-2012": {"encoding": "utf-8"}}'
        raise ValueError(message)
    return {
        name: {field: _value(field, value) for field, value in fields.items()}
        for name, fields in written.items()
    }


def _value(field: str, written: object) -> str | DateOrder | ZoneInfo:
    """Read one value of an override."""
    try:
        text = written if isinstance(written, str) else ""
        if field == "encoding":
            return _encoding(text)
        if field == "date_order":
            return DateOrder(text)
        if field == "time_zone":
            return zone_named(text)
    except (LookupError, ValueError) as error:
        orders = " or ".join(repr(order.value) for order in DateOrder)
        meant = {"encoding": "a name like 'windows-1252'", "date_order": orders}
        message = (
            f"{field} is {written!r}; it must be {meant.get(field, 'a name like Europe/Oslo')}"
        )
        raise ValueError(message) from error
    message = f"{field!r} cannot be overridden, only {', '.join(_FIELDS)}"
    raise ValueError(message)


def _encoding(name: str) -> str:
    """Return an encoding's standard name; raise ValueError if it changes ASCII delimiters."""
    if b'",;|\t\r\n'.decode(name) != '",;|\t\r\n':
        message = f"{name} does not write ASCII as it is"
        raise ValueError(message)
    return codecs.lookup(name).name


def _check_names(names: Sequence[str], known: Mapping[str, TripFormat]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"{unknown[0]!r} is no trip-file format; the formats are {', '.join(known)}"
        raise ValueError(message)
