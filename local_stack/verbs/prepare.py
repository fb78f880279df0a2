"""`prepare`: make clean, sorted drops of raw trip files, as the batch job does on AWS."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bikeshare.drops import Lane
from bikeshare.errors import SettingsError
from glue_jobs.prepare_trips.settings import slice_seconds
from local_stack.client import running_endpoints
from local_stack.emulated_aws import ENVIRONMENT
from local_stack.errors import LocalStackError, UsageError
from local_stack.home import Home
from local_stack.output import Output
from local_stack.preparation import Event, run_job
from local_stack.system import SystemSettings


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How the drops are to be made."""

    lane: Lane
    slice: str
    open_rows: bool


def prepare(home: Home, output: Output, *, files: list[Path], out: Path | None, wish: Wish) -> int:
    """Prepare files into a folder or straight into the bucket; return 1 if none was readable."""
    _check(wish.slice)
    system = SystemSettings.from_env(os.environ)
    arguments: dict[str, object] = {
        "inputs": ",".join(map(_input, files)),
        "lane": wish.lane,
        "slice": wish.slice,
        "open_rows": str(wish.open_rows).lower(),
        "time_zone": system.time_zone.key,
        "trip_formats": system.given.get("TRIP_FORMATS", ""),
        "trip_format_overrides": system.given.get("TRIP_FORMAT_OVERRIDES", ""),
    }
    if out is not None:
        arguments["output"] = out.resolve().as_uri()
        environment: dict[str, str] = {}
    else:
        endpoints = running_endpoints(home)
        arguments["output"] = f"s3://{endpoints.bucket}"
        environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": endpoints.s3_endpoint}
    report: Event = {}
    with output.progress() as bar:
        for event in run_job(home, arguments, environment):
            if event["event"] == "progress":
                bar.show(event["done"], total=event["total"] or None, text=event["step"])
            elif event["event"] == "error":
                raise LocalStackError(event["text"])
            else:
                report = {name: value for name, value in event.items() if name != "event"}
    output.result(report, _text(report))
    return int(all(file["is_refused"] for file in report["files"]))


def _check(slice_length: str) -> None:
    try:
        slice_seconds(slice_length)
    except SettingsError as error:
        message = f"--{error}"
        raise UsageError(message) from error


def _input(path: Path) -> str:
    if not path.exists():
        message = f"{path} is not there"
        raise UsageError(message)
    return path.resolve().as_uri() + ("/" if path.is_dir() else "")


def _text(report: dict[str, Any]) -> str:
    lines = [
        "{rows_read} rows read = {rows_written} written + {rows_duplicate} duplicates"
        " + {rows_refused} refused".format_map(report),
        f"{report['drops']} drops in {report['folder']}",
    ]
    if report["drops_unchanged"]:
        lines.append(f"{report['drops_unchanged']} of them were there already, as they are")
    if report["open_rows"]:
        lines.append(f"{report['open_rows']} rows besides tell of rides that have just begun")
    if report["beaten_rows"]:
        lines.append(
            f"{report['beaten_rows']} of the rows written are older versions that name a station"
            " as no newer one does"
        )
    lines += [f"mended: {kind} ({count})" for kind, count in report["mended"].items()]
    lines += [f"refused: {reason} ({count})" for reason, count in report["refused"].items()]
    if report["rejected"]:
        lines.append(f"the refused rows are in {report['rejected']}")
    lines += [
        f"{file['file']}: {'refused' if file['is_refused'] else 'read in part'}. {file['reason']}"
        for file in report["files"]
        if file["reason"]
    ]
    return "\n".join(lines)
