"""`python -m cdk_app.costs`: synthesise and price every stage; write the runbook's table."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cdk_app.config import STAGES
from cdk_app.costs.estimate import unknown_kinds
from cdk_app.costs.table import written_into

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/operations.md"
CDK = ROOT / "node_modules/aws-cdk/bin/cdk"


def synthesised(stage: str, folder: Path) -> list[dict[str, Any]]:
    """Return every resource in the templates of a stage."""
    bin_ = Path(sys.executable).parent
    subprocess.run(
        [bin_ / "node", CDK, "synth", "--quiet", "-c", f"stage={stage}", "--output", folder],
        cwd=ROOT,
        env=os.environ | {"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}"},
        check=True,
        stdout=sys.stderr,
    )
    templates = [json.loads(path.read_text()) for path in folder.glob("*.template.json")]
    return [each for template in templates for each in template["Resources"].values()]


def main() -> None:
    """Write the table; a resource type without a price is an error, not a zero."""
    with TemporaryDirectory() as folder:
        stages = {stage: synthesised(stage, Path(folder) / stage) for stage in STAGES}
    for stage, resources in stages.items():
        if unknown := unknown_kinds(resources):
            sys.exit(f"{stage} has what cdk_app/costs has no price for: {', '.join(unknown)}")
    PAGE.write_text(written_into(PAGE.read_text(), stages))


if __name__ == "__main__":
    main()
