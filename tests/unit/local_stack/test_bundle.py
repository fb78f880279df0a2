import io
import os
import zipfile
from pathlib import Path

from local_stack.bundle import bundle


def tree(root: Path) -> Path:
    """Write a package as it is in a checkout that has been used."""
    (root / "lambdas" / "__pycache__").mkdir(parents=True)
    (root / "lambdas" / "handler.py").write_text("answer = 42\n")
    (root / "lambdas" / "first.sql").write_text("SELECT 1\n")
    (root / "lambdas" / "__pycache__" / "handler.pyc").write_bytes(b"\0")
    return root


class TestBundle:
    """The zip that functions and Spark run."""

    def test_holds_sources_and_no_leftovers(self, tmp_path: Path) -> None:
        """SQL beside the code is included; compiled files of this machine are not."""
        with zipfile.ZipFile(io.BytesIO(bundle(["lambdas"], root=tree(tmp_path)))) as archive:
            assert archive.namelist() == ["lambdas/first.sql", "lambdas/handler.py"]
            assert archive.read("lambdas/handler.py") == b"answer = 42\n"

    def test_is_the_same_for_the_same_sources(self, tmp_path: Path) -> None:
        """Its hash tells whether a function must be updated, so a date must not change it."""
        root = tree(tmp_path)
        before = bundle(["lambdas"], root=root)

        os.utime(root / "lambdas" / "handler.py", (0, 0))

        assert bundle(["lambdas"], root=root) == before
