"""(s, S) that sees the end: its orders by hand, and what that is worth."""

from __future__ import annotations

import numpy as np
import pytest

from planner.policies.rules.lot_rules import obeying
from planner.policies.tuned.base_stock import levels
from planner.policies.tuned.end_phase import TunedEndPhase, economic_reviews, end_phase, remaining
from scenarios.arrays.types import Floats
from scenarios.catalogue import ENTRIES
from scenarios.model.scenario import Scenario
from scenarios.simulation.step import initial_state
from tests.support.worlds import chain

LEVEL, SIZE, LEAST, BUFFER = range(4)


def shop(on_hand: float, **more: bool) -> Scenario:
    """Mean 10 and std 3 on each of 6 days, one day of lead time."""
    return chain([1], mean=10.0, std=3.0, n_periods=6, on_hand=on_hand, end_of_life=True, **more)


def order(scenario: Scenario, period: int, **given: float) -> float:
    parameters = np.zeros((4, 1))
    for name, value in given.items():
        parameters[("level", "size", "least", "buffer").index(name)] = value
    policy = end_phase(scenario)(parameters.ravel())
    return float(policy(initial_state(scenario), period)[0])


def reorder_level() -> float:
    endless = shop(0.0).replace(end_of_life=False)
    return float(levels(endless)(np.zeros(1)).targets[0, 0])


def test_it_orders_a_lot_above_the_level_once_stock_is_down_to_it() -> None:
    level = reorder_level()
    assert order(shop(level + 0.5), 0, size=1.5) == 0.0
    # Down to the level: 1.5 days' demand. Below: what is missing to it too.
    assert order(shop(level - 4.0), 0, size=1.5) == pytest.approx(15.0 + 4.0)


def test_near_the_end_it_orders_no_more_than_can_still_be_sold() -> None:
    # Before day 4 two days are left: 20 on average, std 3 * sqrt(2).
    assert order(shop(12.0), 4, size=3.0) == pytest.approx(20.0 - 12.0)
    expected = 20.0 + 2.0 * 3.0 * 2**0.5 - 12.0
    assert order(shop(12.0), 4, size=3.0, buffer=2.0) == pytest.approx(expected)
    # 8 units are not worth an order of a whole day's demand.
    assert order(shop(12.0), 4, size=3.0, least=1.0) == 0.0


def test_without_an_end_nothing_is_held_back() -> None:
    endless = shop(12.0).replace(end_of_life=False)
    assert order(endless, 4, size=3.0) == pytest.approx(reorder_level() + 30.0 - 12.0)


def test_what_is_left_is_summed_over_the_echelon() -> None:
    scenario = chain([1, 1], mean=10.0, std=3.0, n_periods=6)
    rule, std = remaining(scenario)
    assert rule.targets[2].tolist() == [40.0, 40.0]
    assert std[2].tolist() == pytest.approx([6.0, 6.0])


def test_errors_that_last_add_up_until_the_end() -> None:
    # Four days left: alone 0.75 * 4 * 9 = 27, shared (4 * 0.5 * 3)**2 = 36.
    rest = remaining(chain([1, 1], mean=10.0, std=3.0, n_periods=6, error_correlation=0.25))[1]
    assert (rest[2] ** 2).tolist() == pytest.approx([63.0, 63.0])


def test_sizes_begin_at_the_economic_order_quantity() -> None:
    # sqrt(2 * 80 * 10 / 1) = 40 units: four days' demand.
    assert economic_reviews(chain([1], mean=10.0, order_cost=80.0)).tolist() == [4.0]
    assert economic_reviews(chain([1], mean=10.0)).tolist() == [0.5]


def test_tuning_beats_the_start_and_passes_the_aim_of_two_stores() -> None:
    entry = ENTRIES["two-stores"]
    problem = entry.make(np.random.default_rng(0))
    fresh = problem.draw(np.random.default_rng(2), 400)

    def profit(evaluations: int) -> Floats:
        policy = TunedEndPhase(60, evaluations)(problem, np.random.default_rng(1))
        return -problem.cost_under(obeying(problem.scenario, policy), fresh)

    start, tuned = profit(1), profit(250)
    gain = tuned - start
    assert gain.mean() > 2 * gain.std() / len(gain) ** 0.5
    assert entry.aim is not None
    assert tuned.mean() > entry.aim
