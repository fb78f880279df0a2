"""The AWS Solutions rules as a gate: synthesis fails on any unanswered finding."""

import jsii
from aws_cdk import (
    App,
    IPolicyValidationContext,
    IPolicyValidationPlugin,
    PolicyValidationPluginReport,
    PolicyViolatingResource,
    PolicyViolation,
    Validations,
)
from cdk_nag import AwsSolutionsChecks

from cdk_app.parts.findings import answers_for


@jsii.implements(IPolicyValidationPlugin)
class AnsweredChecks:
    """cdk-nag's rules, minus the findings that `explain_matching` has answered."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._rules = AwsSolutionsChecks(app, verbose=True)

    @property
    def name(self) -> str:
        """The name of these rules in the report."""
        return self._rules.name

    @property
    def rule_ids(self) -> list[str] | None:
        """The ids of the rules."""
        return self._rules.rule_ids

    @property
    def version(self) -> str | None:
        """The version of the rules."""
        return self._rules.version

    def validate(self, context: IPolicyValidationContext) -> PolicyValidationPluginReport:
        """Check everything; leave out answered findings."""
        report = self._rules.validate(context)
        left = [open_ for open_ in map(self._unanswered, report.violations) if open_ is not None]
        return PolicyValidationPluginReport(success=not left, violations=left)

    def _unanswered(self, violation: PolicyViolation) -> PolicyViolation | None:
        resources = [
            resource
            for resource in violation.violating_resources
            if not self._answered(violation.rule_name, resource)
        ]
        if not resources:
            return None
        return PolicyViolation(
            rule_name=violation.rule_name,
            description=violation.description,
            severity=violation.severity,
            violating_resources=resources,
        )

    def _answered(self, finding: str, resource: PolicyViolatingResource) -> bool:
        if resource.construct_path is None:
            return False
        found = self._app.node
        for part in resource.construct_path.split("/"):
            found = found.find_child(part).node
        return any(answer.covers(finding) for answer in answers_for(found))


def add_checks(app: App) -> None:
    """Make synthesis fail on an unanswered finding."""
    Validations.of(app).add_plugins(AnsweredChecks(app))
