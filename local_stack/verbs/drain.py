"""`drain`: wait until every row of every drop is accounted for."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg2
from botocore.exceptions import BotoCoreError, ClientError

from bikeshare.drops import Drop
from local_stack.accounts import Account, accounts, dropped
from local_stack.client import emulated_aws, running_endpoints
from local_stack.home import Home
from local_stack.output import Output
from local_stack.shown import held_version, why_not_shown

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

POLL_S = 0.3
SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Every drop in the bucket, with its account if it has one."""

    drops: tuple[tuple[Drop, Account | None], ...]

    @classmethod
    def take(cls, s3: "S3Client", dsn: str) -> "Balance":
        """Look at the bucket first: a drop that lands in between counts next time."""
        landed = tuple(dropped(s3))
        known = accounts(dsn)
        return cls(drops=tuple((drop, known.get(drop.drop_id)) for drop in landed))

    @property
    def unfinished(self) -> list[str]:
        """Return, for each drop that is not accounted for, why it is not."""
        return [
            f"{drop.key} ({drop.drop_id}): {why}"
            for drop, account in self.drops
            if (why := reason_to_wait(account))
        ]

    def total(self, name: str) -> int:
        """Sum one field over all accounts."""
        return sum(getattr(account, name) or 0 for _, account in self.drops if account)


def reason_to_wait(account: Account | None) -> str | None:
    """Return what is still to come or does not add up; None if all is well."""
    if account is None:
        return "nothing published yet"
    if not account.is_final:
        return f"{account.state}, {account.rows_applied or 0} rows applied"
    if not account.balances:
        return (
            f"{account.rows_read} rows read, but {account.rows_published} published,"
            f" {account.rows_rejected} rejected, {account.rows_applied} applied and"
            f" {account.rows_duplicate} duplicates"
        )
    return None


def drain(home: Home, output: Output, *, timeout_s: float) -> int:
    """Wait; return 0 once all is accounted for, 1 on timeout."""
    endpoints = running_endpoints(home)
    s3 = emulated_aws(endpoints).s3()
    deadline = time.monotonic() + timeout_s
    unfinished = ["the stack has not answered yet"]
    balance = Balance(drops=())
    with output.progress() as bar:
        while True:
            try:
                balance = Balance.take(s3, endpoints.postgres_dsn)
                # Whoever calls the API after this sees every row.
                unfinished = balance.unfinished or why_not_shown(
                    endpoints.api_url, held_version(endpoints.postgres_dsn)
                )
            except (psycopg2.Error, BotoCoreError, ClientError) as error:
                # A service that is being restarted is a reason to wait, not to give up.
                unfinished = [f"a service does not answer: {error}".strip()]
            if not unfinished or time.monotonic() > deadline:
                break
            total = max(len(balance.drops), 1)
            several = f"waiting for {len(unfinished)} of {total} drops"
            waiting = unfinished[0] if len(unfinished) == 1 else several
            bar.show(total - len(unfinished), total=total, text=waiting)
            time.sleep(POLL_S)
    _give(output, balance, unfinished)
    return 1 if unfinished else 0


def _give(output: Output, balance: Balance, unfinished: list[str]) -> None:
    names = ("rows_read", "rows_rejected", "rows_published", "rows_applied", "rows_duplicate")
    totals = {name: balance.total(name) for name in names}
    refused = sum(account.state == "refused" for _, account in balance.drops if account)
    content = {"drops": len(balance.drops), "refused": refused, **totals, "unfinished": unfinished}
    if unfinished:
        more = [f"and {len(unfinished) - SHOWN} more"] if len(unfinished) > SHOWN else []
        output.result(content, "\n".join(["unfinished:", *unfinished[:SHOWN], *more]))
        return
    rows = ", ".join(f"{value} {name.removeprefix('rows_')}" for name, value in totals.items())
    output.result(content, f"{len(balance.drops)} drops, {refused} refused; rows: {rows}")
