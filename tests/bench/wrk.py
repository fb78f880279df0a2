"""HTTP load over keep-alive connections by wrk, which takes little of the server's machine."""

import re
import shutil
import subprocess

from tests.bench.part import Sample

UNITS_IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def loaded(url: str, *, seconds: int, connections: int, headers: dict[str, str]) -> Sample:
    """Load one address for some seconds; every response must be a success."""
    wrk = shutil.which("wrk")
    if wrk is None:
        message = "wrk is missing: apt-get install wrk (macOS: brew install wrk)"
        raise RuntimeError(message)
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *named]
    done = subprocess.run([wrk, *options, url], capture_output=True, text=True, check=True)
    return read_report(done.stdout)


def read_report(text: str) -> Sample:
    """Parse wrk's report; one with failed responses is no measurement."""
    failed = re.search(r"(Non-2xx or 3xx responses|Socket errors): (.*)", text)
    if failed:
        message = f"wrk was not answered well: {failed.group()}"
        raise RuntimeError(message)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    shares = dict(re.findall(r"^\s+(50|99)%\s+([\d.]+[a-z]+)", text, re.MULTILINE))
    if rate is None or not float(rate[1]) or shares.keys() != {"50", "99"}:
        message = f"wrk reported no latencies: {text}"
        raise RuntimeError(message)
    return {
        "requests_per_s": float(rate[1]),
        "p50_ms": _milliseconds(shares["50"]),
        "p99_ms": _milliseconds(shares["99"]),
    }


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text).groups()  # type: ignore[union-attr]
    return float(number) * UNITS_IN_MS[unit]
