"""The contract, for programs and for people."""

from chalice.app import Blueprint, Response

from chalicelib.answers import HTML_TYPE, READS, answer
from chalicelib.assets import assets
from chalicelib.contract.document import SHOW_CONTRACT, contract_body
from chalicelib.contract.reference import CACHE, POLICY, reference_page
from chalicelib.parameters import Query

contract = Blueprint(__name__)


@contract.route(SHOW_CONTRACT.path, methods=READS)
def show_contract() -> Response:
    """GET /openapi.json: OpenAPI 3.1."""
    Query.of(contract.current_request, SHOW_CONTRACT)
    return answer(contract_body(), cache=CACHE)


@contract.route("/docs", methods=READS)
def show_reference() -> Response:
    """GET /docs: the contract as one page without scripts."""
    return answer(
        reference_page(assets().build),
        content_type=HTML_TYPE,
        cache=CACHE,
        Content_Security_Policy=POLICY,
    )
