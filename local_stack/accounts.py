"""What became of each drop: the objects in the bucket, and the database's account of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg2

from bikeshare.drops import Drop
from lambdas.drop_listing import pages_of_drops
from local_stack.deployment import BUCKET

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

ACCOUNTS = """
SELECT drop_id, state, reason,
    rows_read, rows_published, rows_rejected, rows_applied, rows_duplicate
FROM drop_account
"""
FINAL_STATES = ("complete", "refused")


@dataclass(frozen=True)
class Account:
    """How far one drop has come, and where its rows went (T8); the fields are ACCOUNTS' columns."""

    drop_id: str
    state: str
    reason: str | None
    rows_read: int | None
    rows_published: int | None
    rows_rejected: int | None
    rows_applied: int | None
    rows_duplicate: int | None

    @property
    def is_final(self) -> bool:
        """Return whether the drop's state is final."""
        return self.state in FINAL_STATES

    @property
    def balances(self) -> bool:
        """Return whether every row of a complete drop is accounted for."""
        read, published = self.rows_read or 0, self.rows_published or 0
        split = published + (self.rows_rejected or 0)
        landed = (self.rows_applied or 0) + (self.rows_duplicate or 0)
        return self.state == "refused" or (read == split and published == landed)


def dropped(s3: "S3Client") -> Iterator[Drop]:
    """List every version of every object in the lanes: each upload is a drop of its own."""
    for page in pages_of_drops(s3, BUCKET):
        yield from page.drops


def accounts(dsn: str) -> dict[str, Account]:
    """Read the database's account of every drop, keyed by drop id."""
    connection = psycopg2.connect(dsn, connect_timeout=3)
    try:
        with connection.cursor() as cursor:
            cursor.execute(ACCOUNTS)
            return {row[0]: Account(*row) for row in cursor}
    finally:
        connection.close()
