"""`python -m tests.accuracy [FOLDER]` measures every estimator and writes docs/accuracy.md."""

import sys
from pathlib import Path

from tests.accuracy.measure import measured_page

ROOT = Path(__file__).parents[2]


def main(folder: Path) -> int:
    """Print the measured page and write it."""
    if not folder.is_dir():
        sys.stderr.write(
            f"{folder} is not there: name the folder of the Bay Area Bike Share files\n"
        )
        return 2
    text = measured_page(folder)
    sys.stdout.write(text)
    (ROOT / "docs" / "accuracy.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    default = ROOT.parent / "shared" / "data" / "babs"
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else default))
