"""`cdk synth -c stage=dev`: the one place that reads CDK context."""

import os
import sys
from pathlib import Path

from aws_cdk import App

from cdk_app.bundling import Workshop
from cdk_app.checks import add_checks
from cdk_app.config import STAGES
from cdk_app.service import add_service

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Synthesise the stage that the context names; an unanswered finding makes it fail."""
    app = App()
    stage = app.node.try_get_context("stage")
    if stage not in STAGES:
        sys.exit(f"no stage {stage!r}: say -c stage= one of {', '.join(STAGES)}")
    # To package the API, Chalice needs a region in which to name AWS's service principals.
    os.environ.setdefault("AWS_DEFAULT_REGION", STAGES[stage].region)
    workshop = Workshop(root=ROOT, cache=ROOT / ".build" / "packages")
    # Chalice writes its package into the cache too.
    with workshop.alone():
        add_service(app, STAGES[stage], workshop)
    add_checks(app)
    app.synth()


if __name__ == "__main__":
    main()
