"""What lies in the drop zone, listed a page at a time however much there is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bikeshare.drops import Drop, Lane

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def pages_of_drops(client: "S3Client", bucket: str) -> Iterator[list[Drop]]:
    """List every version of every object in the lanes: each upload is a drop of its own."""
    pages = client.get_paginator("list_object_versions")
    for lane in Lane:
        for page in pages.paginate(Bucket=bucket, Prefix=lane.prefix):
            yield [
                Drop(
                    key=version["Key"],
                    version_id=version["VersionId"],
                    etag=version["ETag"],
                    size_bytes=version["Size"],
                    received_at=version["LastModified"],
                )
                for version in page.get("Versions", ())
            ]
