"""Which services look up addresses; none by default, so that no search leaves unasked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from bikeshare.errors import SettingsError

OPENSTREETMAP_NOMINATIM: Final = "https://nominatim.openstreetmap.org"
OUR_NAME: Final = "bikeshare-availability"
# The attribution that each kind of service requires, unless the operator sets another.
ATTRIBUTIONS: Final = {
    "nominatim": "© OpenStreetMap contributors",
    "pelias": "© OpenStreetMap contributors, OpenAddresses, Who\u2019s On First, GeoNames",
    "amazon": "Amazon Location Service, © HERE",
}


class Provider(StrEnum):
    """The kinds of services that are supported."""

    NONE = "none"
    NOMINATIM = "nominatim"
    PELIAS = "pelias"
    AMAZON = "amazon"


@dataclass(frozen=True, kw_only=True)
class GeocoderSettings:
    """One service; an empty `url` means Amazon's own."""

    provider: Provider
    url: str = ""
    key: str = ""
    user_agent: str = OUR_NAME
    attribution: str = ""

    @property
    def name(self) -> str:
        """A name that distinguishes this service from the other one."""
        return f"{self.provider} {urlsplit(self.url).netloc}".strip()


def geocoders_from_env(environment: Mapping[str, str]) -> tuple[GeocoderSettings, ...]:
    """Read the first and the second service; raise SettingsError for a second without a first."""
    names = (
        ("GEOCODER", "GEOCODER_URL", "GEOCODER_KEY", "GEOCODER_ATTRIBUTION"),
        (
            "GEOCODER_SECOND",
            "GEOCODER_SECOND_URL",
            "GEOCODER_SECOND_KEY",
            "GEOCODER_SECOND_ATTRIBUTION",
        ),
    )
    read = [_geocoder(environment, *four) for four in names]
    if read[0] is None and read[1] is not None:
        message = "GEOCODER_SECOND is set but GEOCODER is not: name the first service first"
        raise SettingsError(message)
    return tuple(geocoder for geocoder in read if geocoder is not None)


def _geocoder(
    environment: Mapping[str, str], kind: str, url: str, key: str, attribution: str
) -> GeocoderSettings | None:
    word = environment.get(kind, "").strip().lower() or Provider.NONE
    if word not in tuple(Provider):
        message = f"{kind} is {word!r}: it must be one of {', '.join(Provider)}"
        raise SettingsError(message)
    provider = Provider(word)
    if provider is Provider.NONE:
        return None
    return GeocoderSettings(
        provider=provider,
        url=_address(environment.get(url, "").strip(), provider, name=url),
        key=environment.get(key, "").strip(),
        user_agent=environment.get("GEOCODER_USER_AGENT", "").strip() or OUR_NAME,
        attribution=environment.get(attribution, "").strip() or ATTRIBUTIONS[provider],
    )


def _address(given: str, provider: Provider, *, name: str) -> str:
    address = given or (OPENSTREETMAP_NOMINATIM if provider is Provider.NOMINATIM else "")
    if not address and provider is Provider.AMAZON:
        return ""
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        message = f"{name} is {address!r}: it must be the web address of a {provider} service"
        raise SettingsError(message)
    return address.rstrip("/")
