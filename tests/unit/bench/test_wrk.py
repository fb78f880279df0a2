"""wrk's report: a server that fails fast must not look fast."""

import pytest

from tests.bench.wrk import read_report

REPORT = """Running 3s test @ http://127.0.0.1:8000/api/v1/stations
  1 threads and 4 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.10ms    1.20ms  12.00ms   90.00%
  Latency Distribution
     50%  850.00us
     75%    2.90ms
     90%    4.10ms
     99%    1.20s
  4000 requests in 3.00s, 12.00MB read
Requests/sec:   1333.25
Transfer/sec:      4.00MB
"""


class TestReadReport:
    def test_reads_the_shares_in_one_unit(self) -> None:
        """Wrk changes its unit from line to line."""
        assert read_report(REPORT) == {"requests_per_s": 1333.25, "p50_ms": 0.85, "p99_ms": 1200.0}

    @pytest.mark.parametrize(
        "report",
        [
            REPORT + "  Non-2xx or 3xx responses: 12\n",
            REPORT + "  Socket errors: connect 0, read 3, write 0, timeout 1\n",
            REPORT.replace("1333.25", "0.00"),
            "unable to connect",
        ],
    )
    def test_what_was_not_answered_is_no_measurement(self, report: str) -> None:
        """An error page is quick to send."""
        with pytest.raises(RuntimeError, match="wrk"):
            read_report(report)
