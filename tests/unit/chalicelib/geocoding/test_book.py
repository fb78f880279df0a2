import logging
from datetime import timedelta

import pytest
from chalicelib.database import DatabaseUnavailableError
from chalicelib.geocoding.addresses import Address, GeocoderError
from chalicelib.geocoding.book import AddressBook
from chalicelib.settings import Bounds

AREA = Bounds(west=-75, south=40, east=-73, north=41)


class Services:
    """One service that fails, one that answers, and a memory that cannot be written."""

    name = "one"

    def find(self, text: str, *, area: Bounds, bounded: bool) -> list[Address]:
        """Know every address but those of the first service."""
        del area, bounded
        if self.name == "one":
            message = "no answer"
            raise GeocoderError(message)
        return [Address(40.7, -74.0, text)]

    def recall(self, _asked: str) -> None:
        """Know nothing."""

    def take_turn(self, _provider: str) -> float:
        """Let everybody through."""
        return 0.0

    def leave_alone(self, _provider: str, *, seconds: int) -> None:
        """Accept it."""

    def keep(self, _found: object, *, kept_for: timedelta) -> None:
        """Fail."""
        del kept_for
        message = "away"
        raise DatabaseUnavailableError(message)


class TestLog:
    def test_says_one_phrase_per_event_and_the_rest_apart(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Phrases can be searched and counted; nobody's search is in them."""
        other = Services()
        other.name = "two"
        book = AddressBook([Services(), other], Services(), sleep=lambda _: None)  # type: ignore[arg-type]

        with caplog.at_level(logging.WARNING):
            assert book.find("221b baker street", area=AREA)

        first, second = caplog.records
        assert (first.msg, first.__dict__["geocoder"]) == ("geocoder failed", "one")
        assert first.__dict__["reason"] == "no answer"
        assert (second.msg, second.__dict__["reason"]) == (
            "what a geocoder found is not kept",
            "away",
        )
        assert "baker" not in caplog.text
