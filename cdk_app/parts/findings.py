"""How a finding of the rule checker is answered: with a reason, at the construct it is about."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct, Node

METADATA_TYPE = "bikeshare:finding"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A reason that holds for the findings whose name it matches."""

    pattern: str
    reason: str

    def covers(self, finding: str) -> bool:
        """Tell whether a finding is answered."""
        return re.fullmatch(self.pattern, finding) is not None


def explain(construct: IConstruct, rule: str, reason: str) -> None:
    """Say why a rule does not hold for this construct and what is inside it."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def explain_to_checkov(resource: CfnResource, check: str, reason: str) -> None:
    """Say the same to checkov, which reads templates and finds its answers in their metadata."""
    resource.add_metadata("checkov", {"skip": [{"id": check, "comment": reason}]})


def explain_matching(construct: IConstruct, pattern: str, reason: str) -> None:
    """
    Say it for all findings of a form.

    A finding about a wildcard is named by the resource with its generated names in it, which
    nobody can write down beforehand.
    """
    construct.node.add_metadata(METADATA_TYPE, json.dumps({"pattern": pattern, "reason": reason}))


def answers_for(node: Node) -> Iterator[Answer]:
    """Find what was said for a construct or for anything that it is inside of."""
    for scope in node.scopes:
        for entry in scope.node.metadata:
            if entry.type == METADATA_TYPE:
                yield Answer(**json.loads(entry.data))
