"""The settings that the polling function reads from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bikeshare.errors import SettingsError, UnavailableFeedError
from lambdas.environment import required
from lambdas.poll_gbfs.addresses import Reach, split_url


@dataclass(frozen=True, kw_only=True)
class PollSettings:
    """Which addresses are polled, which hosts they may lead to, and where feeds are dropped."""

    bucket: str
    urls: tuple[str, ...]
    reach: Reach

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "PollSettings":
        """Read the variables; raise SettingsError naming the one that is missing or wrong."""
        allow_local = env.get("GBFS_ALLOW_LOCAL", "") == "true"
        urls = _listed(required(env, "GBFS_URLS"))
        for url in urls:
            _check(url, allow_local=allow_local)
        hosts = {str(urlsplit(url).hostname) for url in urls}
        hosts |= {host.lower() for host in _listed(env.get("GBFS_HOSTS", ""))}
        reach = Reach(hosts=frozenset(hosts), allow_local=allow_local)
        return cls(bucket=required(env, "DROPS_BUCKET"), urls=urls, reach=reach)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _check(url: str, *, allow_local: bool) -> None:
    message = f"GBFS_URLS names {url!r}: it must be an https address"
    try:
        parts, _ = split_url(url)
    except UnavailableFeedError as error:
        raise SettingsError(message) from error
    if parts.scheme not in (("https", "http") if allow_local else ("https",)) or not parts.hostname:
        raise SettingsError(message)
