import pytest

from bikeshare.errors import MalformedRowError
from bikeshare.texts import MAX_TEXT_LENGTH, clean_text


class TestCleanText:
    @pytest.mark.parametrize(
        ("written", "clean"),
        [
            (" JC005 ", "JC005"),
            ("8358.10", "8358.10"),
            ("15th & Euclid St  NW", "15th & Euclid St  NW"),
            ("Grove\r\nSt\tPATH", "Grove St PATH"),
            ("a\x00b", "a b"),
            ("NULL", ""),
            ("\\N", ""),
            ("", ""),
            ("Null Island", "Null Island"),
        ],
    )
    def test_ids_and_names(self, written: str, clean: str) -> None:
        """Records are split at line feeds, and the database refuses a NUL."""
        assert clean_text(written) == clean

    def test_what_no_index_can_hold_is_refused(self) -> None:
        """A key of 3,000 characters would stop the whole batch in the database."""
        assert clean_text("x" * MAX_TEXT_LENGTH)
        with pytest.raises(MalformedRowError, match="line_too_long"):
            clean_text("x" * (MAX_TEXT_LENGTH + 1))
