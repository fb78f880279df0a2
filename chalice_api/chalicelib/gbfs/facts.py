"""What GBFS publishes besides stations: facts that only the operator knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from bikeshare.errors import SettingsError

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
EMAIL: Final = re.compile(r"[\w.+-]+@([\w-]+\.)+[A-Za-z]{2,}", re.ASCII)
# GBFS 3.0 accepts only E.164, which 2.3 accepts too.
PHONE: Final = re.compile(r"\+[1-9]\d{1,14}", re.ASCII)
SPDX: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
RANGE_M: Final = re.compile(r"[1-9]\d{2,6}", re.ASCII)

# Public facts about the default system.
CITI_BIKE_ID: Final = "citibike_nyc"
CITI_BIKE: Final = {
    "SYSTEM_OPERATOR": "NYC Bike Share, LLC",
    "SYSTEM_URL": "https://citibikenyc.com",
    "SYSTEM_LICENSE_URL": "https://citibikenyc.com/data-sharing-policy",
}


@dataclass(frozen=True, kw_only=True)
class SystemFacts:
    """The operator's own facts; those that are None are left out of the feeds."""

    language: str = "en"
    operator: str | None = None
    url: str | None = None
    phone: str | None = None
    email: str | None = None
    feed_contact_email: str | None = None
    license_id: str | None = None
    license_url: str | None = None
    opening_hours: str = "24/7"
    ebike_range_m: int = 40_000

    @classmethod
    def from_env(cls, environment: Mapping[str, str], *, system_id: str) -> "SystemFacts":
        """Read the variables; raise SettingsError naming one that is invalid."""
        known = CITI_BIKE if system_id == CITI_BIKE_ID else {}
        if environment.get("SYSTEM_LICENSE_ID", "").strip():
            known = {name: fact for name, fact in known.items() if name != "SYSTEM_LICENSE_URL"}
        read = _Reader(environment, known)
        license_id = read.form("SYSTEM_LICENSE_ID", SPDX, "an SPDX id such as CC0-1.0")
        license_url = read.address("SYSTEM_LICENSE_URL")
        if license_id and license_url:
            message = "SYSTEM_LICENSE_ID and SYSTEM_LICENSE_URL are both set: GBFS takes one"
            raise SettingsError(message)
        language = read.form("SYSTEM_LANGUAGE", LANGUAGE, "a language such as en or fr-CA")
        range_m = read.form("SYSTEM_EBIKE_RANGE_M", RANGE_M, "metres, such as 40000")
        return cls(
            language=language or cls.language,
            operator=read.text("SYSTEM_OPERATOR"),
            url=read.address("SYSTEM_URL"),
            phone=read.form("SYSTEM_PHONE", PHONE, "a number such as +18552453311"),
            email=read.form("SYSTEM_EMAIL", EMAIL, "an e-mail address"),
            feed_contact_email=read.form("SYSTEM_FEED_CONTACT_EMAIL", EMAIL, "an e-mail address"),
            license_id=license_id,
            license_url=license_url,
            opening_hours=read.text("SYSTEM_OPENING_HOURS") or cls.opening_hours,
            ebike_range_m=int(range_m or cls.ebike_range_m),
        )


@dataclass(frozen=True)
class _Reader:
    environment: Mapping[str, str]
    known: Mapping[str, str]

    def text(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or self.known.get(name)

    def form(self, name: str, form: re.Pattern[str], described: str) -> str | None:
        """Return a text, if set; raise SettingsError, with what it must be, if not in `form`."""
        value = self.text(name)
        if value is not None and not form.fullmatch(value):
            message = f"{name} is {value!r}: it must be {described}"
            raise SettingsError(message)
        return value

    def address(self, name: str) -> str | None:
        """Return a URL, if set; raise SettingsError if it is not one."""
        value = self.text(name)
        return None if value is None else checked_address(name, value)


def checked_address(name: str, value: str) -> str:
    """Return an absolute URL, as the feeds require; raise SettingsError if it is not one."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or not value.isprintable():
        message = f"{name} is {value!r}: it must be a web address such as https://example.com"
        raise SettingsError(message)
    return value
