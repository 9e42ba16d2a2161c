"""How orders were found, in words: by what method, and what lot rules cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.text.numbers import amount, count

LEAST = 1e-6
"""Share of the objective below which a difference is one of rounding."""


def method_text(solver: dict[str, Any]) -> str:
    """By what method; ``solver`` is the part of that name of ``plan.json``."""
    blocks = count(solver["blocks"], "block")
    hands = f", {solver['workers']:,} at a time" if solver["workers"] > 1 < solver["blocks"] else ""
    if solver["method"] == "monolith":
        return "one program for all products"
    if solver["method"] == "closed_form":
        within = f", in {blocks} of products{hands}" if solver["blocks"] > 1 else ""
        return f"closed form{within}"
    return f"{blocks} of products{hands}, coordinated in {count(solver['rounds'], 'round')}"


def lots_share(solver: dict[str, Any] | None, objective: float | None) -> float:
    """What lot rules and fixed order costs add, as a share of the cost with them; 0 where that is
    nothing or not known, as in plans of older versions."""
    loss = (solver or {}).get("lot_loss")
    if loss is None or not objective or not loss > LEAST * abs(objective):
        return 0.0
    return float(loss / abs(objective))


def lots_text(solver: dict[str, Any], objective: float) -> str:
    """The same in words."""
    share = lots_share(solver, objective)
    if not share:
        return ""
    return (
        f"lot rules and fixed order costs add {amount(solver['lot_loss'])} ({share:.2%} of the"
        " model's cost) to the orders without them"
    )


def method_rows(solver: dict[str, Any], objective: float) -> Iterator[tuple[str, str]]:
    """Pairs of a word and what there is to say on it."""
    yield "orders", method_text(solver)
    if lots := lots_text(solver, objective):
        yield "lots", lots


def memory_text(error: MemoryError) -> str:
    """What to tell where memory is too little; NumPy's words on it help nobody."""
    from solver.decomposition.memory import NotEnoughMemory

    if isinstance(error, NotEnoughMemory):
        return f"{error}. Remedy: more --memory, fewer --workers, or a part of the products"
    return "there is not enough memory for this plan"
