"""The settings that the deploy gives to the migrating function."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from lambdas.environment import required, whole_number


@dataclass(frozen=True, kw_only=True)
class MigrationSettings:
    """Where the database is, who signs in, and which secret holds the reader's password."""

    host: str
    port: int
    name: str
    user: str
    ca_file: str
    reader_secret_arn: str
    stage: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "MigrationSettings":
        """Read the variables; raise SettingsError naming the one that is missing or wrong."""
        return cls(
            host=required(env, "DATABASE_HOST"),
            port=whole_number(env, "DATABASE_PORT"),
            name=required(env, "DATABASE_NAME"),
            user=required(env, "DATABASE_USER"),
            ca_file=required(env, "DATABASE_CA_FILE"),
            reader_secret_arn=required(env, "READER_SECRET_ARN"),
            stage=required(env, "STAGE"),
        )

    def url(self, token: str) -> str:
        """Return the database's URL, to sign in with a short-lived token over verified TLS."""
        signed_in = f"{quote(self.user)}:{quote(token, safe='')}"
        tls = urlencode({"sslmode": "verify-full", "sslrootcert": self.ca_file})
        return f"postgresql://{signed_in}@{self.host}:{self.port}/{self.name}?{tls}"
