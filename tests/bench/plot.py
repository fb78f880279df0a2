"""One SVG per part: the rivals' medians as bars, and every round as a dot on them."""

import subprocess
import sys
from pathlib import Path

from tests.bench.child import ROOT
from tests.bench.figures import summary
from tests.bench.machine import BENCH_PYTHON
from tests.bench.result import FOLDER, Result, read

WIDTH_IN = 8.0
HEIGHT_OF_RIVAL_IN = 0.38
OURS, THEIRS = "#1f5fa8", "#b9c4d0"


def plot_path(name: str) -> Path:
    """Return the path of a part's plot."""
    return ROOT / "docs" / "images" / f"bench-{name}.svg"


def plot_kept(name: str) -> None:
    """Draw a part from its kept result; matplotlib is in the benchmark's own environment."""
    asked = [str(BENCH_PYTHON), "-m", "tests.bench.plot", name]
    subprocess.run(asked, cwd=ROOT, check=True)


def draw(result: Result, path: Path) -> None:
    """Draw the plotted figure of every rival that has it, the product's own bars in blue."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    metric = result.plotted
    found = {
        name: [sample[metric] for sample in samples if metric in sample]
        for name, samples in result.samples.items()
    }
    shown = {name: values for name, values in reversed(found.items()) if values}
    # Keep text as text in the file: it is smaller, and searchable.
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": result.name})
    figure, axes = plt.subplots(
        figsize=(WIDTH_IN, 0.9 + HEIGHT_OF_RIVAL_IN * len(shown)), layout="constrained"
    )
    medians = [summary(values).median for values in shown.values()]
    colours = [OURS if name.startswith("product") else THEIRS for name in shown]
    bars = axes.barh(list(shown), medians, color=colours)
    axes.bar_label(bars, labels=[f"{value:.3g}" for value in medians], padding=6, fontsize=8)
    for row, values in enumerate(shown.values()):
        axes.plot(values, [row] * len(values), "o", color="#222222", markersize=2.5)
    axes.set_xlabel(metric.replace("_", " "))
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)
    figure.savefig(path, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    part = sys.argv[1]
    draw(read((FOLDER / f"{part}.json").read_text(encoding="utf-8"))[0], plot_path(part))
