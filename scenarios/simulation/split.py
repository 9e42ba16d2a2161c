"""Running a large scenario a few products at a time, so that arrays stay in a core's cache."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scenarios.arrays.types import Array
from scenarios.model.opening import Ages
from scenarios.model.subset import ProductSubset, partition
from scenarios.simulation.compiled import CompiledScenario, take
from scenarios.simulation.policy import OrderPolicy, SeparablePolicy
from scenarios.simulation.state import State


def parts_of(
    net: CompiledScenario, state: State, policy: SeparablePolicy, batch: tuple[int, ...], size: int
) -> Iterator[tuple[ProductSubset, CompiledScenario, State, OrderPolicy]]:
    """Split by product into parts of about ``size`` stock points."""
    indices = net.links.indices
    n_products = int(indices.product.max()) + 1
    count = max(1, round(net.n_points / size))
    number = np.arange(n_products) * count // n_products
    like = None
    for subset in partition(indices.product, indices.product[indices.destination], number):
        some = like = take(net, subset, like)
        yield subset, some, with_batch(state.take(subset), batch), policy.take(subset)


def with_batch(state: State, batch: tuple[int, ...]) -> State:
    """The state repeated over the leading axes of demand, where it does not have them."""

    def repeat(x: Array, lead: int = 0) -> Array:
        if x.ndim - lead > len(batch):
            return x
        middle = (1,) * (len(batch) + 1 + lead - x.ndim)
        x = x.reshape((*x.shape[:lead], *middle, *x.shape[lead:]))
        return np.broadcast_to(x, (*x.shape[:lead], *batch, x.shape[-1]))

    ages = state.ages
    return State(
        on_hand=repeat(state.on_hand),
        backlog=repeat(state.backlog),
        owed=repeat(state.owed),
        in_transit=tuple(repeat(slot) for slot in state.in_transit),
        ages=None
        if ages is None
        else Ages(repeat(ages.on_hand, 1), tuple(repeat(slot, 1) for slot in ages.in_transit)),
    )
