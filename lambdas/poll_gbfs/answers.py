"""What the headers of a server's answer say: how it is compressed, and when to ask again."""

import math
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import urllib3

from bikeshare.errors import UnavailableFeedError

READ_BYTES: Final = 64 * 1024
LONGEST_RETRY_S: Final = 3600
_GZIP: Final = 16 + zlib.MAX_WBITS
_GZIP_BEGINS: Final = b"\x1f"
# Some servers name the charset here, or nothing at all; neither compresses anything.
_NO_PACKINGS: Final = {"", "identity", "none", "utf-8", "utf8"}


def unpacked(answer: urllib3.BaseHTTPResponse, max_bytes: int) -> Iterator[bytes]:
    """Yield the body piece by piece; no piece unpacks to more than a byte over the limit."""
    named = answer.headers.get("Content-Encoding", "").lower()
    packings = [name for name in map(str.strip, named.split(",")) if name not in _NO_PACKINGS]
    if not packings:
        return _pieces(answer)
    if packings in (["gzip"], ["x-gzip"]):
        return _gunzipped(_pieces(answer), max_bytes)
    message = f"the answer is in the encoding {named!r}, which was not asked for"
    raise UnavailableFeedError(message)


def _pieces(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    while piece := answer.read1(READ_BYTES, decode_content=False):
        yield piece


def _gunzipped(pieces: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """Unpack one gzip member after another, if there are several; what else follows is padding."""
    unpacker = zlib.decompressobj(_GZIP)
    for piece in pieces:
        rest = piece
        while rest:
            if unpacker.eof:
                if not rest.startswith(_GZIP_BEGINS):
                    return
                unpacker = zlib.decompressobj(_GZIP)
            yield unpacker.decompress(rest, max_bytes + 1)
            rest = unpacker.unused_data
    if not unpacker.eof:
        message = "the gzip answer breaks off"
        raise UnavailableFeedError(message)


def retry_after_s(answer: urllib3.BaseHTTPResponse, *, now: datetime) -> int | None:
    """Return the seconds to wait, an hour at most; the header holds seconds or a date."""
    said = answer.headers.get("Retry-After", "")
    if said.isdecimal():
        # float() takes any number of digits, int() only 4,300.
        return int(min(float(said), LONGEST_RETRY_S))
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        # A date with an offset of years is invalid, too.
        return None
    wait_s = ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
    return math.ceil(min(max(wait_s, 0), LONGEST_RETRY_S))
