from pathlib import Path

from local_stack.services.postgres import HOME_FILE, forget_gone_homes, reachable_by_others


class TestReachableByOthers:
    """Whether the account that runs Postgres can reach a folder."""

    def test_needs_every_folder_on_the_way(self, tmp_path: Path) -> None:
        """One closed folder above is enough to keep it out."""
        inner = tmp_path / "outer" / "inner"
        inner.mkdir(parents=True)
        inner.parent.chmod(0o700)

        assert not reachable_by_others(inner)

    def test_holds_for_the_root_of_everything(self) -> None:
        """A folder that does not exist yet is judged by those above it."""
        assert reachable_by_others(Path("/no/such/folder"))


class TestForgetGoneHomes:
    """Clusters outside of their homes outlive them unless removed."""

    def test_removes_the_cluster_of_a_home_that_is_gone(self, tmp_path: Path) -> None:
        """And leaves that of a home that is there."""
        home = tmp_path / "home"
        home.mkdir()
        for name, of in (("bikeshare-1", home), ("bikeshare-2", tmp_path / "gone")):
            (tmp_path / name).mkdir()
            (tmp_path / name / HOME_FILE).write_text(f"{of}\n")

        forget_gone_homes(tmp_path)

        assert (tmp_path / "bikeshare-1").exists()
        assert not (tmp_path / "bikeshare-2").exists()
