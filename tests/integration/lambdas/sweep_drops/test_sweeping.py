"""The sweep against a real bucket, queues and database."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from botocore.exceptions import EndpointConnectionError

from bikeshare.drops import Lane
from lambdas.drop_listing import Place, pages_of_drops
from lambdas.notifications import landed_objects
from lambdas.reading import connected
from lambdas.sweep_drops import handler as module
from lambdas.sweep_drops.memory import MEMORY_KEY, Memories, Memory, Remembered
from lambdas.sweep_drops.queries import asking
from lambdas.sweep_drops.sweeping import FORGOTTEN_AFTER
from local_stack.deployment import BUCKET, queue_url
from local_stack.emulated_aws import ENVIRONMENT, EmulatedAws
from local_stack.sweeper import sweep_now, sweeping
from local_stack.uploads import send_bytes
from tests.support.bucket import SilentAws

pytestmark = pytest.mark.integration

AT_ONCE = timedelta(0)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SilentAws]:
    """One emulator for this module."""
    with SilentAws(home=tmp_path_factory.mktemp("sweep")) as running:
        yield running


@pytest.fixture
def clients(aws: SilentAws) -> Iterator[EmulatedAws]:
    """Its clients; every test leaves an empty bucket and empty queues."""
    clients = EmulatedAws(aws.endpoint)
    yield clients
    s3 = clients.s3()
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET))
    for version in (version for page in pages for version in page.get("Versions", ())):
        s3.delete_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])
    for queue in ("bikeshare-trips", "bikeshare-backfill", "bikeshare-stations"):
        aws.bodies(queue)


def tell(dsn: str, statement: str, *parameters: object) -> None:
    """Write what the streaming job would have written."""
    with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def attempt(dsn: str, drop_id: str, **known: object) -> None:
    """Add an attempt: `outcome`, `rows_published`, `rows_seen`, `finished_at`, `completed_at`."""
    names = ", ".join(["drop_id", "attempt_id", *known])
    marks = ", ".join(["%s"] * (2 + len(known)))
    tell(dsn, "INSERT INTO drop (drop_id, lane) VALUES (%s, 'live')", drop_id)
    statement = f"INSERT INTO attempt ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    tell(dsn, statement, drop_id, "first", *known.values())


class TestSweeping:
    def test_announces_what_the_database_has_never_heard_of(
        self, aws: SilentAws, clients: EmulatedAws, database: str
    ) -> None:
        """Every version in every lane, to the queue of its lane, in S3's own words."""
        s3 = clients.s3()
        ids = [send_bytes(s3, "live/a b.csv", content).drop_id for content in (b"1", b"2")]
        s3.put_object(Bucket=BUCKET, Key="rejected/no/drop.csv", Body=b"")
        send_bytes(s3, "backfill/b.csv", b"3")
        send_bytes(s3, "stations/c.json", b"{}")

        swept = sweep_now(clients, database, older_than=AT_ONCE)

        assert (swept.looked_at, swept.queued) == (4, 4)
        told = [drop for body in aws.bodies("bikeshare-trips") for drop in landed_objects(body)]
        assert sorted(one.drop.drop_id for one in told) == sorted(ids)
        assert {one.bucket for one in told} == {BUCKET}
        assert len(aws.bodies("bikeshare-backfill")) == 1
        assert len(aws.bodies("bikeshare-stations")) == 1

    def test_an_empty_bucket_holds_nothing_unfinished(
        self, clients: EmulatedAws, database: str
    ) -> None:
        """A stack that starts for the first time sweeps one, and must not fail."""
        assert sweep_now(clients, database, older_than=AT_ONCE).told() == {
            "looked_at": 0,
            "unfinished": {},
            "queued": 0,
            "left_for_later": 0,
        }

    def test_leaves_alone_what_is_accounted_for(self, clients: EmulatedAws, database: str) -> None:
        """Complete and refused are final; repeating them would only make duplicates."""
        now = datetime.now(UTC)
        done = send_bytes(clients.s3(), "live/done.csv", b"1")
        refused = send_bytes(clients.s3(), "live/refused.csv", b"2")
        attempt(database, done.drop_id, outcome="published", finished_at=now, completed_at=now)
        attempt(database, refused.drop_id, outcome="refused", finished_at=now, completed_at=now)

        assert sweep_now(clients, database, older_than=AT_ONCE).told() == {
            "looked_at": 2,
            "unfinished": {},
            "queued": 0,
            "left_for_later": 0,
        }

    def test_queues_an_attempt_that_was_killed_halfway(
        self, clients: EmulatedAws, database: str
    ) -> None:
        """Its rows came and its summary never will."""
        killed = send_bytes(clients.s3(), "live/killed.csv", b"1")
        attempt(database, killed.drop_id, rows_seen=200)

        swept = sweep_now(clients, database, older_than=AT_ONCE)

        assert (swept.unfinished, swept.queued) == ({"publishing": 1}, 1)

    @pytest.mark.parametrize(
        ("newest_record", "states"),
        [
            # A moment ago the lane was still reading older records: the rest is on its way.
            (timedelta(hours=-4), set()),
            # It has read past the attempt's end: what is missing will not come.
            (timedelta(hours=-2), {"applying"}),
        ],
    )
    def test_tells_what_is_lost_from_what_waits_in_kafka(
        self,
        clients: EmulatedAws,
        database: str,
        newest_record: timedelta,
        states: set[str],
    ) -> None:
        """A backlog of hours is not a loss, and queueing it again would double it."""
        now = datetime.now(UTC)
        drop = send_bytes(clients.s3(), "live/applying.csv", b"1")
        finished_at = now - timedelta(hours=3)
        attempt(
            database, drop.drop_id, outcome="published", rows_published=9, finished_at=finished_at
        )
        tell(
            database,
            "INSERT INTO applied_batch (lane, batch_id, records, rows_seen, rows_applied,"
            " newest_record_at, applied_at) VALUES ('live', 1, 1, 1, 1, %s, %s)",
            now + newest_record,
            now,
        )

        with closing(connected(database)) as connection:
            ask = asking(connection, now=now, stalled_after=timedelta(hours=1))
            assert {one.state for one in ask([drop.drop_id]).values()} == states

    def test_remembers_from_run_to_run(
        self, aws: SilentAws, clients: EmulatedAws, database: str
    ) -> None:
        """The second run follows minutes later and must not queue the same drops again."""
        send_bytes(clients.s3(), "live/a.csv", b"1")
        late = datetime.now(UTC) + timedelta(days=1)
        run = sweeping(clients, database)
        patience = module.SweepSettings.from_env(environment_of(clients, database)).patience

        assert run.run(patience, late).queued == 1
        assert run.run(patience, late + timedelta(minutes=5)).queued == 0

        assert len(aws.bodies("bikeshare-trips")) == 1

    def test_a_memory_it_cannot_read_is_none(self, clients: EmulatedAws) -> None:
        """A memory written by another version must not stop the sweeps for good."""
        clients.s3().put_object(Bucket=BUCKET, Key=MEMORY_KEY, Body=b'{"a": {"colour": "red"}}')

        assert Memories(client=clients.s3(), bucket=BUCKET).read() == Remembered()

    def test_each_goes_on_where_the_last_one_ended(
        self, aws: SilentAws, clients: EmulatedAws, database: str
    ) -> None:
        """A sweep takes as long after years as on the first day, and leaves out nothing."""
        for key in ("live/a.csv", "backfill/b.csv", "stations/c.json"):
            send_bytes(clients.s3(), key, b"1")
        late = datetime.now(UTC) + timedelta(days=1)
        run = sweeping(clients, database)
        patience = module.SweepSettings.from_env(environment_of(clients, database)).patience

        swept = [run.run(patience, late + timedelta(minutes=n), at_most=1) for n in range(6)]

        assert [(one.looked_at, one.queued) for one in swept] == [(1, 1)] * 3 + [(1, 0)] * 3
        queues = ("bikeshare-trips", "bikeshare-backfill", "bikeshare-stations")
        assert [len(aws.bodies(queue)) for queue in queues] == [1, 1, 1]

    def test_one_that_fails_halfway_remembers_what_it_did(
        self, clients: EmulatedAws, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The next sweep must not queue the same drops again minutes later."""
        send_bytes(clients.s3(), "live/a.csv", b"1")
        late = datetime.now(UTC) + timedelta(days=1)
        run = sweeping(clients, database)
        patience = module.SweepSettings.from_env(environment_of(clients, database)).patience
        listed = run.s3.list_object_versions

        def listing(**asked: Any) -> Any:
            if asked["Prefix"] == Lane.BACKFILL.prefix:
                raise EndpointConnectionError(endpoint_url=clients.endpoint)
            return listed(**asked)

        with monkeypatch.context() as broken:
            broken.setattr(run.s3, "list_object_versions", listing)
            with pytest.raises(EndpointConnectionError):
                run.run(patience, late)

        assert run.run(patience, late + timedelta(minutes=5)).queued == 0

    def test_what_was_deleted_is_forgotten_in_time(
        self, clients: EmulatedAws, database: str
    ) -> None:
        """The memory must not grow over the years with drops that no sweep sees any more."""
        long_ago = datetime.now(UTC) - 2 * FORGOTTEN_AFTER
        memory = Memory(state="unknown", rows_seen=0, since=long_ago)
        memories = Memories(client=clients.s3(), bucket=BUCKET)
        memories.write(Remembered(drops={"deleted": memory}, place=Place(lane=Lane.STATIONS)))
        patience = module.SweepSettings.from_env(environment_of(clients, database)).patience

        sweeping(clients, database).run(patience, datetime.now(UTC))

        assert memories.read() == Remembered()


class TestPages:
    def test_a_listing_goes_on_behind_any_page(self, clients: EmulatedAws) -> None:
        """S3 lists a thousand versions at a time; two of one key may be on two pages."""
        s3 = clients.s3()
        for number in range(999):
            s3.put_object(Bucket=BUCKET, Key=f"live/{number:03}.csv", Body=b"")
        for content in (b"1", b"2"):
            s3.put_object(Bucket=BUCKET, Key="live/999.csv", Body=content)

        pages = list(pages_of_drops(s3, BUCKET))
        rest = list(pages_of_drops(s3, BUCKET, pages[0].rest))

        assert [len(page.drops) for page in pages] == [1000, 1, 0, 0]
        assert rest == pages[1:]
        assert len({drop.drop_id for page in pages for drop in page.drops}) == 1001


def environment_of(clients: EmulatedAws, dsn: str) -> dict[str, str]:
    """The function's environment on AWS, with the emulator's addresses."""
    sqs = clients.sqs()
    return {
        **ENVIRONMENT,
        "AWS_ENDPOINT_URL": clients.endpoint,
        "DROPS_BUCKET": BUCKET,
        "DATABASE_URL": dsn,
        "LIVE_QUEUE_URL": queue_url(sqs, "bikeshare-trips"),
        "BACKFILL_QUEUE_URL": queue_url(sqs, "bikeshare-backfill"),
        "STATIONS_QUEUE_URL": queue_url(sqs, "bikeshare-stations"),
    }


class TestHandler:
    def test_sweeps_with_what_its_environment_says(
        self,
        clients: EmulatedAws,
        database: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """As the read-only role, logging its numbers in one line."""
        send_bytes(clients.s3(), "live/fresh.csv", b"1")
        reader = database.replace("//bikeshare@", "//bikeshare_api@")
        assert reader != database
        for name, value in environment_of(clients, reader).items():
            monkeypatch.setenv(name, value)
        module.settings.cache_clear()

        told = module.handler({}, None)  # type: ignore[arg-type]

        assert told == {"looked_at": 1, "unfinished": {}, "queued": 0, "left_for_later": 0}
        assert [record.message for record in caplog.records] == ["drops swept"]
