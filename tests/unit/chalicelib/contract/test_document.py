from typing import Any

import jsonschema_rs
import pytest
from chalicelib.contract.document import OPERATIONS, SCHEMAS, TAGS, contract
from chalicelib.contract.schemas import EXAMPLE_STATION, STATION
from chalicelib.queries import DropRow
from chalicelib.stations import station_object
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from tests.support.contract import problems_with
from tests.support.served_stations import station_row

# For people, or the files of a page; the map's own address is docs/api.md's.
NOT_OF_THE_CONTRACT = ("/", "/docs", "/static/{build}/{name}")


class TestContract:
    """One document, and the API held to it."""

    def test_is_openapi(self) -> None:
        """Any tool can read it."""
        validate(contract(), cls=OpenAPIV31SpecValidator)

    def test_has_every_route_and_no_other(self) -> None:
        """Nothing undocumented ships, and nothing documented is missing."""
        from app import app

        routes = {
            path
            for path in app.routes
            if path not in NOT_OF_THE_CONTRACT and not path.startswith("/{part_1}")
        }

        assert routes == contract()["paths"].keys()

    def test_names_each_operation_once(self) -> None:
        """Generated clients make a function of each name."""
        names = [one.name for one in OPERATIONS]

        assert len(names) == len(set(names))

    def test_gives_every_path_its_parameters(self) -> None:
        """An undescribed path parameter cannot be filled in."""
        for one in OPERATIONS:
            in_path = [part.name for part in one.parameters if part.is_in_path]
            assert in_path == [part[1:-1] for part in one.path.split("/") if part[:1] == "{"]

    def test_shows_examples_that_its_schemas_allow(self) -> None:
        """What is copied works."""
        for where, schema in walked(contract()["components"]["schemas"]):
            for example in schema.get("examples", ()):
                assert jsonschema_rs.validator_for(schema).is_valid(example), where

    @pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
    def test_shows_an_answer_that_its_schema_allows(self, one: Any) -> None:
        """Built from the examples of its parts, in a section that is described."""
        written = contract()["paths"][one.path]["get"]
        (content,) = written["responses"]["200"]["content"].values()

        assert one.tag in TAGS
        assert problems_with(one.schema, content["example"]) == []


def walked(schema: Any, where: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Return every schema in a tree."""
    if isinstance(schema, list):
        return [found for n, one in enumerate(schema) for found in walked(one, f"{where}/{n}")]
    if not isinstance(schema, dict):
        return []
    inner = [found for name, one in schema.items() for found in walked(one, f"{where}/{name}")]
    return [(where, schema), *inner]


class TestFields:
    """The fields of the design, to the letter."""

    def test_of_a_station(self) -> None:
        """In the contract as on the wire."""
        assert list(STATION) == list(station_object(station_row()))
        assert EXAMPLE_STATION.keys() == STATION.keys()

    def test_of_a_drop(self) -> None:
        """In addition, the time for which it holds."""
        drop = contract()["components"]["schemas"]["Drop"]["properties"]

        assert set(drop) == {"as_of", *DropRow._fields}


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_every_answer_is_described(one: Any) -> None:
    """A status that is not in the contract is a surprise."""
    responses = one.openapi(SCHEMAS)["responses"]

    assert {"200", "304", "400", "500"} <= responses.keys()
