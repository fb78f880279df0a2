"""Whatever happened to a file on its way, its drop is accounted for and no error escapes."""

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.publication import Publication, file_of, ride, zipped

CONTENT = file_of(*map(ride, range(30)))
ZIP = zipped(("2021/trips.csv", CONTENT), ("__MACOSX/._trips.csv", b"\x00"), ("b.csv", CONTENT))
DAMAGES = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=10)),
    min_size=1,
    max_size=4,
)


class TestDamage:
    @settings(max_examples=150)
    @given(whole=st.sampled_from([CONTENT, gzip.compress(CONTENT), ZIP]), damages=DAMAGES)
    def test_every_file_ends_with_a_summary(
        self, whole: bytes, damages: list[tuple[int, int, bytes]]
    ) -> None:
        """An unforeseen error would be retried five times and then forgotten."""
        for place, removed, put_in in damages:
            at = place % (len(whole) + 1)
            whole = whole[:at] + put_in + whole[at + removed :]
        publication = Publication(whole)

        summary = publication.run()

        assert publication.sender.summaries() == [summary]
        assert summary.rows_read == summary.rows_published + summary.rows_rejected
        assert len(publication.sender.trips()) == summary.rows_published

    @pytest.mark.parametrize("kept", [ZIP[:4] + ZIP[60:], ZIP[:4] + ZIP[4].to_bytes() + ZIP[-90:]])
    def test_a_zip_that_lost_its_beginning_is_refused(self, kept: bytes) -> None:
        """Its directory has offsets before the file's start, for which Python raises ValueError."""
        summary = Publication(kept).run()

        assert summary.outcome == "refused"
        assert "damaged on its way" in str(summary.reason)
