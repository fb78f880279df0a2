import pytest

from bikeshare.errors import SettingsError
from lambdas.migrate_database.settings import MigrationSettings

ENVIRONMENT = {
    "DATABASE_HOST": "proxy.example",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "bikeshare",
    "DATABASE_USER": "bikeshare",
    "DATABASE_CA_FILE": "/etc/ca.pem",
    "READER_SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:reader",
    "STAGE": "city",
}


class TestFromEnv:
    @pytest.mark.parametrize("name", ENVIRONMENT)
    def test_what_is_missing_is_named(self, name: str) -> None:
        """A deployment that lacks a setting must say which, not fail at the first query."""
        with pytest.raises(SettingsError, match=name):
            MigrationSettings.from_env({**ENVIRONMENT, name: ""})


class TestUrl:
    def test_a_token_is_escaped_and_tls_is_verified(self) -> None:
        """A signed token is full of characters that would end a URL's password."""
        url = MigrationSettings.from_env(ENVIRONMENT).url("host/?Action=connect&X=%3D")

        assert url == (
            "postgresql://bikeshare:host%2F%3FAction%3Dconnect%26X%3D%253D@proxy.example:5432/"
            "bikeshare?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"
        )
