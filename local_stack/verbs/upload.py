"""`upload`: put files into the drop zone."""

from pathlib import Path

from bikeshare.drops import Lane
from local_stack.client import emulated_aws, running_endpoints
from local_stack.home import Home
from local_stack.output import Bar, Output
from local_stack.uploads import Sent, Upload, plan, send


def upload(
    home: Home, output: Output, *, files: list[Path], lane: Lane | None, key: str | None
) -> int:
    """Upload files in order and print the drop that each became."""
    uploads = list(plan(files, lane=lane, key=key))
    s3 = emulated_aws(running_endpoints(home)).s3()
    total = sum(one.size_bytes for one in uploads)
    before = 0
    sent: list[dict[str, object]] = []
    with output.progress() as bar:
        for one in uploads:
            drop = send(s3, one, _shown(bar, one, before, total))
            before += one.size_bytes
            told = {"drop_id": drop.drop_id, "key": drop.key, "version_id": drop.version_id}
            sent.append({"file": str(one.file), **told, "size_bytes": drop.size_bytes})
    output.result(sent, "\n".join(f"{one['drop_id']}  {one['key']}" for one in sent))
    return 0


def _shown(bar: Bar, one: Upload, before: int, total: int) -> Sent:
    return lambda count: bar.show(before + count, total=total, text=f"uploading {one.file.name}")
