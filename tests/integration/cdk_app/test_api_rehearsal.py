"""
The API, deployed from its synthesised template into an emulator, and used over HTTP.

AWS's own library does CloudFormation's expansion of the template. What is left out, because the
emulator lacks it: the VPC, the database's proxy and its authentication (a local Postgres stands
in), policies, which it stores but does not enforce, the processor (psycopg2 is taken from this
machine), CloudFront and the firewall in front.
"""

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.rehearsal import Emulator, emulated, only, stage_resources
from tests.support.synthesis import Synthesis

__all__ = ["emulated"]

pytestmark = pytest.mark.integration

KINDS = (
    "AWS::ApiGateway::Account",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
)
PARTS = ("APIHandler", "Api", "RestAPI")
NATIVES = ("psycopg2",)
SITE = str(Path(pytest.__file__).parents[1])
# Names that refer to parts of the account that are not here.
ELSEWHERE = ("DATABASE_", "GEOCODER", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body."""
        return json.loads(self.body)


class Api:
    """The deployed API, requested as CloudFront would: below its stage, with any Accept header."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str, **headers: str) -> Answer:
        """GET a path below the stage."""
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.address}{path}", headers={"Accept": "*/*", **headers}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())


@pytest.fixture(scope="module")
def api(emulated: Emulator, dev: Synthesis, migrated: str) -> Api:
    """The API as the stage's own template defines it, reading a database without stations."""
    picked = only(stage_resources(dev), KINDS, *PARTS)
    function = picked["APIHandler"]["Properties"] = dict(picked["APIHandler"]["Properties"])
    asset = dev.folder / f"asset.{function['CodeUri']['Key']}"
    code = emulated.publish(asset, without=NATIVES)
    function["CodeUri"] = {"Bucket": code["S3Bucket"], "Key": code["S3Key"]}
    del function["VpcConfig"]
    told = function["Environment"]["Variables"]
    kept = {name: value for name, value in told.items() if not name.startswith(ELSEWHERE)}
    lent = {"DATABASE_URL": migrated, "PYTHONPATH": SITE}
    function["Environment"] = {"Variables": kept | lent}
    gateway = picked["RestAPI"]["Properties"] = dict(picked["RestAPI"]["Properties"])
    # The emulator reads these types only from the property, AWS from the definition as well.
    binary = gateway["DefinitionBody"]["x-amazon-apigateway-binary-media-types"]
    gateway["BinaryMediaTypes"] = binary
    template = {"Transform": dev.template("api")["Transform"], "Resources": picked}
    deployed = emulated.deploy("api", template)
    return Api(f"{emulated.endpoint}/_aws/execute-api/{deployed['RestAPI']}/api")


class TestApi:
    def test_the_map_is_served_below_the_stage(self, api: Api) -> None:
        """Its links are relative, so the stage's prefix breaks none."""
        page = api.get("/")
        assert page.status == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert b"<title>" in page.body
        assert b'href="/' not in page.body
        assert b'src="/' not in page.body

    def test_it_reads_the_database_through_the_gateway(self, api: Api) -> None:
        """Route, function, driver and query in one."""
        stations = api.get("/api/v1/stations")
        assert (stations.status, stations.json()["stations"]) == (200, [])
        assert "max-age=" in stations.headers["Cache-Control"]
        status = api.get("/api/v1/status").json()
        assert status["system"]["system_id"] == "citibike_nyc"

    def test_gzip_survives_the_gateway(self, api: Api) -> None:
        """API Gateway carries bytes as base64 and garbles types that it was not told to expect."""
        page = api.get("/", **{"Accept-Encoding": "gzip"})
        assert page.headers["Content-Encoding"] == "gzip"
        assert b"<title>" in gzip.decompress(page.body)

    def test_what_did_not_change_is_not_sent_again(self, api: Api) -> None:
        """CloudFront revalidates each response that it holds."""
        stations = api.get("/api/v1/stations")
        again = api.get("/api/v1/stations", **{"If-None-Match": stations.headers["ETag"]})
        assert (again.status, again.body) == (304, b"")

    def test_errors_are_problems(self, api: Api) -> None:
        """Integrators see one format of errors, whoever answers, even for an unknown path."""
        for path, status in (("/api/v1/stations/none", 404), ("/nowhere", 404)):
            answer = api.get(path)
            assert (answer.status, answer.json()["status"]) == (status, status)
            assert answer.headers["Content-Type"] == "application/problem+json"
