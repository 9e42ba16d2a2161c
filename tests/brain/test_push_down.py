"""Negative safety stocks above others become theirs."""

from __future__ import annotations

import numpy as np
import pytest

from brain.push_down import push_down
from tests.worlds import chain, tree


def test_a_dc_below_zero_lowers_the_store_by_as_much() -> None:
    scenario = chain([1, 2, 3], mean=5.0, n_periods=6)
    pushed = push_down(scenario, np.repeat([[10.0], [-4.0], [-1.0]], 6, axis=1))
    assert pushed[:, 3].tolist() == [5.0, 0.0, 0.0]


def test_stores_share_it_by_their_demand() -> None:
    mean = np.array([6.0, 2.0])[:, None, None]
    scenario = tree([1, 1], 2, mean=mean, n_periods=6)
    pushed = push_down(scenario, np.repeat([[5.0], [5.0], [-4.0]], 6, axis=1))
    assert pushed[:, 0] == pytest.approx([2.0, 4.0, 0.0])


def test_it_is_felt_when_the_next_shipment_arrives() -> None:
    # What the DC (lead 2) decides for day 2 leaves on day 3 and decides the store's day 4 (lead 1).
    scenario = chain([1, 2], mean=5.0, n_periods=6)
    wanted = np.array([[9.0] * 6, [0.0, 0.0, -3.0, 0.0, 0.0, 0.0]])
    assert push_down(scenario, wanted)[0].tolist() == [9.0, 9.0, 9.0, 9.0, 6.0, 9.0]


def test_what_is_not_below_zero_stays() -> None:
    scenario = chain([1, 2], mean=5.0, n_periods=4)
    wanted = np.array([[-2.0] * 4, [3.0] * 4])
    assert (push_down(scenario, wanted) == wanted).all()
