"""A function's environment, read variable by variable; errors name the variable."""

from collections.abc import Mapping

from bikeshare.errors import SettingsError


def required(env: Mapping[str, str], name: str) -> str:
    """Return a variable that has to be set; raise SettingsError naming it if it is not."""
    value = env.get(name, "").strip()
    if not value:
        message = f"{name} is not set"
        raise SettingsError(message)
    return value


def whole_number(env: Mapping[str, str], name: str, default: int | None = None) -> int:
    """Return a whole number above 0, or the default if not set; raise SettingsError otherwise."""
    value = env.get(name, "").strip()
    if not value and default is not None:
        return default
    if not value.isdecimal() or not int(value):
        message = f"{name} is {value!r}: it must be a whole number above 0"
        raise SettingsError(message)
    return int(value)
