"""
The emulator, for programs on this machine only: `python local_stack/emulator`.

By itself it runs any function it is given and answers web pages from any site, so a page that
somebody visits could have it run code. Browsers mark such requests with their origin.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import ministack.app

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

OWN_NAMES: Final = {b"127.0.0.1", b"localhost"}
FROM_A_PAGE: Final = {b"origin", b"sec-fetch-site"}


def for_programs(app: App) -> App:
    """Refuse requests from web pages, and those sent to any name but this machine's own."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or is_from_a_program(scope["headers"]):
            await app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b"for programs of this machine alone\n"})

    return guarded


def is_from_a_program(headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether a request is a program's, by its headers, whose names are in lower case."""
    told = dict(headers)
    name, _, _ = told.get(b"host", b"").rpartition(b":")
    return name in OWN_NAMES and not FROM_A_PAGE & told.keys()


if __name__ == "__main__":
    ministack.app.app = for_programs(ministack.app.app)
    ministack.app.main()
