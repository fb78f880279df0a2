"""Prepare: one core is one core."""

import os
import subprocess
import sys
import time

from tests.bench.parts.prepare import Children, processors

COUNT = "import os; print(len(os.sched_getaffinity(0)))"
WORK = "import time\nwhile time.process_time() < 1: pass"


class TestProcessors:
    def test_a_program_has_only_those(self) -> None:
        """Threads of its own, which no setting counts, would use the others."""
        before = os.sched_getaffinity(0)
        with processors(1):
            counted = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, check=True)

        assert counted.stdout.strip() == b"1"
        assert os.sched_getaffinity(0) == before


class TestChildren:
    def test_it_reports_time_and_memory_of_a_child_that_ended(self) -> None:
        """The job is several processes, and all have ended when it is done."""
        with Children() as children:
            subprocess.run([sys.executable, "-c", WORK], check=True)

        assert 0.5 < children.cpu_s < 1.5
        assert children.peak_mib > 1

    def test_it_leaves_out_a_child_that_was_there_before(self) -> None:
        """A database or broker that runs beside the job is not part of it."""
        busy = f"{WORK}\nprint(flush=True)\ninput()"
        command = [sys.executable, "-c", busy]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout
            other.stdout.readline()
            with Children() as children:
                time.sleep(0.5)
            other.communicate(b"\n")

        assert (children.cpu_s, children.peak_mib) == (0, 0)
