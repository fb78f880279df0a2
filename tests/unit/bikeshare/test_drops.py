import hashlib
from datetime import UTC, datetime

import pytest

from bikeshare.drops import Drop, Lane, lane_of, real_version, rejected_key
from bikeshare.errors import UnknownLaneError


def dropped(*, version_id: str | None = "v1", etag: str = "e1", key: str = "live/a.csv") -> Drop:
    """A drop of which a test states only what it is about."""
    return Drop(
        key=key,
        version_id=version_id,
        etag=etag,
        size_bytes=1,
        received_at=datetime(2021, 2, 28, tzinfo=UTC),
    )


class TestDropId:
    def test_is_the_documented_digest(self) -> None:
        """Other programs compute the id of a drop from its key and version."""
        expected = hashlib.sha256(b"live/a.csv\nv1").hexdigest()[:20]

        assert dropped().drop_id == expected

    def test_a_new_upload_is_another_drop(self) -> None:
        """A file fixed under the same name has its own numbers."""
        assert dropped(version_id="v2").drop_id != dropped(version_id="v1").drop_id

    @pytest.mark.parametrize("version_id", [None, "", "null"])
    def test_falls_back_on_the_etag(self, version_id: str | None) -> None:
        """An unversioned bucket reports null, so the content identifies a drop."""
        expected = hashlib.sha256(b"live/a.csv\ne1").hexdigest()[:20]

        assert dropped(version_id=version_id, etag='"e1"').drop_id == expected


class TestLaneOf:
    @pytest.mark.parametrize(
        ("key", "lane"),
        [
            ("live/2021/02/JC.csv", Lane.LIVE),
            ("backfill/JC.csv", Lane.BACKFILL),
            ("stations/status.json", Lane.STATIONS),
        ],
    )
    def test_the_first_part_of_the_key_decides(self, key: str, lane: Lane) -> None:
        """The prefix alone routes a drop, whatever the rest of its key says."""
        assert lane_of(key) is lane

    @pytest.mark.parametrize("key", ["rejected/a.csv", "livelier/a.csv", "live", "a.csv"])
    def test_anything_else_is_no_drop(self, key: str) -> None:
        """What the publisher itself writes must never be taken for a drop."""
        with pytest.raises(UnknownLaneError, match="keys start with one of"):
            lane_of(key)


class TestRejectedKey:
    def test_names_drop_and_attempt(self) -> None:
        """Two attempts at one drop do not overwrite each other's rejected rows."""
        assert rejected_key("d1", "a1") == "rejected/d1/a1.csv"


class TestRealVersion:
    def test_keeps_a_version(self) -> None:
        """A versioned bucket's id pins the content."""
        assert real_version("v1") == "v1"
