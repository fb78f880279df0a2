import csv
import io

from bikeshare.errors import MalformedRowError
from bikeshare.reasons import Reason
from bikeshare.rejected_rows import KEPT_IN_MEMORY_BYTES, RejectedRows

TOO_EARLY = MalformedRowError(Reason.END_BEFORE_START, "ended 2021, started 2022")


class TestRejectedRows:
    def test_keeps_rows_as_they_were(self) -> None:
        """A person fixes the row and drops it again; quotes and line breaks matter."""
        with RejectedRows() as rejected:
            rejected.add(7, '1,"Grove\nSt",x', TOO_EARLY)
            content = rejected.content().read()

        assert content == (
            b"line,reason,detail,row\n"
            b'7,end_before_start,"ended 2021, started 2022","1,""Grove\nSt"",x"\n'
        )

    def test_names_the_member_in_a_zip(self) -> None:
        """A line number alone does not say which file of a zip it is in."""
        with RejectedRows(with_member=True) as rejected:
            rejected.add(7, "1,2", TOO_EARLY, "JC-1.csv")
            rows = list(csv.DictReader(io.StringIO(rejected.content().read().decode())))

        assert [(row["line"], row["member"]) for row in rows] == [("7", "JC-1.csv")]

    def test_counts_by_reason(self) -> None:
        """The drop's summary says what is wrong before anyone opens the file."""
        with RejectedRows() as rejected:
            rejected.add(1, "", TOO_EARLY)
            rejected.add(2, "", TOO_EARLY)
            rejected.add(3, "", MalformedRowError(Reason.WRONG_COLUMNS, "12 columns"))

            assert rejected.by_reason == {"end_before_start": 2, "wrong_columns": 1}

    def test_many_rows_wait_on_disk(self) -> None:
        """A file of nothing but bad rows must not fill a small function's memory."""
        with RejectedRows() as rejected:
            for line in range(3000):
                rejected.add(line, "x" * 1000, TOO_EARLY)
            content = rejected.content()

            assert len(content.read()) > 2 * KEPT_IN_MEMORY_BYTES
            assert getattr(content, "_rolled", False)
