from datetime import UTC, datetime, timedelta, timezone

import pytest

from bikeshare.utc import from_utc_text, from_utc_text_or_none, utc_text


class TestUtcText:
    def test_always_has_six_decimals(self) -> None:
        """Texts of equal length sort like the times they stand for."""
        assert utc_text(datetime(2021, 2, 3, 23, 11, 28, tzinfo=UTC)) == (
            "2021-02-03T23:11:28.000000Z"
        )

    def test_moves_other_offsets_to_utc(self) -> None:
        """Two clocks that mean one moment write one text."""
        oslo = timezone(timedelta(hours=2))

        assert utc_text(datetime(2019, 4, 3, 0, 18, tzinfo=oslo)) == "2019-04-02T22:18:00.000000Z"

    def test_refuses_a_time_without_an_offset(self) -> None:
        """A naive time would silently be taken for this machine's own."""
        with pytest.raises(ValueError, match="without an offset"):
            utc_text(datetime(2021, 2, 3))  # noqa: DTZ001 - what is refused

    def test_is_read_back_as_it_was(self) -> None:
        """Microseconds survive, since they are part of a trip's key."""
        moment = datetime(2019, 1, 1, 8, 9, 9, 711_001, tzinfo=UTC)

        assert from_utc_text(utc_text(moment)) == moment

    def test_an_absent_time_stays_absent(self) -> None:
        """An open trip has no end, and no end is not an error."""
        assert from_utc_text_or_none("") is None
        assert from_utc_text_or_none(None) is None
