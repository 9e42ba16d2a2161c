"""How orders were found, in words."""

from __future__ import annotations

from planner.text.method import lots_share


def test_lots_of_a_plan_that_costs_nothing_are_no_share_of_it() -> None:
    # What is left of the sums is rounding: 2.2e-16 of 0 would be infinite.
    assert lots_share({"lot_loss": 2.2e-16}, 0.0) == 0.0


def test_lots_are_told_as_a_share_of_the_cost_with_them() -> None:
    assert lots_share({"lot_loss": 5.0}, 200.0) == 0.025
