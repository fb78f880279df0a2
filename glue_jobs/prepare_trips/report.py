"""The account of a run: every row that was read is written, a duplicate, or refused."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bikeshare.errors import BikeshareError
from glue_jobs.prepare_trips.drops import WrittenDrop
from glue_jobs.prepare_trips.plan import FilePlan


class UnbalancedError(BikeshareError):
    """An account that does not add up, which only a bug in this job can cause."""


@dataclass(frozen=True, kw_only=True)
class PartAccount:
    """What became of the rows of one part of a file."""

    accepted: int
    refused: Mapping[str, int]
    mended: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class FileAccount:
    """What became of a file; `reason` says why all or some of it was not read."""

    file: str
    formats: tuple[str, ...]
    rows_read: int
    rows_refused: int
    refused: Mapping[str, int]
    mended: Mapping[str, int]
    is_refused: bool
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """
    What a run did.

    `beaten_rows` are included in `rows_written`; `open_rows` come on top of them.
    """

    run: str
    folder: str
    slice_s: int
    rows_read: int
    rows_written: int
    rows_duplicate: int
    rows_refused: int
    beaten_rows: int
    open_rows: int
    drops: int
    drops_unchanged: int
    size_bytes: int
    first_drop: str | None
    last_drop: str | None
    refused: Mapping[str, int]
    mended: Mapping[str, int]
    rejected: str | None
    files: Sequence[FileAccount] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        """Return the report as what JSON can hold."""
        return asdict(self)

    def as_document(self) -> bytes:
        """Return what is kept of it, as JSON: the same for every run over the same files."""
        lasting = {k: v for k, v in self.as_json().items() if k != "drops_unchanged"}
        return json.dumps(lasting, indent=2).encode()


def account_of(plan: FilePlan, parts: Mapping[int, PartAccount]) -> FileAccount:
    """Add up what became of a file's parts."""
    refused, mended, accepted = Counter[str](), Counter[str](), 0
    for part in (parts[part.number] for part in plan.parts):
        refused.update(part.refused)
        mended.update(part.mended)
        accepted += part.accepted
    return FileAccount(
        file=plan.file.name,
        formats=plan.formats,
        rows_read=accepted + refused.total(),
        rows_refused=refused.total(),
        refused=dict(sorted(refused.items())),
        mended=dict(sorted(mended.items())),
        is_refused=plan.refused is not None,
        reason=plan.refused or plan.note,
    )


def report_of(
    *,
    run: str,
    folder: str,
    slice_s: int,
    files: Sequence[FileAccount],
    drops: Sequence[WrittenDrop],
) -> Report:
    """Sum up a run."""
    names = sorted(drop.name for drop in drops)
    refused = sum((Counter(file.refused) for file in files), Counter[str]())
    mended = sum((Counter(file.mended) for file in files), Counter[str]())
    open_rows = sum(drop.open_rows for drop in drops)
    return Report(
        run=run,
        folder=folder,
        slice_s=slice_s,
        rows_read=sum(file.rows_read for file in files),
        rows_written=sum(drop.rows for drop in drops) - open_rows,
        rows_duplicate=sum(drop.duplicates for drop in drops),
        rows_refused=refused.total(),
        beaten_rows=sum(drop.beaten_rows for drop in drops),
        open_rows=open_rows,
        drops=len(names),
        drops_unchanged=sum(not drop.is_new for drop in drops),
        size_bytes=sum(drop.size_bytes for drop in drops),
        first_drop=names[0] if names else None,
        last_drop=names[-1] if names else None,
        refused=dict(sorted(refused.items())),
        mended=dict(sorted(mended.items())),
        rejected=None,
        files=files,
    )


def check(report: Report, *, refused_written: int) -> None:
    """Raise UnbalancedError unless written, duplicate and refused rows add up to those read."""
    told = report.rows_written + report.rows_duplicate + refused_written
    if told != report.rows_read or refused_written != report.rows_refused:
        message = (
            f"{report.rows_read} rows were read, but {report.rows_written} written, "
            f"{report.rows_duplicate} duplicates and {refused_written} refused"
        )
        raise UnbalancedError(message)
