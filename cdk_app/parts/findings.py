"""The one way in which a finding of the rule checker is answered: with a reason, where it arises."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def explain(construct: IConstruct, rule: str, reason: str) -> None:
    """Say why a rule does not hold for this construct and what is inside it."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))
