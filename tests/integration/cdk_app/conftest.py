"""The CDK's own engine runs on the Node that comes with the Python packages."""

import os
import sys
from pathlib import Path

os.environ.setdefault("JSII_NODE", str(Path(sys.executable).parent / "node"))
