from datetime import timedelta
from typing import Any

import pytest

from bikeshare.errors import InvalidRequestError
from lambdas.forget_trips.handler import age_of


class TestAgeOf:
    def test_it_is_in_days(self) -> None:
        """As the schedule and the runbook state it."""
        assert age_of({"older_than_days": 730}) == timedelta(days=730)

    @pytest.mark.parametrize(
        "event", [{}, *({"older_than_days": days} for days in (0, -1, "730", 1.5, True, None))]
    )
    def test_what_cannot_be_meant_forgets_nothing(self, event: dict[str, Any]) -> None:
        """A test event from the console must not empty the ledger."""
        with pytest.raises(InvalidRequestError, match="older_than_days"):
            age_of(event)
