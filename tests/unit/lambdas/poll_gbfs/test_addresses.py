import pytest

from bikeshare.errors import UnavailableFeedError
from lambdas.poll_gbfs.addresses import Address, Reach

HOSTS = frozenset({"gbfs.example.com", "10.0.0.1", "169.254.169.254"})


def reach(ip: str = "93.184.215.14") -> Reach:
    """A reach in which every name resolves to one machine."""
    return Reach(hosts=HOSTS, look_up=lambda _host, _port: ip)


class TestReach:
    def test_gives_the_machine_that_was_looked_up(self) -> None:
        """The connection goes to that very address, so that DNS rebinding has no effect."""
        assert reach().address("https://gbfs.example.com/gbfs/gbfs.json?v=2") == Address(
            scheme="https",
            host="gbfs.example.com",
            port=443,
            target="/gbfs/gbfs.json?v=2",
            ip="93.184.215.14",
        )

    @pytest.mark.parametrize(
        ("port", "authority"), [("", "gbfs.example.com"), (":8443", "gbfs.example.com:8443")]
    )
    def test_names_a_port_that_is_not_the_usual_one(self, port: str, authority: str) -> None:
        """Servers of several hosts go by the Host header."""
        assert reach().address(f"https://gbfs.example.com{port}/").authority == authority

    @pytest.mark.parametrize(
        "ip",
        [
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "192.168.1.1",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.1",
        ],
    )
    def test_never_goes_into_a_private_network(self, ip: str) -> None:
        """A name in public DNS may point anywhere, even to the function's own credentials."""
        with pytest.raises(UnavailableFeedError, match="private address"):
            reach(ip).address("https://gbfs.example.com/")

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("http://gbfs.example.com/", "not an https address"),
            ("file:///etc/passwd", "not an https address"),
            ("https://other.example.com/", "none of the hosts"),
            ("https://gbfs.example.com@other.example.com/", "none of the hosts"),
        ],
    )
    def test_goes_to_the_named_hosts_only(self, url: str, why: str) -> None:
        """What a feed says is followed no further than its operator allowed."""
        with pytest.raises(UnavailableFeedError, match=why):
            reach().address(url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://[bad/",
            "https://gbfs.example.com:99999999/",
            "https://gbfs.example.com:abc/",
            "https://gbfs.example.com\u2100/",
        ],
    )
    def test_says_what_is_no_address(self, url: str) -> None:
        """Feeds list what people typed."""
        with pytest.raises(UnavailableFeedError, match="is no address"):
            reach().address(url)

    @pytest.mark.parametrize("host", ["no-such-host.invalid", "gbfs..invalid"])
    def test_says_when_a_name_has_no_address(self, host: str) -> None:
        """A mistyped host is a reason a person can act on."""
        with pytest.raises(UnavailableFeedError, match="has no address"):
            Reach(hosts=frozenset({host})).address(f"https://{host}")
