from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from chalicelib.nearby import Need, Reached, Walk
from chalicelib.plain_answer import age_note, nearby_answer, suggestion_link, usual_need
from chalicelib.prospect import in_words, outlook
from chalicelib.search.finder import Place

from tests.support.served_stations import CLOCK, station_row

PLACE = Place(lat=40.73, lon=-73.98, name="<i>Here</i>", kind="station")
WALK = Walk(lat=40.73, lon=-73.98, radius_m=780, need=Need.ANY, limit=60, block_m=260)


class TestTold:
    """The answer for readers without scripts."""

    def test_shows_names_as_text(self) -> None:
        """A name comes from a file that anybody may have written."""
        hostile = station_row(name='"><img src=x onerror=alert(1)>')

        answer = nearby_answer(PLACE, [Reached(hostile, 100)], [], walk=WALK, need=Need.DOCK)

        assert "<img" not in answer.rows
        assert "&lt;img" in answer.rows
        assert answer.title == "Near &lt;i&gt;Here&lt;/i&gt;"

    def test_counts_what_is_open(self) -> None:
        """The sentence and the list agree."""
        around = [
            Reached(station_row("a"), 100),
            Reached(station_row("b", num_docks_available=0), 200),
        ]

        answer = nearby_answer(PLACE, around, [], walk=WALK, need=Need.DOCK)

        assert answer.note == "1 of 2 stations within 3 blocks have an open dock."
        assert answer.rows.count("<li") == 2

    def test_counts_also_what_is_not_listed(self) -> None:
        """In a dense city the list stops before the page gets too long, and says so."""
        around = [Reached(station_row(f"s{n}"), 100 + n) for n in range(70)]

        answer = nearby_answer(PLACE, around, [], walk=WALK, need=Need.DOCK)

        assert answer.note == (
            "70 of 70 stations within 3 blocks have an open dock. The nearest 60 are listed."
        )
        assert answer.rows.count("<li") == 60

    def test_one_block_is_one(self) -> None:
        """As people say it."""
        near = replace(WALK, radius_m=260)

        answer = nearby_answer(PLACE, [Reached(station_row(), 100)], [], walk=near, need=Need.DOCK)

        assert "within 1 block have" in answer.note

    def test_names_the_nearest_when_none_is_in_reach(self) -> None:
        """An empty answer helps nobody."""
        within = [Reached(station_row("empty", name="Empty", num_bikes_available=0), 200)]

        answer = nearby_answer(
            PLACE, within, [Reached(station_row(), 900)], walk=WALK, need=Need.BIKE
        )

        assert answer.note == "No station within 3 blocks has a bike. The nearest beyond:"
        assert answer.rows.count("<li") == 1
        assert "Empty" not in answer.rows

    def test_draws_each_state_in_its_own_shape(self) -> None:
        """Colour alone is not enough."""
        around = [
            Reached(station_row("open"), 100),
            Reached(station_row("none", num_docks_available=0), 100),
            Reached(station_row("closed", is_returning=False), 100),
            Reached(station_row("unknown", num_docks_available=None), 100),
        ]

        picture = nearby_answer(PLACE, around, [], walk=WALK, need=Need.DOCK).picture

        for state, shape in (
            ("open", "circle"),
            ("none", "circle"),
            ("closed", "path"),
            ("unknown", "path"),
        ):
            assert f'<{shape} class="{state}"' in picture


class TestUsualNeed:
    """What is searched for by default."""

    def test_is_a_dock_unless_docks_are_not_known(self) -> None:
        """Trips alone give bikes but no docks; a map of question marks helps nobody."""
        trips_only = station_row(num_docks_available=None)

        assert usual_need([station_row()] * 3) is Need.DOCK
        assert usual_need([trips_only] * 3) is Need.BIKE
        assert usual_need([]) is Need.DOCK


class TestOutlook:
    """One word for what a rider can expect."""

    def test_closed_comes_before_the_count(self) -> None:
        """Bikes at a closed station do not count."""
        assert outlook(station_row(is_renting=False), Need.BIKE) == ("closed", 8)
        assert outlook(station_row(is_installed=False), Need.DOCK) == ("closed", 12)
        assert outlook(station_row(is_renting=None), Need.BIKE) == ("open", 8)


class TestInWords:
    """What is there, the needed kind first; the page's own script says the same."""

    def test_tells_bikes_and_docks(self) -> None:
        """Whoever comes for one may have to leave the other."""
        row = station_row(num_bikes_available=1, num_docks_available=0)

        assert in_words(row, Need.DOCK) == "no open docks, 1 bike"
        assert in_words(row, Need.EBIKE) == "2 e-bikes, 1 bike, no open docks"

    def test_promises_nothing_of_a_closed_or_unknown_one(self) -> None:
        """A count at a closed station is of no use."""
        assert in_words(station_row(is_renting=False), Need.BIKE) == "closed"
        assert in_words(station_row(num_ebikes_available=None), Need.EBIKE) == "e-bikes not known"


class TestAgeNote:
    """How old the answer is, for readers without scripts."""

    @pytest.mark.parametrize(
        ("age", "said"),
        [
            (timedelta(minutes=4), "As of 1 Jul 2019, 08:00."),
            (timedelta(minutes=6), "Out of date: as of 1 Jul 2019, 08:00."),
        ],
    )
    def test_says_the_moment_on_the_systems_clock(self, age: timedelta, said: str) -> None:
        """And in words when it is too old to go by."""
        assert age_note(CLOCK, zone=ZoneInfo("America/New_York"), now=CLOCK + age) == said


class TestSuggestionLink:
    """What may have been meant, as a link."""

    def test_searches_for_the_name(self) -> None:
        """Relative, since API Gateway adds the stage to the path."""
        link = suggestion_link("A & B", Need.DOCK, 3)

        assert link == '<a href="./?q=A+%26+B&amp;need=dock&amp;blocks=3">A &amp; B</a>'
