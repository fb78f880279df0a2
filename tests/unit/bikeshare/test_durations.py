from datetime import timedelta

import pytest

from bikeshare.durations import end_after
from bikeshare.errors import MalformedRowError

BEFORE_SPRING = "2023-03-12T07:59:00.000000Z"
MINUTE = timedelta(minutes=1)


class TestEndAfter:
    @pytest.mark.parametrize(
        ("written", "ended_at"),
        [
            ("38", "2023-03-12T08:37:00.000000Z"),
            (" 1,440.0 ", "2023-03-13T07:59:00.000000Z"),
            ("0", BEFORE_SPRING),
            ("0.5", "2023-03-12T07:59:30.000000Z"),
            ("", ""),
            ("NULL", ""),
        ],
    )
    def test_adds_what_passed(self, written: str, ended_at: str) -> None:
        """A ride through the night that lacks an hour took as long as its file says."""
        assert end_after(BEFORE_SPRING, written, MINUTE) == ended_at

    @pytest.mark.parametrize("written", ["half an hour", "1e3", "12:30", "9" * 9])
    def test_a_duration_that_is_none_is_no_time(self, written: str) -> None:
        """The row is set aside as one whose end is unreadable."""
        with pytest.raises(ValueError, match=r"is no duration|outside the calendar"):
            end_after("9999-12-31T00:00:00.000000Z", written, MINUTE)

    def test_time_does_not_run_backward(self) -> None:
        """A negative duration means an end before its start."""
        with pytest.raises(MalformedRowError, match="end_before_start"):
            end_after(BEFORE_SPRING, "-1", MINUTE)
