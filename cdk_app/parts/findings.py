"""Answer findings of the rule checker: with a reason, at the construct they are about."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct, Node

METADATA_TYPE = "bikeshare:finding"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A reason that applies to the findings whose names match."""

    pattern: str
    reason: str

    def covers(self, finding: str) -> bool:
        """Return whether this answers a finding."""
        return re.fullmatch(self.pattern, finding) is not None


def explain(construct: IConstruct, rule: str, reason: str) -> None:
    """Give the reason why a rule does not apply to this construct and what is inside it."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def explain_to_checkov(resource: CfnResource, check: str, reason: str) -> None:
    """Do the same for checkov, which reads answers from the metadata in templates."""
    resource.add_metadata("checkov", {"skip": [{"id": check, "comment": reason}]})


def explain_matching(construct: IConstruct, pattern: str, reason: str) -> None:
    """
    Give one reason for all findings whose names match a pattern.

    A finding about a wildcard is named after the resource, including generated names that cannot
    be known beforehand.
    """
    construct.node.add_metadata(METADATA_TYPE, json.dumps({"pattern": pattern, "reason": reason}))


def answers_for(node: Node) -> Iterator[Answer]:
    """Yield the answers given at a construct or at anything it is inside."""
    for scope in node.scopes:
        for entry in scope.node.metadata:
            if entry.type == METADATA_TYPE:
                yield Answer(**json.loads(entry.data))
