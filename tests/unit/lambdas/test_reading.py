import pytest

from bikeshare.errors import SettingsError
from lambdas.reading import SignedInDatabase, database_of


class TestDatabaseOf:
    def test_is_a_url_on_one_machine(self) -> None:
        """No secret is needed there."""
        assert database_of({"DATABASE_URL": "postgresql://here"}) == "postgresql://here"

    def test_is_signed_in_to_on_aws(self) -> None:
        """The same variables as the API's, so that one deployment states them once."""
        env = {"DATABASE_AUTH": "iam", "DATABASE_HOST": "proxy.internal"}

        assert database_of(env) == SignedInDatabase(
            host="proxy.internal", port=5432, name="bikeshare", user="bikeshare_api"
        )

    @pytest.mark.parametrize(
        ("env", "message"),
        [
            ({}, "DATABASE_URL is not set"),
            ({"DATABASE_AUTH": "iam"}, "DATABASE_HOST is not set"),
            (
                {"DATABASE_AUTH": "iam", "DATABASE_HOST": "h", "DATABASE_PORT": "x"},
                "DATABASE_PORT is 'x'",
            ),
        ],
    )
    def test_says_what_is_wrong(self, env: dict[str, str], message: str) -> None:
        """By the name of the variable."""
        with pytest.raises(SettingsError, match=message):
            database_of(env)
