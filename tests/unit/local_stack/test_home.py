import json
from pathlib import Path

import pytest

from local_stack.errors import NotRunningError, UsageError
from local_stack.home import Endpoints, Home, write_json

ENDPOINTS = Endpoints(
    api_url="http://127.0.0.1:20001",
    s3_endpoint="http://127.0.0.1:20002",
    bucket="bikeshare-drops",
    kafka_bootstrap="127.0.0.1:20003",
    postgres_dsn="postgresql://bikeshare@127.0.0.1:20004/bikeshare",
)


class TestEndpoints:
    """The file through which other programs find the stack."""

    def test_has_the_documented_names(self, tmp_path: Path) -> None:
        """Scripts read these keys; renaming one breaks them."""
        home = Home(tmp_path)

        ENDPOINTS.write(home)

        written = json.loads(home.endpoints_file.read_text())
        assert written == {
            "api_url": "http://127.0.0.1:20001",
            "s3_endpoint": "http://127.0.0.1:20002",
            "bucket": "bikeshare-drops",
            "kafka_bootstrap": "127.0.0.1:20003",
            "postgres_dsn": "postgresql://bikeshare@127.0.0.1:20004/bikeshare",
        }
        assert Endpoints.read(home) == ENDPOINTS

    def test_says_what_to_do_when_there_is_none(self, tmp_path: Path) -> None:
        """The most likely mistake is another --home."""
        with pytest.raises(NotRunningError, match="up --detach"):
            Endpoints.read(Home(tmp_path))


class TestWriteJson:
    """Files that are read while they are being written."""

    def test_leaves_nothing_half_written(self, tmp_path: Path) -> None:
        """The file is replaced atomically, and its partial is gone."""
        file = tmp_path / "new" / "state.json"

        write_json(file, {"state": "running"})

        assert json.loads(file.read_text()) == {"state": "running"}
        assert list(file.parent.iterdir()) == [file]


class TestClaim:
    """Only a folder that a stack created is a home, since `down --purge` deletes what is in it."""

    def test_an_empty_or_a_new_folder_becomes_one(self, tmp_path: Path) -> None:
        """And is one the next time, whatever is in it by then."""
        for path in (tmp_path, tmp_path / "new"):
            Home(path).claim()
            (path / "postgres").mkdir()
            Home(path).claim()

    def test_any_other_is_left_alone(self, tmp_path: Path) -> None:
        """Somebody's own `postgres/data` or `logs` must not be taken for ours."""
        (tmp_path / "logs").mkdir()

        with pytest.raises(UsageError, match="an empty or a new folder"):
            Home(tmp_path).claim()
        assert [file.name for file in tmp_path.iterdir()] == ["logs"]

    def test_a_home_from_before_the_mark_is_one(self, tmp_path: Path) -> None:
        """A stack started by an older version can be continued, and purged."""
        home = Home(tmp_path)
        home.ports_file.write_text("{}")
        home.state_file.write_text("{}")

        home.claim()

        assert home.mark_file.exists()
