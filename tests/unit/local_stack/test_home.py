import json
from pathlib import Path

import pytest

from local_stack.errors import NotRunningError
from local_stack.home import Endpoints, Home, write_json

ENDPOINTS = Endpoints(
    api_url="http://127.0.0.1:20001",
    s3_endpoint="http://127.0.0.1:20002",
    bucket="bikeshare-drops",
    kafka_bootstrap="127.0.0.1:20003",
    postgres_dsn="postgresql://bikeshare@127.0.0.1:20004/bikeshare",
)


class TestEndpoints:
    """The file by which other programs find the stack."""

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
    """Files that are read while they are written."""

    def test_leaves_nothing_half_written(self, tmp_path: Path) -> None:
        """The file is replaced at once, and its partial is gone."""
        file = tmp_path / "new" / "state.json"

        write_json(file, {"state": "running"})

        assert json.loads(file.read_text()) == {"state": "running"}
        assert list(file.parent.iterdir()) == [file]
