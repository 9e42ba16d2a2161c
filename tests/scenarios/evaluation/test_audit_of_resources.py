"""The audit has a rule of its own for every kind of shared resource."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.evaluation.audit import audit
from scenarios.model.capacities import CAPACITIES, capacity_of, with_capacity
from scenarios.resources.kinds import KINDS
from scenarios.simulation.policy import GivenOrders
from scenarios.simulation.run import simulate
from tests.support.worlds import chain


def test_every_kind_says_where_its_capacity_stands() -> None:
    assert set(CAPACITIES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_uses_more_than_there_is_breaks_a_rule(kind: str) -> None:
    # Store <- DC <- supplier: 5 units a day flow through both, 20 lie at each.
    scenario = chain([1, 1], mean=5.0, n_periods=6, on_hand=20.0)
    run = simulate(scenario, GivenOrders(np.full((2, 6), 5.0)), scenario.mean[:, :6])
    assert audit(scenario, run) == ()
    tight = with_capacity(scenario, kind, np.full_like(capacity_of(scenario, kind), 1.0))
    assert audit(tight, run), f"state the rule of {kind} in scenarios/evaluation/audit.py"
