"""What a period costs, by component. The one place where units are turned into money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from scenarios.arrays.types import Array
from scenarios.simulation.compiled import CompiledScenario
from scenarios.simulation.state import Outcome

COMPONENTS = (
    "holding",
    "missed_sale",
    "unmet_order",
    "shipping",
    "ordering",
    "in_transit",
    "scrap",
    "overflow",
)


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs by component, in currency; every field has the same shape [...] or [..., T]."""

    holding: Array
    """Stock on hand at the end of a period."""
    missed_sale: Array
    """Per unit of demand lost, or per unit and period a customer waits."""
    unmet_order: Array
    """Per unit (and period, if it stays owed) of an order that its origin could not ship."""
    shipping: Array
    """Per unit shipped."""
    ordering: Array
    """Per order of one product on one lane."""
    in_transit: Array
    """Stock still under way at the end of a period."""
    scrap: Array
    """Expired units."""
    overflow: Array
    """What is used of shared resources above their capacities, such as storage at the end of a
    period."""

    @property
    def total(self) -> Array:
        """Sum of all components."""
        return sum((getattr(self, name) for name in COMPONENTS[1:]), self.holding)

    def as_dict(self) -> dict[str, Array]:
        """Component -> costs."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def period_costs(
    net: CompiledScenario, outcome: Outcome, period: int, *, overflow: bool = True
) -> Costs:
    """Costs of one period, summed over all stock points: each component is an array [...].

    Parameters
    ----------
    net : CompiledScenario
    outcome : Outcome
        What happened in the period.
    period : int
        Selects capacities; past the last period the last ones hold on.
    overflow : bool
        False: leave it out.
    """
    xp = net.xp
    nothing = xp.zeros(outcome.on_hand.shape[:-1], dtype=net.dtype, device=net.device)
    values = dict.fromkeys(COMPONENTS, nothing)
    for name, quantity, rate, _ in _charges(net, outcome):
        values[name] = xp.matmul(quantity, rate)
    if overflow and net.priced_limits:
        values["overflow"] = overflow_cost(net, uses(net, outcome), period)
    return Costs(**values)


def point_costs(net: CompiledScenario, outcome: Outcome) -> Array:
    """[..., K] costs of one period by stock point; routes count where they lead.

    Overflow, which belongs to no single product, is left out.
    """
    total: Array = 0.0
    for _, quantity, rate, on_route in _charges(net, outcome):
        cost = quantity * rate
        total = total + (net.links.by_destination(cost) if on_route else cost)
    return total


def uses(net: CompiledScenario, outcome: Outcome) -> tuple[Array, ...]:
    """[..., n] of each limit with a price, what is used of it."""
    return tuple(
        limit.use(outcome.on_hand if limit.of == "stock" else outcome.shipped)
        for limit in net.priced_limits
    )


def overflow_cost(net: CompiledScenario, uses: Sequence[Array], period: int) -> Array:
    """[...] cost of what is used above capacities; ``uses`` [..., n] of each limit with a price."""
    total: Array = 0.0
    for limit, use in zip(net.priced_limits, uses, strict=True):
        excess = net.xp.maximum(use - limit.now(period), net.zero)
        total = total + net.xp.matmul(excess, limit.overflow_cost)
    return total


def _charges(net: CompiledScenario, outcome: Outcome) -> Sequence[tuple[str, Any, Any, bool]]:
    """(component, units, rate, whether by route) of every cost that is linear in units."""
    waiting = outcome.backlog if net.keeps_backlog else outcome.missed
    charges: list[tuple[str, Any, Any, bool]] = [
        ("holding", outcome.on_hand, net.holding_cost, False),
        ("missed_sale", waiting, net.missed_cost, False),
    ]
    if net.unmet_order_cost is not None:
        charges.append(("unmet_order", outcome.unmet_orders, net.unmet_order_cost, True))
    if net.shipping_cost is not None:
        charges.append(("shipping", outcome.shipped, net.shipping_cost, True))
    if net.order_cost is not None:
        lines = net.xp.astype(outcome.orders > 0, net.dtype)
        charges.append(("ordering", lines, net.order_cost, True))
    if net.transit_cost is not None:
        charges.append(("in_transit", outcome.on_way, net.transit_cost, True))
    if net.scrap_cost is not None and outcome.expired is not None:
        charges.append(("scrap", outcome.expired, net.scrap_cost, False))
    return charges
