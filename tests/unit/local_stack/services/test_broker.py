"""The broker's driver, without a broker."""

from pathlib import Path

from local_stack.services.broker import cluster_id


class TestClusterId:
    def test_never_reads_as_an_option(self) -> None:
        """One home in 64 had an id that began with a dash, and its broker could not be created."""
        ids = {cluster_id(Path(f"/home/{number}")) for number in range(2000)}

        assert len(ids) == 2000
        assert all(one[0].isalpha() and len(one) == 22 for one in ids)

    def test_is_the_home_s_own(self) -> None:
        """A home that is started again must find its own cluster."""
        assert cluster_id(Path("/home/a")) == cluster_id(Path("/home/a"))
