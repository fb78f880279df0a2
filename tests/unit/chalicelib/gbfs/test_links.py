from typing import Any

import pytest
from chalice.app import Request
from chalicelib.gbfs.links import UnknownAddressError, public_address

FEED = "/gbfs/gbfs.json"


def asked(host: str | None = "bikes.example", *, edge: str = "", **context: Any) -> Request:
    """A request for the list of feeds."""
    sent = {"host": host, "x-forwarded-host": edge}
    return Request(
        {
            "multiValueQueryStringParameters": None,
            "headers": {name: value for name, value in sent.items() if value is not None},
            "pathParameters": {},
            "requestContext": {"httpMethod": "GET", "resourcePath": FEED, "path": FEED} | context,
            "body": None,
            "stageVariables": {},
        }
    )


class TestPublicAddress:
    """A link that leads elsewhere is worse than none."""

    @pytest.mark.parametrize(
        ("context", "address"),
        [
            ({"path": f"/api{FEED}"}, "https://x.execute-api.example/api"),
            ({"path": FEED}, "https://x.execute-api.example"),
            ({"path": f"/city/v1{FEED}"}, "https://x.execute-api.example/city/v1"),
        ],
    )
    def test_keeps_what_api_gateway_puts_before_a_route(
        self, context: dict[str, str], address: str
    ) -> None:
        """A stage, or a domain's base path; the caller's Host is ignored."""
        request = asked("evil.example", domainName="x.execute-api.example", **context)

        assert public_address(request, configured=None) == address

    def test_is_the_edges_where_our_edge_was_asked(self) -> None:
        """CloudFront's own name is unknown before it is created, so it comes with each request."""
        request = asked("x", edge="d1.cloudfront.net", domainName="x.example", path=f"/api{FEED}")

        assert public_address(request, configured=None) == "https://d1.cloudfront.net"

    @pytest.mark.parametrize(
        ("edge", "context"),
        [
            ("evil.example", {"domainName": "x.example"}),
            ("evil.example/.cloudfront.net", {"domainName": "x.example"}),
            ("d1.cloudfront.net.evil.example", {"domainName": "x.example"}),
            ("d1.cloudfront.net", {}),
        ],
    )
    def test_believes_no_other_header(self, edge: str, context: dict[str, str]) -> None:
        """Nor that one where there is no edge of ours."""
        address = public_address(asked("x.example", edge=edge, **context), configured=None)

        assert address.endswith("://x.example")

    @pytest.mark.parametrize("host", ["127.0.0.1:8000", "[::1]:8000", "Bikes.Example"])
    def test_is_the_host_that_was_asked(self, host: str) -> None:
        """On one machine there is no gateway."""
        assert public_address(asked(host), configured=None) == f"http://{host}"

    @pytest.mark.parametrize("host", [None, "", "a/b", "a b", "user@a", "a:80:80", "-a", "a\n"])
    def test_refuses_what_is_no_host(self, host: str | None) -> None:
        """Nothing from the caller can end one address and begin another."""
        with pytest.raises(UnknownAddressError):
            public_address(asked(host), configured=None)

    def test_is_the_configured_one_whatever_was_asked(self) -> None:
        """The operator knows best."""
        assert public_address(asked("a b"), configured="https://b.example") == "https://b.example"
