import hashlib
import importlib
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from cdk_app.bundling import LAMBDA, Package, Source, Workshop, ours, without_bytecode


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A source tree with one module and what Python leaves behind."""
    (tmp_path / "tree/bikes/__pycache__").mkdir(parents=True)
    (tmp_path / "tree/bikes/dock.py").write_text("FREE = 3\n")
    (tmp_path / "tree/bikes/__pycache__/dock.pyc").write_bytes(b"\x00")
    return tmp_path / "tree"


def workshop(root: Path) -> Workshop:
    """A workshop that builds outside the tree, into a cache."""
    return Workshop(root=root, cache=root.parent / "cache")


BIKES = Package(name="bikes", machine=LAMBDA, sources=ours("bikes"))


class TestFolder:
    def test_it_holds_our_code_and_no_litter(self, root: Path) -> None:
        """This machine's bytecode in a package would change its digest from run to run."""
        built = workshop(root).folder(BIKES)
        names = [str(path.relative_to(built.path)) for path in built.path.rglob("*.*")]
        assert names == ["bikes/dock.py"]

    def test_an_unchanged_tree_is_built_once(self, root: Path) -> None:
        """Synthesis is fast because an existing package is not built again."""
        first = workshop(root).folder(BIKES)
        (first.path / "mark").touch()
        assert (workshop(root).folder(BIKES).path / "mark").exists()

    def test_a_changed_file_makes_another_package(self, root: Path) -> None:
        """A deployment that kept yesterday's package would silently run yesterday's code."""
        before = workshop(root).folder(BIKES)
        (root / "bikes/dock.py").write_text("FREE = 4\n")
        after = workshop(root).folder(BIKES)
        assert before.digest != after.digest
        assert (after.path / "bikes/dock.py").read_text() == "FREE = 4\n"

    def test_litter_does_not_change_the_digest(self, root: Path) -> None:
        """Running the tests must not make the next deployment a new version of everything."""
        before = workshop(root).folder(BIKES).digest
        (root / "bikes/__pycache__/other.pyc").write_bytes(b"\x01")
        assert workshop(root).folder(BIKES).digest == before

    def test_what_is_left_out_changes_nothing(self, root: Path) -> None:
        """A function is deployed again only when what it ships has changed."""
        (root / "bikes/truck").mkdir()
        without = replace(BIKES, without=("truck",))
        before = workshop(root).folder(without)
        (root / "bikes/truck/load.py").write_text("BIKES = 20\n")
        assert workshop(root).folder(without).digest == before.digest
        assert not (before.path / "bikes/truck").exists()

    def test_a_source_may_go_elsewhere(self, root: Path) -> None:
        """Chalice wants its own files at the top and shared code in `vendor`."""
        moved = Package(
            name="moved", machine=LAMBDA, sources=(Source(path="bikes", at="vendor/bikes"),)
        )
        assert (workshop(root).folder(moved).path / "vendor/bikes/dock.py").is_file()

    def test_half_a_build_is_never_taken_for_a_whole_one(self, root: Path) -> None:
        """An interrupted install leaves a draft, which the next build throws away."""
        digest = workshop(root).folder(BIKES).digest
        target = root.parent / f"cache/bikes-{digest}"
        target.rename(target.with_suffix(".draft"))
        (target.with_suffix(".draft") / "half").touch()
        assert not (workshop(root).folder(BIKES).path / "half").exists()

    def test_what_nobody_asks_for_is_let_go(self, root: Path) -> None:
        """Each change of a file makes another package, and a disk is finite."""
        before = workshop(root).folder(BIKES).path
        os.utime(before, (0, 0))
        (root / "bikes/dock.py").write_text("FREE = 4\n")
        workshop(root).folder(BIKES)
        assert not before.exists()


class TestArchive:
    def test_its_bytes_depend_on_its_content_alone(self, root: Path) -> None:
        """Two machines that build one commit ship the same zip."""
        first = workshop(root).archive(BIKES)
        digest = hashlib.sha256(first.path.read_bytes()).digest()
        shutil.rmtree(first.path.parent)
        again = workshop(root).archive(BIKES)
        assert hashlib.sha256(again.path.read_bytes()).digest() == digest

    def test_its_files_can_be_read_once_unpacked(self, root: Path) -> None:
        """An entry without permissions unpacks into a file that Spark may not open."""
        archive = ZipFile(workshop(root).archive(BIKES).path)
        assert [entry.external_attr >> 16 & 0o444 for entry in archive.infolist()] == [0o444]


class TestWithoutBytecode:
    def test_a_package_that_is_imported_stays_as_it_was_built(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Chalice imports the application and zips its folder: bytecode would be included."""
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        monkeypatch.syspath_prepend(str(root))
        with without_bytecode(root):
            importlib.import_module("bikes.dock")

        assert [path.name for path in root.rglob("*.*")] == ["dock.py"]
        assert not sys.dont_write_bytecode
