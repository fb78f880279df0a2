import re
from pathlib import Path

import pytest

from bikeshare.formats.catalogue import KNOWN_FORMATS
from bikeshare.formats.recognise import recognise
from bikeshare.formats.trip_format import Role, TripFormat

DOCUMENTED = Path(__file__).parents[4] / "docs" / "formats.md"


class TestKnownFormats:
    def test_names_are_unique(self) -> None:
        """A person who reads a refusal looks up one format by its name."""
        assert len({known.name for known in KNOWN_FORMATS}) == len(KNOWN_FORMATS)

    @pytest.mark.parametrize("known", KNOWN_FORMATS, ids=lambda known: known.name)
    def test_says_when_a_trip_began_and_ended(self, known: TripFormat) -> None:
        """Without these two columns no row could become a trip."""
        says = set(recognise(known.header).index_of)
        assert Role.STARTED_AT in says
        assert {Role.ENDED_AT, Role.DURATION} & says

    def test_docs_list_every_format_with_its_header(self) -> None:
        """Uploaders are referred to docs/formats.md."""
        sections = re.findall(
            r"^## `(?P<name>[^`]+)`: (?P<title>.+)\n\n```csv\n(?P<header>.+)\n```$",
            DOCUMENTED.read_text(),
            re.MULTILINE,
        )

        assert sections == [(known.name, known.title, known.header) for known in KNOWN_FORMATS]
