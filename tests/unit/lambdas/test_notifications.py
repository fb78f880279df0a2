import json
from datetime import UTC, datetime

import pytest

from bikeshare.drops import Drop
from lambdas.notifications import Landed, landed_objects, notification


def message(*, key: str = "live/JC.csv", event: str = "ObjectCreated:Put", **said: object) -> str:
    """A message as S3 writes it, of which a test states only what it is about."""
    described = {"key": key, "size": 1056678, "eTag": "d41d8cd98f00b204", **said}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": "2021-03-01T12:00:00.123Z",
        "eventName": event,
        "s3": {"bucket": {"name": "bikeshare-drops"}, "object": described},
    }
    return json.dumps({"Records": [record]})


class TestLandedObjects:
    def test_reads_what_landed(self) -> None:
        """Key and version together are the drop's identity."""
        assert list(landed_objects(message(versionId="096fKKXTRTtl3on89fVO"))) == [
            Landed(
                bucket="bikeshare-drops",
                drop=Drop(
                    key="live/JC.csv",
                    version_id="096fKKXTRTtl3on89fVO",
                    etag="d41d8cd98f00b204",
                    size_bytes=1056678,
                    received_at=datetime(2021, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC),
                ),
            )
        ]

    @pytest.mark.parametrize(
        ("written", "key"),
        [
            ("live/JC+2021+%281%29.csv", "live/JC 2021 (1).csv"),
            ("live/a%2Bb.csv", "live/a+b.csv"),
            ("live/M%C3%A9tro.csv", "live/Métro.csv"),
            ("live/100%25.csv", "live/100%.csv"),
        ],
    )
    def test_keys_are_url_encoded(self, written: str, key: str) -> None:
        """A browser's second download has a space and brackets in its name."""
        (landed,) = landed_objects(message(key=written))

        assert landed.drop.key == key

    def test_an_unversioned_bucket_has_no_version(self) -> None:
        """S3 omits it, or says null."""
        assert next(landed_objects(message())).drop.version_id is None
        assert next(landed_objects(message(versionId="null"))).drop.version_id is None

    @pytest.mark.parametrize(
        "body",
        [
            '{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "bikeshare-drops"}',
            '{"Records": []}',
            message(event="ObjectRemoved:Delete"),
        ],
    )
    def test_what_is_no_arrival_is_passed_over(self, body: str) -> None:
        """S3 sends a test event whenever notifications are set up."""
        assert list(landed_objects(body)) == []

    @pytest.mark.parametrize(
        "event", ["ObjectCreated:CompleteMultipartUpload", "s3:ObjectCreated:Copy"]
    )
    def test_every_way_of_arriving_counts(self, event: str) -> None:
        """Large files come in parts, and archives are copied in."""
        assert len(list(landed_objects(message(event=event)))) == 1


class TestNotification:
    """What is sent in S3's place."""

    def test_is_read_as_the_same_drop(self) -> None:
        """With another id it would be another drop, and its rows would look lost."""
        drop = Drop(
            key="live/a b+c é.csv",
            version_id="408c715e",
            etag='"8a8bb7cd"',
            size_bytes=12,
            received_at=datetime(2019, 6, 12, 9, 30, tzinfo=UTC),
        )

        (landed,) = landed_objects(notification(Landed(bucket="bikeshare-drops", drop=drop)))

        assert landed.bucket == "bikeshare-drops"
        assert landed.drop.key == drop.key
        assert landed.drop.drop_id == drop.drop_id
        assert landed.drop.received_at == drop.received_at
