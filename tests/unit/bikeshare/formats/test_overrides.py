from zoneinfo import ZoneInfo

import pytest

from bikeshare.clocks import DateOrder
from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.overrides import chosen_formats


class TestChosenFormats:
    def test_nothing_said_changes_nothing(self) -> None:
        """Most systems write files as the formats describe."""
        assert chosen_formats("", "", KNOWN_FORMATS) == list(KNOWN_FORMATS)

    def test_a_system_may_have_some_formats_only(self) -> None:
        """A header that fits two formats is then taken for the one that is meant."""
        found = chosen_formats("tfl-2022, tfl-2012", "", KNOWN_FORMATS)

        assert [known.name for known in found] == ["tfl-2022", "tfl-2012"]

    def test_an_override_changes_one_format(self) -> None:
        """And it takes precedence over what applies to all."""
        overrides = (
            '{"tfl-2012": {"encoding": "UTF8", "time_zone": "UTC"},'
            ' "*": {"date_order": "day first", "encoding": "latin-1"}}'
        )
        tfl, divvy = chosen_formats("tfl-2012,divvy-2013", overrides, KNOWN_FORMATS)

        assert (tfl.encoding, tfl.time_zone) == ("utf-8", ZoneInfo("UTC"))
        assert (divvy.encoding, divvy.time_zone) == ("iso8859-1", None)
        assert tfl.date_order is divvy.date_order is DateOrder.DAY_FIRST

    @pytest.mark.parametrize(
        ("names", "overrides", "said"),
        [
            ("divvy", "", "'divvy' is no trip-file format; the formats are citibike-2013"),
            ("", '{"divvy": {}}', "'divvy' is no trip-file format"),
            ("", "[]", "an object of objects"),
            ("", '{"*": 1}', "an object of objects"),
            ("", '{"*": {"clock": "x"}}', "'clock' cannot be overridden, only encoding"),
            ("", '{"*": {"encoding": "x"}}', "encoding is 'x'; it must be a name like"),
            ("", '{"*": {"encoding": 1}}', "encoding is 1"),
            ("", '{"*": {"encoding": "utf-16"}}', "encoding is 'utf-16'"),
            ("", '{"*": {"encoding": "rot13"}}', "encoding is 'rot13'"),
            ("", '{"*": {"date_order": "dmy"}}', "'month first' or 'day first'"),
            ("", '{"*": {"time_zone": "Oslo"}}', "time_zone is 'Oslo'; it must be a name like Eur"),
            ("", '{"*": {"time_zone": "../x"}}', "time_zone is '../x'"),
            ("", '{"*": {"time_zone": ""}}', "time_zone is ''"),
            ("", '{"*": {"time_zone": "Europe"}}', "time_zone is 'Europe'"),
        ],
    )
    def test_what_cannot_be_meant_is_named(self, names: str, overrides: str, said: str) -> None:
        """A typo must not make a month of files be read wrongly."""
        with pytest.raises(ValueError, match=said):
            chosen_formats(names, overrides, KNOWN_FORMATS)
