"""What the deploy tells the migrating function."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from bikeshare.errors import SettingsError

NEEDED: Final = (
    "DATABASE_HOST",
    "DATABASE_PORT",
    "DATABASE_NAME",
    "DATABASE_USER",
    "DATABASE_CA_FILE",
    "READER_SECRET_ARN",
    "STAGE",
)


@dataclass(frozen=True, kw_only=True)
class MigrationSettings:
    """Where and whose the database is, and which secret holds the reader's password."""

    host: str
    port: int
    name: str
    user: str
    ca_file: str
    reader_secret_arn: str
    stage: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "MigrationSettings":
        """Read the function's environment; the error names what is missing."""
        missing = [name for name in NEEDED if not env.get(name)]
        if missing:
            message = f"the migrating function needs {', '.join(missing)} in its environment"
            raise SettingsError(message)
        return cls(
            host=env["DATABASE_HOST"],
            port=int(env["DATABASE_PORT"]),
            name=env["DATABASE_NAME"],
            user=env["DATABASE_USER"],
            ca_file=env["DATABASE_CA_FILE"],
            reader_secret_arn=env["READER_SECRET_ARN"],
            stage=env["STAGE"],
        )

    def url(self, token: str) -> str:
        """Give the database's URL, signed in with a short-lived token over verified TLS."""
        signed_in = f"{quote(self.user)}:{quote(token, safe='')}"
        tls = urlencode({"sslmode": "verify-full", "sslrootcert": self.ca_file})
        return f"postgresql://{signed_in}@{self.host}:{self.port}/{self.name}?{tls}"
