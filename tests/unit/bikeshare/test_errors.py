import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

import chalicelib
import pytest
from chalicelib import problems

import bikeshare
import glue_jobs
import lambdas
import local_stack.errors
from bikeshare import errors
from bikeshare.errors import BikeshareError

Errors = list[type[BikeshareError]]
Parents = dict[str, str]


@pytest.fixture(scope="module")
def raised() -> Errors:
    """Return every error of the packages that are deployed, once all of them are imported."""
    for package in (bikeshare, chalicelib, glue_jobs, lambdas):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in module.name:
                importlib.import_module(module.name)
    return [each for each in below(BikeshareError) if not each.__module__.startswith("tests.")]


def below(root: type[BikeshareError]) -> Iterator[type[BikeshareError]]:
    """Yield the classes below a class."""
    for each in root.__subclasses__():
        yield each
        yield from below(each)


def parents(found: Errors) -> Parents:
    """Map each class to the one above it."""
    return {each.__name__: each.__bases__[0].__name__ for each in found}


def drawn(doc: str | None) -> Parents:
    """Read a tree of errors: four characters of indentation are a level."""
    found: Parents = {}
    path: list[str] = []
    for line in inspect.cleandoc(doc or "").splitlines():
        if match := re.match(r"((?:[│ ] {3}|[├└]── )*)(\w+Error)\b", line):
            path[len(match[1]) // 4 :] = [match[2]]
            if len(path) > 1:
                found[path[-1]] = path[-2]
    return found


class TestTheTree:
    def test_shows_every_error_that_packages_share(self, raised: Errors) -> None:
        """Who writes a handler reads there what can come."""
        shared = [each for each in raised if each.__module__.startswith("bikeshare.")]

        assert drawn(errors.__doc__) == parents(shared)

    def test_the_apis_shows_every_problem(self, raised: Errors) -> None:
        """What the API can answer is found in one place, wherever it is raised."""
        answered = [each for each in raised if issubclass(each, problems.ProblemError)]

        assert drawn(problems.__doc__) | {"ProblemError": "InvalidRequestError"} == parents(
            answered
        )

    def test_says_where_all_others_are(self, raised: Errors) -> None:
        """An error that no page names is one that nobody handles."""
        pages = f"{errors.__doc__} {problems.__doc__} {local_stack.errors.__doc__}"

        assert {each.__name__ for each in raised} <= set(re.findall(r"\w+Error\b", pages))
