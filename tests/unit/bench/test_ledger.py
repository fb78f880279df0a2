"""Ledgers: a run that applied less than all rows is no measurement."""

from typing import Any
from unittest.mock import Mock

import pytest

from tests.bench.ledger import Run
from tests.bench.parts.growth import SLICE, SLICES, check_forgotten

ALL_SLICES = (1 + SLICES) * SLICE
TRIPS = 1_000_000


def run(*answers: Any) -> Run:
    """A run of 400 rows whose database answers so."""
    return Run(dsn="", rows=400, ledger=Mock(asked=Mock(side_effect=answers)))


class TestCheck:
    def test_all_rows_were_counted_and_applied(self) -> None:
        """Then the state is compared with that of other runs."""
        whole = run(400, 400)

        whole.check()

        whole.ledger.compare.assert_called_once_with("")  # type: ignore[attr-defined]

    @pytest.mark.parametrize("counted", [(0, 0), (399, 399), (400, 0), (800, 400)])
    def test_any_other_count_is_no_measurement(self, counted: tuple[int, int]) -> None:
        """All runs may end in the same wrong state."""
        with pytest.raises(RuntimeError, match=r"of 400 rows \d+ were seen, \d+ applied"):
            run(*counted).check()


class TestCheckForgotten:
    def test_all_slices_were_forgotten(self) -> None:
        """Nobody needs to look for more."""
        check_forgotten(run(TRIPS - ALL_SLICES, ALL_SLICES), TRIPS)

    def test_a_short_ledger_has_fewer(self) -> None:
        """Then none is left that could be forgotten."""
        check_forgotten(run(TRIPS - 5, 5, 0), TRIPS)

    @pytest.mark.parametrize("forgotten", [0, 5, ALL_SLICES - 1])
    def test_fewer_are_no_measurement(self, forgotten: int) -> None:
        """To forget nothing takes no time."""
        with pytest.raises(RuntimeError, match=f"only {forgotten:,} trips were forgotten"):
            check_forgotten(run(TRIPS - forgotten, forgotten, 9), TRIPS)

    @pytest.mark.parametrize("remembered", [None, ALL_SLICES - 1])
    def test_what_is_forgotten_is_remembered_by_minute(self, remembered: int | None) -> None:
        """To delete is only half of the job."""
        with pytest.raises(RuntimeError, match="are remembered by minute"):
            check_forgotten(run(TRIPS - ALL_SLICES, remembered), TRIPS)
