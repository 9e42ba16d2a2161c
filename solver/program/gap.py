"""How good orders are known to be, in numbers and in words."""

from __future__ import annotations

from solver.options import SolverOptions
from solver.result import Status

OPTIMAL = 1e-6
"""Relative gap within which orders count as optimal."""


def gap_of(cost: tuple[float, float], bound: float) -> float:
    """Relative to the cost without the surcharge on lost sales, which would flatter it."""
    objective, surcharge = cost
    return max(0.0, objective - bound) / max(abs(objective - surcharge), 1e-9)


def status_of(gap: float, options: SolverOptions, out_of_time: bool) -> Status:
    """What the search for orders ended with."""
    if gap <= OPTIMAL:
        return "optimal"
    if gap <= options.gap:
        return "gap_reached"
    return "time_limit" if out_of_time else "best_found"


def message_of(status: Status, gap: float, options: SolverOptions, why: str = "") -> str:
    """One sentence for people; ``why``: what the solver ended with where the closed form had to do
    (optimal: it was not asked)."""
    if status == "optimal":
        return "The orders are optimal."
    if status == "gap_reached":
        return f"The orders are proven to be within {gap:.2%} of the optimum."
    if status == "closed_form" and why == "optimal":
        return (
            "Products share no capacity, so that each is planned by itself: orders are in closed"
            " form, or by a program of a few products where stock runs out."
        )
    if status == "closed_form":
        reason = (
            "Time ran out before the model was solved"
            if why == "time_limit"
            else f"The solver found no optimum ({why})"
        )
        return (
            f"{reason}: these are closed-form orders, which do not weigh products against each"
            " other where capacity is short."
        )
    if gap >= 1:
        return "The best orders found; how far they are from the optimum is not known."
    return (
        f"The best orders found are proven to be within {gap:.2%} of the optimum; the gap asked for"
        f" was {options.gap:.2%}."
    )
