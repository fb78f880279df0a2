from zoneinfo import ZoneInfo

import pytest

from bikeshare.time_zones import zone_named


class TestZoneNamed:
    def test_returns_the_zone(self) -> None:
        """Its name is how the rest of the product passes it on."""
        assert zone_named("Europe/Oslo") == ZoneInfo("Europe/Oslo")

    @pytest.mark.parametrize(
        "text",
        ["", "Oslo", "Europe", "Europe/", "../etc", "/etc/passwd", "a\0b", "\ud800", "x" * 999],
    )
    def test_says_what_to_do_about_any_other_text(self, text: str) -> None:
        """Half a name, `Europe`, is a folder of zones, and opening it was a bare OSError."""
        with pytest.raises(
            ValueError, match="must be the name of a time zone, such as America/New"
        ):
            zone_named(text)
