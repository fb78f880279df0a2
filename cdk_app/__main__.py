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
    """Synthesise the stage that context names; a finding nobody answered for stops it."""
    app = App()
    stage = app.node.try_get_context("stage")
    if stage not in STAGES:
        sys.exit(f"no stage {stage!r}: say -c stage= one of {', '.join(STAGES)}")
    # Packaging the API, Chalice asks for a region to name AWS's own principals in.
    os.environ.setdefault("AWS_DEFAULT_REGION", STAGES[stage].region)
    workshop = Workshop(root=ROOT, cache=ROOT / ".build" / "packages")
    # Chalice, too, writes its package into the cache.
    with workshop.alone():
        add_service(app, STAGES[stage], workshop)
    add_checks(app)
    app.synth()


if __name__ == "__main__":
    main()
