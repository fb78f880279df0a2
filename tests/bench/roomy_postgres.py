"""Postgres with the memory that RDS would give it."""

from collections.abc import Mapping
from typing import ClassVar

from local_stack.services.postgres import Postgres


class RoomyPostgres(Postgres):
    """A quarter of 4 GiB for its buffers, as on RDS, and room for WAL between checkpoints."""

    settings: ClassVar[Mapping[str, str]] = {
        **Postgres.settings,
        "shared_buffers": "1GB",
        "max_wal_size": "4GB",
    }
