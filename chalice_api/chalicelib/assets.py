"""The built page's files, read from the package once."""

import json
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from bikeshare.errors import BikeshareError
from chalicelib.answers import Body
from chalicelib.page import BUILT, MANIFEST, SHELL

CONTENT_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


class PageNotBuiltError(BikeshareError):
    """The page's files are not in the package."""


class Asset(NamedTuple):
    """One file and its media type."""

    body: Body
    content_type: str


class Assets(NamedTuple):
    """One build of the page."""

    build: str
    shell: str
    files: dict[str, Asset]


@cache
def assets(folder: Path = BUILT) -> Assets:
    """Read the build; only files in its manifest are ever served."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = "the page is not built: run `python -m chalicelib.page` in chalice_api"
        raise PageNotBuiltError(message) from error
    files = {
        name: Asset(Body((folder / name).read_bytes()), CONTENT_TYPES[Path(name).suffix])
        for name in manifest["files"]
    }
    shell = (folder / SHELL).read_text(encoding="utf-8")
    return Assets(manifest["build"], shell, files)
