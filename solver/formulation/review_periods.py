"""Orders of a review: all that is to ship from it up to the next one.

Where what an origin cannot ship is owed, goods leave in every period, as soon as the origin has
them. So the order model may plan shipments between reviews, and the review before orders them. An
origin that has more at the review than the plan ships then ships it sooner than planned: never
too late, and what its customers get until the next review is the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario
from scenarios.resources import shared_resources
from solver.formulation.linear_program import Index, LinearProgram


def ships_between(scenario: Scenario) -> NDArray[np.bool_]:
    """[A] whether goods that are owed can leave between reviews.

    A supplier from outside has all there is; only what is full or closed on the way, such as a
    lane, makes it owe anything.
    """
    settings, routes = scenario.settings, scenario.routes
    if settings.unmet_orders == "lost" or settings.review_period == 1:
        return np.zeros(scenario.n_routes, dtype=bool)
    between = routes.origin >= 0
    for resource in shared_resources(scenario):
        if resource.of == "flow":
            limited = np.asarray(np.isfinite(resource.capacity).any(axis=1))
            between = between | resource.at(limited[:, None])[:, 0]
    return between


def review_before(scenario: Scenario, n_periods: int) -> Ints:
    """[S] the period in which shipments of each period are ordered: the last review, or, where
    nothing ships between reviews, the period itself."""
    periods = np.arange(n_periods)
    if not ships_between(scenario).any():
        return periods
    return periods - periods % scenario.settings.review_period


def orders_of(review: Ints, shipments: Floats) -> Floats:
    """[..., A, S] orders by which ``shipments`` [..., A, S] leave, ``review`` [S] as above."""
    if (review == np.arange(len(review))).all():
        return shipments
    orders = np.zeros_like(shipments)
    for period, at in enumerate(review):
        orders[..., at] += shipments[..., period]
    return orders


def with_orders(
    program: LinearProgram, review: Ints, limit: Floats, product: Index
) -> LinearProgram:
    """The program with a column for each order that ships in more than its own period.

    A row says that it is the sum of its shipments. It costs nothing itself; ``limit`` [A] is the
    largest order and ``product`` [A] whose it is.
    """
    later = (program.order_column >= 0) & (review != np.arange(len(review)))
    if not later.any():
        return program
    route, at = np.nonzero(_any_of(review, later))
    n_old, n_new = len(program.cost), len(route)
    number = np.full(later.shape, -1)
    number[route, at] = np.arange(n_new)
    of_order = number[:, review]
    shipping = (program.order_column >= 0) & (of_order >= 0)
    n_parts = int(shipping.sum())
    row = np.concatenate([of_order[shipping], np.arange(n_new)])
    column = np.concatenate([program.order_column[shipping], n_old + np.arange(n_new)])
    value = np.concatenate([np.ones(n_parts), -np.ones(n_new)])
    sums = sp.csc_array((value, (row, column)), (n_new, n_old + n_new))
    wide = sp.hstack([program.matrix, sp.csc_array((len(program.row_lower), n_new))])
    placed = program.placed_column.copy()
    placed[:, review != np.arange(len(review))] = -1
    placed[route, at] = n_old + np.arange(n_new)
    none = np.zeros(n_new)
    return replace(
        program,
        cost=np.concatenate([program.cost, none]),
        lower=np.concatenate([program.lower, none]),
        upper=np.concatenate([program.upper, limit[route]]),
        matrix=sp.csc_array(sp.vstack([wide, sums], format="csc")),
        row_lower=np.concatenate([program.row_lower, none]),
        row_upper=np.concatenate([program.row_upper, none]),
        placed_column=placed,
        product_of_column=np.concatenate([program.product_of_column, product[route]]),
        product_of_row=np.concatenate([program.product_of_row, product[route]]),
    )


def _any_of(review: Ints, some: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """[A, S] at reviews: whether anything holds in a period whose shipments are ordered there."""
    return orders_of(review, some.astype(float)) > 0
