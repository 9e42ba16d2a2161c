"""Tables of the documents that are made from code: ``python -m docs.tools`` writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from docs.tools.rooms import ROOT
from planner.policies.registry import POLICIES
from scenarios.evaluation.kpis import KPIS, Kpi


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def kpi_table() -> str:
    """Every key figure: what it is called, in what unit, which way is better, its formula."""
    rows = ((_label(kpi), kpi.unit, kpi.better, kpi.formula) for kpi in KPIS)
    return table(("figure", "unit", "better", "formula"), rows)


def _label(kpi: Kpi) -> str:
    return f"{kpi.label} a location" if kpi.by_location else kpi.label


NEEDS = {"": "", "brain": "a brain (`--brain`)", "train": "the extra `train`"}


def policy_table() -> str:
    """Every policy that has a name: who orders, and what that needs."""
    rows = ((f"`{one.name}`", one.sentence, NEEDS[one.needs]) for one in POLICIES.values())
    return table(("name", "who orders", "needs"), rows)


MADE: dict[str, Callable[[], str]] = {"kpis.md": kpi_table, "policies.md": policy_table}
"""Documents whose first table is made from code."""


def with_table(text: str, made: str) -> str:
    """A document with another first table."""
    return re.sub(r"(^\|.*\n)+", lambda _: made, text, count=1, flags=re.MULTILINE)


def main() -> None:
    """Write them anew."""
    for name, make in MADE.items():
        path = ROOT / "docs" / name
        path.write_text(with_table(path.read_text(encoding="utf-8"), make()), encoding="utf-8")
