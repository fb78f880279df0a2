"""A connection to Postgres, authenticated by its URL alone or by a short-lived RDS IAM token."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import make_dsn

CONNECT_TIMEOUT_S = 10
# A host that vanishes silently is noticed within 30 seconds, not the system's two hours.
KEEPALIVES = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """How the driver and every executor reach the database; holds no secret."""

    url: str
    iam_region: str | None = None
    ca_file: str | None = None

    def connect(self) -> Connection:
        """Open a connection; an IAM token lives 15 minutes, so each connection signs its own."""
        parameters = {"connect_timeout": str(CONNECT_TIMEOUT_S), **KEEPALIVES}
        if self.ca_file:
            parameters |= {"sslmode": "verify-full", "sslrootcert": self.ca_file}
        if self.iam_region:
            parameters["password"] = self._iam_token()
        parameters["application_name"] = "availability"
        return psycopg2.connect(make_dsn(self.url, **parameters))

    def _iam_token(self) -> str:
        import boto3

        address = urlsplit(self.url)
        token: str = boto3.client("rds", region_name=self.iam_region).generate_db_auth_token(
            DBHostname=address.hostname, Port=address.port or 5432, DBUsername=address.username
        )
        return token
