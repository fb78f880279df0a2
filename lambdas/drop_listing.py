"""What is in the drop zone, listed a page at a time however much there is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bikeshare.drops import Drop, Lane

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LANES: Final = tuple(Lane)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a listing continues: after a version of a key in a lane."""

    lane: Lane = LANES[0]
    key: str = ""
    version_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of the drops, and where the next ones are; None after the last."""

    drops: list[Drop]
    rest: Place | None


def pages_of_drops(client: "S3Client", bucket: str, start: Place | None = None) -> Iterator[Page]:
    """List every version of every object in the lanes: each upload is a drop of its own."""
    place: Place | None = start or Place()
    while place:
        page = _page(client, bucket, place)
        yield page
        place = page.rest


def _page(client: "S3Client", bucket: str, place: Place) -> Page:
    behind: dict[str, Any] = {}
    if place.key:
        behind = {"KeyMarker": place.key, "VersionIdMarker": place.version_id}
    listed = client.list_object_versions(Bucket=bucket, Prefix=place.lane.prefix, **behind)
    rest = None
    if listed.get("IsTruncated"):
        key, version_id = listed["NextKeyMarker"], listed["NextVersionIdMarker"]
        rest = Place(lane=place.lane, key=key, version_id=version_id)
    elif place.lane != LANES[-1]:
        rest = Place(lane=LANES[LANES.index(place.lane) + 1])
    drops = [
        Drop(
            key=version["Key"],
            version_id=version["VersionId"],
            etag=version["ETag"],
            size_bytes=version["Size"],
            received_at=version["LastModified"],
        )
        for version in listed.get("Versions", ())
    ]
    return Page(drops=drops, rest=rest)
