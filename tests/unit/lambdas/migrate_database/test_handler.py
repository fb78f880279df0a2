"""Who may have the database emptied: a caller that names its stage."""

import pytest

from bikeshare.errors import InvalidRequestError
from lambdas.migrate_database.handler import is_to_be_emptied


class TestIsToBeEmptied:
    def test_a_deploy_empties_nothing(self) -> None:
        """Its call does not mention emptying."""
        assert not is_to_be_emptied({}, stage="city")

    def test_the_stage_must_be_named(self) -> None:
        """A command copied from another shell must not empty the wrong database."""
        assert is_to_be_emptied({"empty": "city"}, stage="city")
        for asked in ("dev", "", True):
            with pytest.raises(InvalidRequestError, match="database of 'city'"):
                is_to_be_emptied({"empty": asked}, stage="city")
