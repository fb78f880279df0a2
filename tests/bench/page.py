"""docs/benchmarks.md, made of nothing but the results that are kept and each part's notes."""

from collections.abc import Sequence
from pathlib import Path

from tests.bench.child import ROOT
from tests.bench.plot import plot_path
from tests.bench.result import Result
from tests.bench.tables import bars_table, rivals_tables, table

TEMPLATE = Path(__file__).with_suffix(".md")
PAGE = ROOT / "docs" / "benchmarks.md"
NOTES = Path(__file__).parent / "parts"


def page(results: Sequence[Result]) -> str:
    """The whole page."""
    return TEMPLATE.read_text(encoding="utf-8").format(
        bars=overview(results), parts="\n\n".join(section(result) for result in results)
    )


def overview(results: Sequence[Result]) -> str:
    """How many of the bars hold, part by part."""
    rows = []
    for result in results:
        verdicts = result.verdicts()
        failing = [one.bar.text for one in verdicts if not one.holds]
        held = f"{len(verdicts) - len(failing)} of {len(verdicts)}"
        rows.append([result.title, held, "; ".join(failing) or "none"])
    return table(["part", "bars that hold", "bars that fail"], rows)


def section(result: Result) -> str:
    """One part: its question, measurements and bars, and the circumstances."""
    notes = NOTES / f"{result.name}.md"
    plot = plot_path(result.name)
    parts = [
        f"## {result.title}",
        result.question,
        f"Input: {result.input}",
        f"![{result.title}](images/{plot.name})" if plot.exists() else "",
        rivals_tables(result),
        bars_table(result.verdicts()),
        settings(result),
        notes.read_text(encoding="utf-8").strip() if notes.exists() else "",
        circumstances(result),
    ]
    return "\n\n".join(part for part in parts if part)


def settings(result: Result) -> str:
    """How each rival was set up."""
    lines = (f"- **{name}**: {'; '.join(told)}" for name, told in result.settings.items())
    return "\n".join(lines)


def circumstances(result: Result) -> str:
    """When, on what, and how busy others kept the machine."""
    watched = result.watched
    machine = ", ".join(
        f"{value} {name.replace('_', ' ')}" if isinstance(value, int | float) else str(value)
        for name, value in watched["machine"].items()
    )
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return (
        f"{watched['at']}, commit {result.commit}, seed {result.seed}, {watched['seconds']:.0f} s. "
        f"{machine}. Load before the run {watched['load_before']:.1f}; others used "
        f"{watched['others_share']:.0%} of the processors meanwhile. {versions}."
    )
