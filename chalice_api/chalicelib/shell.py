"""The page for one request: the built shell with this deployment's settings filled in."""

from collections.abc import Mapping
from html import escape
from string import Template
from urllib.parse import urlsplit

from chalicelib.settings import Settings

MOST_BLOCKS = 10


def fill_shell(shell: str, *, build: str, settings: Settings, content: Mapping[str, str]) -> str:
    """Fill in every placeholder; `content` is HTML, all other values are escaped here."""
    center, bounds = settings.map_center, settings.map_bounds
    box = "" if bounds is None else f"{bounds.west},{bounds.south},{bounds.east},{bounds.north}"
    values = {
        "build": build,
        "title": plain_title(settings),
        "system_name": settings.system_name,
        "time_zone": settings.time_zone,
        "block_m": f"{settings.block_m:g}",
        "center": "" if center is None else f"{center[0]},{center[1]}",
        "bounds": box,
        "tiles_url": settings.map_tiles_url,
        "tiles_attribution": settings.map_tiles_attribution,
    }
    escaped = {name: escape(value) for name, value in values.items()}
    return Template(shell).substitute(escaped, **content)


def plain_title(settings: Settings) -> str:
    """Return the title of a system's page."""
    return f"{settings.system_name}: bikes and docks near you, now"


def geocoder_credit(settings: Settings) -> str:
    """Return the credit for the geocoders that their terms require."""
    named = dict.fromkeys(one.attribution for one in settings.geocoders if one.attribution)
    if not named:
        return ""
    return f'<p class="credit">Addresses: {escape("; ".join(named))}</p>'


def blocks_options(chosen: int) -> str:
    """Return the options for how far one would walk."""
    return "".join(
        f'<option value="{n}"{" selected" if n == chosen else ""}>'
        f"{n} {'block' if n == 1 else 'blocks'}</option>"
        for n in range(1, MOST_BLOCKS + 1)
    )


def security_policy(tiles_url: str) -> str:
    """Return a policy that allows only our own files, and images from the tile host."""
    tiles = urlsplit(tiles_url)
    # A template such as https://{s}.tile.example stands for several hosts.
    host = f" {tiles.scheme}://{tiles.netloc.replace('{s}', '*')}" if tiles.netloc else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data:{host}",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
