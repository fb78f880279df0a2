import json
import socket
from pathlib import Path

from local_stack.ports import HOST, accepts, free_port, is_free, kept_ports


class TestKeptPorts:
    """A home's addresses are written in other programs' settings, so they last."""

    def test_are_the_same_at_every_start(self, tmp_path: Path) -> None:
        """A browser tab left open finds the map again after a restart."""
        file = tmp_path / "ports.json"

        first = kept_ports(file, ["api", "postgres"])

        assert kept_ports(file, ["api", "postgres"]) == first

    def test_gives_way_to_a_stranger(self, tmp_path: Path) -> None:
        """A port that someone else took meanwhile is not waited for."""
        file = tmp_path / "ports.json"
        with socket.create_server((HOST, 0)) as stranger:
            taken = stranger.getsockname()[1]
            file.write_text(json.dumps({"api": taken}))

            assert kept_ports(file, ["api"])["api"] != taken

    def test_gives_no_port_twice(self, tmp_path: Path) -> None:
        """Even if a file edited by hand says so."""
        file = tmp_path / "ports.json"
        port = free_port()
        file.write_text(json.dumps({"api": port, "postgres": port}))

        ports = kept_ports(file, ["api", "postgres"])

        assert ports["api"] == port
        assert ports["postgres"] != port


class TestFreePort:
    """A port that is free now, and that no outgoing connection takes."""

    def test_can_be_listened_on(self) -> None:
        """A server that starts right away gets it."""
        port = free_port()

        assert is_free(port)
        assert not accepts(port)

    def test_is_seen_as_taken_while_in_use(self) -> None:
        """Two stacks side by side never share an address."""
        with socket.create_server((HOST, 0)) as server:
            port = server.getsockname()[1]

            assert not is_free(port)
            assert accepts(port)
