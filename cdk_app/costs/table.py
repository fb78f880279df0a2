"""The bills of all stages side by side, as a section of the documentation."""

from collections.abc import Mapping
from typing import Any, Final

from cdk_app.costs import prices
from cdk_app.costs.estimate import (
    MOST_ADDRESSES,
    NEW_ADDRESSES,
    addresses,
    idle_month,
    million_answers,
    million_trips,
)

Stages = Mapping[str, list[dict[str, Any]]]

BEGIN: Final = "<!-- costs: written by python -m cdk_app.costs -->"
END: Final = "<!-- end of costs -->"


def table(stages: Stages) -> str:
    """Return the table, the largest line first."""
    bills = {stage: idle_month(resources) for stage, resources in stages.items()}
    lines = {line for bill in bills.values() for line in bill}
    largest = sorted(lines, key=lambda line: -max(bill.get(line, 0) for bill in bills.values()))
    rows = [
        ["US dollars per month", *stages],
        ["---", *("--:" for _ in stages)],
        *([line, *(_money(bill.get(line, 0)) for bill in bills.values())] for line in largest),
        [
            "**Total with no drops or visitors**",
            *(f"**{sum(b.values()):,.0f}**" for b in bills.values()),
        ],
        [
            "per million API requests, at most",
            *(_money(million_answers(r)) for r in stages.values()),
        ],
        ["per million trips through Kafka", *(_money(million_trips(r)) for r in stages.values())],
        ["address look-ups per month, assumed", *(f"{NEW_ADDRESSES[stage]:,}" for stage in stages)],
        [
            "what Amazon Location charges for them",
            *(_money(addresses(r, NEW_ADDRESSES[stage])) for stage, r in stages.items()),
        ],
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def section(stages: Stages) -> str:
    """Return the table and the assumptions behind it."""
    dominant = "; ".join(f"{stage}, {_dominant(resources)}" for stage, resources in stages.items())
    return (
        f"List prices for {prices.REGION} as of {prices.AS_OF}, entered from memory and never "
        f"checked (`cdk_app/costs/prices.py`); {prices.HOURS} hours a month, no free tier, no "
        "discounts.\n"
        "The streaming job is priced at its maximum number of workers. Logs, stored drops and "
        "transfer between zones cost extra. Looking up an address is charged unless it was already "
        "looked up in the last thirty days.\n"
        "At most one address a second is looked up, which would cost "
        f"${MOST_ADDRESSES * prices.ADDRESS:,.0f} a month; the budget's e-mails would warn you, "
        'and `geocoder="none"` turns look-ups off.\n\n'
        f"{table(stages)}\n\n"
        f"Largest item: {dominant}."
    )


def written_into(page: str, stages: Stages) -> str:
    """Return the page with the section between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{section(stages)}\n{END}{after}"


def _dominant(resources: list[dict[str, Any]]) -> str:
    bill = idle_month(resources)
    line = max(bill, key=lambda each: bill[each])
    return f"{line} ({100 * bill[line] / sum(bill.values()):.0f} %)"


def _money(dollars: float) -> str:
    return f"{dollars:,.2f}" if dollars < 10 else f"{dollars:,.0f}"  # noqa: PLR2004 - legible
