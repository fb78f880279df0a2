"""Upload files to the drop zone, in parts if they are large, and identify each as a drop."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from botocore.exceptions import BotoCoreError, ClientError

from bikeshare.drops import Drop, Lane
from local_stack.deployment import BUCKET
from local_stack.errors import LocalStackError, UsageError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES: Final = 16 * 1024 * 1024
TRIES: Final = 4
PAUSE_S: Final = 2.0

Sent = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file and the key it goes to."""

    file: Path
    key: str

    @property
    def size_bytes(self) -> int:
        """The size of the file."""
        return self.file.stat().st_size


def plan(files: list[Path], *, lane: Lane | None, key: str | None) -> Iterator[Upload]:
    """Choose each file's key: its own name in its lane, unless a key is given."""
    if key is not None and len(files) != 1:
        message = "--key names one object: give one file with it"
        raise UsageError(message)
    for file in files:
        if not file.is_file():
            message = f"{file} is not a file"
            raise UsageError(message)
        name = key if key is not None else file.name
        in_lane = name.startswith(tuple(lane.prefix for lane in Lane))
        if in_lane and lane and not name.startswith(lane.prefix):
            message = f"the key {name!r} is not in the lane {lane.value!r}"
            raise UsageError(message)
        yield Upload(file=file, key=name if in_lane else (lane or lane_of_file(file)).prefix + name)


def lane_of_file(file: Path) -> Lane:
    """Guess a file's lane: JSON is about stations, everything else about trips."""
    return Lane.STATIONS if ".json" in file.name.lower() else Lane.LIVE


def send(s3: "S3Client", upload: Upload, sent: Sent) -> Drop:
    """Upload a file, starting over if the emulator is restarted meanwhile."""
    for left in reversed(range(TRIES)):
        try:
            with upload.file.open("rb") as content:
                return _send_once(s3, upload, content, sent)
        except (BotoCoreError, ClientError) as error:
            if not left:
                message = f"{upload.file} could not be uploaded: {error}"
                raise LocalStackError(message) from error
            time.sleep(PAUSE_S)
    raise AssertionError


def send_bytes(s3: "S3Client", key: str, content: bytes) -> Drop:
    """Upload what is in memory already."""
    answer = s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    return _drop(s3, key, answer.get("VersionId"))


def _send_once(s3: "S3Client", upload: Upload, content: BinaryIO, sent: Sent) -> Drop:
    if upload.size_bytes <= PART_BYTES:
        answer = s3.put_object(Bucket=BUCKET, Key=upload.key, Body=content)
        sent(upload.size_bytes)
        return _drop(s3, upload.key, answer.get("VersionId"))
    upload_id = s3.create_multipart_upload(Bucket=BUCKET, Key=upload.key)["UploadId"]
    parts: list[CompletedPartTypeDef] = []
    total = 0
    while part := content.read(PART_BYTES):
        number = len(parts) + 1
        stored = s3.upload_part(
            Bucket=BUCKET, Key=upload.key, UploadId=upload_id, PartNumber=number, Body=part
        )
        parts.append({"PartNumber": number, "ETag": stored["ETag"]})
        total += len(part)
        sent(total)
    done = s3.complete_multipart_upload(
        Bucket=BUCKET, Key=upload.key, UploadId=upload_id, MultipartUpload={"Parts": parts}
    )
    return _drop(s3, upload.key, done.get("VersionId"))


def _drop(s3: "S3Client", key: str, version_id: str | None) -> Drop:
    # A restarted emulator accepts objects some moments before its bucket is versioned again.
    if version_id is None:
        head = s3.head_object(Bucket=BUCKET, Key=key)
    else:
        head = s3.head_object(Bucket=BUCKET, Key=key, VersionId=version_id)
    return Drop(
        key=key,
        version_id=version_id,
        etag=head["ETag"],
        size_bytes=head["ContentLength"],
        received_at=head["LastModified"],
    )
