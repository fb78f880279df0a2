import json
from dataclasses import replace
from typing import Any
from zipfile import ZipFile

import pytest
from chalicelib.answers import NEVER_STORED
from chalicelib.gbfs.links import EDGE_HEADER
from chalicelib.problems import PROBLEM_TYPE
from chalicelib.settings import PasswordlessDatabase, Settings

from cdk_app.config import DEV
from cdk_app.stacks.api import _public_url

# Read by OpenSSL, not by our code.
LIBRARIES = {"SSL_CERT_FILE"}


class TestPublicUrl:
    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ({}, {}),
            ({"domain_name": "bikes.example"}, {"PUBLIC_URL": "https://bikes.example"}),
            ({"public_url": "https://x.example"}, {"PUBLIC_URL": "https://x.example"}),
        ],
    )
    def test_it_is_the_stages_own_address(
        self, told: dict[str, str], expected: dict[str, str]
    ) -> None:
        """CloudFront's name is not known: it depends on the function that would need it."""
        assert _public_url(replace(DEV, **told)) == expected


class TestFunction:
    def test_the_environment_is_what_the_settings_ask_for(self, dev: Any) -> None:
        """The API reads its settings on the first request: too late to find one missing."""
        given = dev.only("api", "AWS::Serverless::Function")["Environment"]["Variables"]
        texts = {
            name: value if isinstance(value, str) else "https://filled-in"
            for name, value in given.items()
        }
        settings = Settings.from_env(texts)
        assert settings.database == PasswordlessDatabase(
            host="https://filled-in", port=5432, name="bikeshare", user="bikeshare_api"
        )
        assert settings.map_bounds is not None
        assert settings.map_bounds.contains(*settings.map_center or (0, 0))

    def test_no_bytecode_is_shipped(self, dev: Any) -> None:
        """It would differ between packaging machines, and make every deployment a new version."""
        code = dev.only("api", "AWS::Serverless::Function")["CodeUri"]["Key"]
        with ZipFile(dev.folder / f"asset.{code}") as archive:
            names = archive.namelist()
        assert "app.py" in names
        assert not [name for name in names if name.endswith(".pyc")]

    def test_it_may_sign_in_as_the_reader_and_nothing_else(self, dev: Any) -> None:
        """Whatever a request does to it, it can change no row."""
        [sign_in] = [
            each for each in dev.statements("api", "ApiRole") if each["Action"] == "rds-db:connect"
        ]
        assert sign_in["Resource"]["Fn::Join"][1][-1] == "/bikeshare_api"
        assert dev.actions("api", "ApiRole") == {
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
            "geo-places:SearchText",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "rds-db:connect",
        }

    def test_addresses_are_asked_of_amazon_through_the_closed_network(self, dev: Any) -> None:
        """The SDK's default endpoint is on the internet, which cannot be reached from there."""
        variables = dev.only("api", "AWS::Serverless::Function")["Environment"]["Variables"]
        assert variables["GEOCODER"] == "amazon"
        assert "NetworkVpcPlaces" in json.dumps(variables["GEOCODER_URL"])
        filled = {"DATABASE_URL": "postgresql://x", "GEOCODER_URL": "https://vpce-1.example"}
        [asked] = Settings.from_env({**filled, "GEOCODER": variables["GEOCODER"]}).geocoders
        assert (asked.provider, asked.url) == ("amazon", "https://vpce-1.example")

    def test_it_waits_for_its_rights(self, dev: Any) -> None:
        """Lambda refuses to create a function in a VPC for a role that may not join it yet."""
        [function] = dev.resources("api", "AWS::Serverless::Function").values()
        policies = dev.resources("api", "AWS::IAM::Policy")
        own = {name for name in policies if name.startswith("ApiRole")}
        assert own
        assert own <= set(function["DependsOn"])

    def test_it_runs_on_the_python_of_its_wheels(self, dev: Any) -> None:
        """Chalice would choose the Python that packaged it."""
        function = dev.only("api", "AWS::Serverless::Function")
        assert function["Runtime"] == "python3.12"
        assert function["Architectures"] == ["arm64"]

    def test_it_trusts_the_roots_in_its_own_package(self, dev: Any) -> None:
        """The wheel's OpenSSL looks where it was compiled, a path that Lambda lacks."""
        function = dev.only("api", "AWS::Serverless::Function")
        variables = function["Environment"]["Variables"]
        assert variables["SSL_CERT_FILE"] == "/var/task/certifi/cacert.pem"


class TestGateway:
    def test_it_lets_in_no_more_than_the_stage_can_bear(self, dev: Any) -> None:
        """A flood stops at the gateway, not in the database."""
        [settings] = dev.only("api", "AWS::Serverless::Api")["MethodSettings"]
        assert settings["ThrottlingRateLimit"] == 50

    def test_any_answer_may_be_bytes(self, dev: Any) -> None:
        """Answers are gzipped; API Gateway garbles bytes that it was not told to expect."""
        definition = dev.only("api", "AWS::Serverless::Api")["DefinitionBody"]
        assert definition["x-amazon-apigateway-binary-media-types"] == ["*/*"]

    @pytest.mark.parametrize("kind", ["DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"])
    def test_what_it_says_itself_is_a_problem_too(self, dev: Any, kind: str) -> None:
        """Clients that are throttled, or find us down, get the same format as from the API."""
        said = dev.only("api", "AWS::Serverless::Api")["GatewayResponses"][kind]
        headers = said["ResponseParameters"]["Headers"]
        problem = json.loads(said["ResponseTemplates"]["application/json"])

        assert headers["Content-Type"] == f"'{PROBLEM_TYPE}'"
        assert headers["Cache-Control"] == f"'{NEVER_STORED}'"
        assert {"type", "title", "detail"} <= set(problem)
        assert problem["type"].startswith("urn:bikeshare:problem:")
        assert problem.get("status") == said.get("StatusCode")


class TestEdge:
    def test_it_speaks_https_alone_and_compresses(self, dev: Any) -> None:
        """Where somebody looks for a bike is nobody else's business."""
        behaviour = dev.only("api", "AWS::CloudFront::Distribution")["DistributionConfig"][
            "DefaultCacheBehavior"
        ]
        assert behaviour["ViewerProtocolPolicy"] == "redirect-to-https"
        assert behaviour["Compress"] is True

    def test_it_keeps_answers_for_as_long_as_they_say(self, dev: Any) -> None:
        """A cache with its own rules would show bikes that are gone."""
        policy = dev.only("api", "AWS::CloudFront::CachePolicy")["CachePolicyConfig"]
        assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
        told_apart = policy["ParametersInCacheKeyAndForwardedToOrigin"]
        assert told_apart["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
        assert told_apart["EnableAcceptEncodingGzip"] is True

    def test_it_hides_the_gateways_stage(self, dev: Any) -> None:
        """Links are relative, so the page works with and without the prefix."""
        [origin] = dev.only("api", "AWS::CloudFront::Distribution")["DistributionConfig"]["Origins"]
        assert origin["OriginPath"] == "/api"

    def test_it_asks_the_gateway_for_bytes(self, dev: Any) -> None:
        """CloudFront removes Accept; without it, gzipped answers arrive as base64 text."""
        [origin] = dev.only("api", "AWS::CloudFront::Distribution")["DistributionConfig"]["Origins"]
        assert origin["OriginCustomHeaders"] == [{"HeaderName": "Accept", "HeaderValue": "*/*"}]

    def test_it_tells_the_api_by_which_name_it_was_asked(self, dev: Any) -> None:
        """GBFS links are absolute URLs; the client's own header is overwritten."""
        function = dev.only("api", "AWS::CloudFront::Function")["FunctionCode"]
        passed = dev.only("api", "AWS::CloudFront::OriginRequestPolicy")
        headers = passed["OriginRequestPolicyConfig"]["HeadersConfig"]
        behaviour = dev.only("api", "AWS::CloudFront::Distribution")["DistributionConfig"][
            "DefaultCacheBehavior"
        ]
        assert f'headers["{EDGE_HEADER}"] = ' in function
        assert [name.lower() for name in headers["Headers"]] == [EDGE_HEADER]
        assert behaviour["FunctionAssociations"][0]["EventType"] == "viewer-request"

    def test_it_stands_behind_the_firewall(self, dev: Any) -> None:
        """Managed rules and the rate limit see every request first."""
        config = dev.only("api", "AWS::CloudFront::Distribution")["DistributionConfig"]
        assert "Firewall" in json.dumps(config["WebACLId"])

    def test_nobody_keeps_what_riders_search_for(self, dev: Any) -> None:
        """CloudFront's log and the firewall's samples would hold queries beside IP addresses."""
        config = dev.only("api", "AWS::CloudFront::Distribution")["DistributionConfig"]
        firewall = dev.only("firewall", "AWS::WAFv2::WebACL")
        assert "Logging" not in config
        assert firewall["VisibilityConfig"]["SampledRequestsEnabled"] is False

    def test_browsers_are_told_what_to_refuse(self, dev: Any) -> None:
        """Plain HTTP, guessed content types and framing by others."""
        policy = dev.only("api", "AWS::CloudFront::ResponseHeadersPolicy")
        headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        assert set(headers) >= {"ContentTypeOptions", "FrameOptions", "StrictTransportSecurity"}
