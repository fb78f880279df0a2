"""`python -m local_stack.services.api_server PORT`: serve the Chalice app to this machine only."""

import sys
from functools import partial
from pathlib import Path
from typing import Final

from chalice import local
from chalice.config import Config

from local_stack.ports import HOST

# Chalice's server lets five callers wait; a page that loads its parts at once has more.
WAITING_CALLERS: Final = 128


class RequestHandler(local.ChaliceRequestHandler):
    """Chalice's handler, answering at once and quietly."""

    # With Nagle's algorithm the body waits 40 ms for the headers to be acknowledged.
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer; a browser that closes its tab in the middle is no error."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of what went well."""


def serve(port: int) -> None:
    """Serve until the process is ended."""
    from app import app

    config = Config.create(project_dir=str(Path.cwd()), chalice_app=app)
    server = local.create_local_server(app, config, HOST, port).server
    server.RequestHandlerClass = partial(RequestHandler, app_object=app, config=config)
    server.socket.listen(WAITING_CALLERS)
    server.serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
