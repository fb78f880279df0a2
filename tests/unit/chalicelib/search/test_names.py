import pytest
from chalicelib.search.names import NameIndex, words_of

from tests.support.served_stations import station_row

NAMES = (
    "W 52 St & 11 Ave",
    "W 53 St & 11 Ave",
    "W 52 St & 5 Ave",
    "E 52 St & 11 Ave",
    "Grove St PATH",
    "Broadway & E 14 St",
    "Roosevelt Island Tramway",
    "Frederick Douglass Blvd & W 117 St",
    "Peña Station",
)
INDEX = NameIndex(station_row(str(n), name=name) for n, name in enumerate(NAMES))


class TestNameIndex:
    """Names found as people type them."""

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("w 52 & 11", "W 52 St & 11 Ave"),
            ("West 52nd Street and 11th Avenue", "W 52 St & 11 Ave"),
            ("eleventh ave at w 52", "W 52 St & 11 Ave"),
            ("grove st path", "Grove St PATH"),
            ("grov path", "Grove St PATH"),
            ("braodway e 14", "Broadway & E 14 St"),
            ("roosvelt iland tramway", "Roosevelt Island Tramway"),
            ("fredrick douglas blvd 117", "Frederick Douglass Blvd & W 117 St"),
            ("PENA STATION", "Peña Station"),
        ],
    )
    def test_finds_what_was_meant(self, typed: str, meant: str) -> None:
        """Short forms, any order, typos, no accents."""
        best = INDEX.search(typed)[0]

        assert best.station.name == meant
        assert best.score > 0.75

    def test_never_takes_one_number_for_another(self) -> None:
        """The next street is another street, not a typo."""
        fitting = [match.station.name for match in INDEX.search("w 54 st") if match.score > 0.7]

        assert fitting == []

    def test_only_the_last_letter_may_begin_a_word(self) -> None:
        """It is still being typed; the same letter before it is a word of its own."""
        index = NameIndex([station_row("1", name="Main & Mercer")])

        assert index.search("m m") == index.search("q m")

    @pytest.mark.parametrize("typed", ["", "&&&", "🚲", "\u202edrowkcab", "' OR 1=1 --"])
    def test_finds_nothing_in_noise(self, typed: str) -> None:
        """No input is an error."""
        assert [match for match in INDEX.search(typed) if match.score > 0.7] == []


class TestWordsOf:
    """A name in plain words."""

    def test_joins_nothing_and_shortens_much(self) -> None:
        """Feeds and people abbreviate differently; here they meet."""
        assert words_of("First Avenue at East 110th St.") == ["1", "ave", "e", "110", "st"]
