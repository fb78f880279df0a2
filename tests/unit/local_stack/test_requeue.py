import json
from datetime import UTC, datetime

from bikeshare.drops import Drop
from lambdas.notifications import landed_objects
from local_stack.requeue import notification


class TestNotification:
    """What is sent in S3's place."""

    def test_is_read_as_the_same_drop(self) -> None:
        """Another id would make it another drop, and its rows would look lost."""
        drop = Drop(
            key="live/a b+c é.csv",
            version_id="408c715e",
            etag='"8a8bb7cd"',
            size_bytes=12,
            received_at=datetime(2019, 6, 12, 9, 30, tzinfo=UTC),
        )

        (landed,) = landed_objects(json.dumps(notification(drop)))

        assert landed.bucket == "bikeshare-drops"
        assert landed.drop.drop_id == drop.drop_id
        assert landed.drop.key == drop.key
        assert landed.drop.received_at == drop.received_at
