"""Which policies compete on which problem of the catalogue."""

from __future__ import annotations

from fnmatch import fnmatchcase

from planner.policies.registry import POLICIES

EVERYWHERE = tuple(name for name, entry in POLICIES.items() if entry.everywhere)
STEADY = (
    "closed-form", "base-stock", "capped-base-stock", "s-S", "annealing", "local-search",
    "constant", "random", "zero",
)  # fmt: skip
CONTENDERS: dict[str, tuple[str, ...]] = {
    # Where demand is known there is nothing to tune.
    "reference-assess-*": (
        "hybrid", "analytic-mip", "mip-on-means", "closed-form", "constant", "zero",
    ),
    # Without the policies that take minutes for an episode of many products.
    "reference-many": (
        "hybrid", "analytic-mip", "mip-on-means", "closed-form", "base-stock", "capped-base-stock",
        "constant", "random", "zero",
    ),
    # A program at every review would be solved too often.
    "lost-sales-*": STEADY,
    # Nor do the searches that take minutes, as no order costs anything.
    "serial-*": tuple(name for name in STEADY if name not in ("annealing", "local-search")),
    "orgym-*": (*EVERYWHERE, "differentiable", "q-learning"),
    "single-sku": (*EVERYWHERE, "differentiable", "q-learning"),
    "two-stores": (*EVERYWHERE, "s-S-to-the-end", "q-learning"),
    # Too slow where every episode is another problem.
    "ten-products": tuple(
        name for name in EVERYWHERE if name not in ("annealing", "stochastic-lp")
    ),
    "clearout": (
        "hybrid", "analytic-mip", "mip-on-means", "closed-form", "base-stock", "s-S",
        "s-S-to-the-end", "bandit", "local-search", "constant", "random", "zero",
    ),
}  # fmt: skip
"""Pattern of a problem's name -> who is on its leaderboard; elsewhere those that are everywhere."""


def contenders(problem: str) -> tuple[str, ...]:
    """Names of the policies on the leaderboard of a problem, the first of which is the base."""
    for pattern, names in CONTENDERS.items():
        if fnmatchcase(problem, pattern):
            return names
    return EVERYWHERE
