import pytest

from bikeshare.errors import MalformedRowError
from bikeshare.texts import (
    MAX_ID_BYTES,
    MAX_NAME_LENGTH,
    clean_id,
    clean_name,
    clean_text,
    encodable,
)


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
            ("NA", ""),
            ("nan", ""),
            ("None", ""),
            ("Null Island", "Null Island"),
            ("Nancy St", "Nancy St"),
        ],
    )
    def test_ids_and_names(self, written: str, clean: str) -> None:
        """Records are split at line feeds, and the database refuses a NUL."""
        assert clean_text(written) == clean


class TestCleanId:
    @pytest.mark.parametrize("character", ["x", "\u00e9", "\u4e2d", "\U0001f6b2"])
    def test_what_no_index_can_hold_is_refused(self, character: str) -> None:
        """A key of 3,000 bytes would make the whole batch fail in the database."""
        longest = character * (MAX_ID_BYTES // len(character.encode()))
        assert clean_id(longest) == longest
        with pytest.raises(MalformedRowError, match="line_too_long"):
            clean_id(longest + character)


class TestCleanName:
    def test_a_name_that_nobody_reads_to_its_end_is_cut(self) -> None:
        """T7 has no bad names: the trip counts."""
        assert (
            clean_name("x " * MAX_NAME_LENGTH) == ("x " * MAX_NAME_LENGTH)[:MAX_NAME_LENGTH].strip()
        )


class TestEncodable:
    def test_half_a_character_is_replaced(self) -> None:
        """JSON can express a lone surrogate, but no record could be written with it."""
        assert encodable("a\ud800b") == "a\ufffdb"
