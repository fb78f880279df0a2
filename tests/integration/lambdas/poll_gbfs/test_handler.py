"""The polling function between a real HTTP server and a bucket in the emulator."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lambdas.poll_gbfs import handler as module
from lambdas.poll_gbfs.notebook import NOTEBOOK_KEY, Notebook
from local_stack.deployment import BUCKET
from local_stack.emulated_aws import ENVIRONMENT, EmulatedAws
from tests.support.bucket import SilentAws
from tests.support.feed_server import FeedServer, with_body, with_status

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.integration


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A publisher."""
    with FeedServer() as running:
        yield running


@pytest.fixture
def s3(tmp_path: Path, server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    """The bucket, with the function's environment pointing at it and at the publisher."""
    with SilentAws(home=tmp_path) as aws:
        environment = {
            **ENVIRONMENT,
            "AWS_ENDPOINT_URL": aws.endpoint,
            "DROPS_BUCKET": BUCKET,
            "GBFS_URLS": server.url("/gbfs.json"),
            "GBFS_ALLOW_LOCAL": "true",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        module.settings.cache_clear()
        yield EmulatedAws(aws.endpoint).s3()


def poll() -> dict[str, int]:
    """Run the function."""
    return module.handler({}, None)  # type: ignore[arg-type]


class TestHandler:
    def test_polls_through_good_times_and_bad(self, server: FeedServer, s3: "S3Client") -> None:
        """What it dropped and what it knows are in the bucket, not in its memory."""
        names = {"station_information": "/i", "station_status": "/s"}
        feeds = [{"name": name, "url": server.url(path)} for name, path in names.items()]
        information = {"station_id": "1", "name": "A", "lat": 40.7, "lon": -74.0}
        for path, data in (
            ("/gbfs.json", {"feeds": feeds}),
            ("/i", {"stations": [information]}),
            ("/s", {"stations": [{"station_id": "1", "num_bikes_available": 3}]}),
        ):
            body = {"last_updated": 1772366400, "ttl": 0, "data": data}
            server.answers[path] = with_body(json.dumps(body).encode(), ETag=f'"{path}"')

        assert poll() == {"listed": 1, "dropped": 2}
        assert poll() == {"listed": 1, "unchanged": 2}
        server.answers["/i"] = with_status(304)
        server.answers["/s"] = with_status(500)
        assert poll() == {"listed": 1, "unchanged": 1, "failed": 1}

        assert server.asked[-2][1]["If-None-Match"] == '"/i"'
        keys = {found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
        assert keys == {
            NOTEBOOK_KEY,
            "stations/station_information/20260301T120000Z.json",
            "stations/station_status/20260301T120000Z.json",
        }
        assert Notebook(client=s3, bucket=BUCKET).read()[server.url("/s")].failures == 1

    def test_notes_it_cannot_read_are_none(self, s3: "S3Client") -> None:
        """Notes of another version must not stop the polling for good."""
        s3.put_object(Bucket=BUCKET, Key=NOTEBOOK_KEY, Body=b'{"https://a": {"colour": "red"}}')

        assert Notebook(client=s3, bucket=BUCKET).read() == {}
