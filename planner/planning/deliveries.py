"""What comes of each order when: at once, or in parts where an origin owes the rest."""

from __future__ import annotations

import numpy as np

from scenarios.arrays.types import Floats, Ints

LEAST = 1e-6
"""Smaller parts are errors of rounding."""
CELLS = 1 << 19
"""Pairs of an order and a date of leaving that are looked at at a time."""


def deliveries(orders: Floats, shipped: Floats) -> tuple[Ints, Ints, Ints, Floats]:
    """Parts of orders, the oldest order served first.

    Parameters
    ----------
    orders, shipped : arrays [A, T]
        Units; what ships by a period has been ordered by then.

    Returns
    -------
    route, ordered, sent : integer arrays [parts]
        ``sent`` is the period in which the part leaves, T for what is still owed at the end.
    quantity : array [parts]
    """
    route, period = np.nonzero(orders > 0)
    late = np.any(np.abs(orders - shipped) > LEAST * (1.0 + orders), axis=1)
    whole = ~late[route]
    parts = [(route[whole], period[whole], period[whole], orders[route, period][whole])]
    routes, n_periods = np.flatnonzero(late), orders.shape[1]
    size = max(1, CELLS // (n_periods * (n_periods + 1)))
    for start in range(0, len(routes), size):
        some = routes[start : start + size]
        parts.append(_of_routes(some, orders[some], shipped[some]))
    if len(parts) == 1:
        return parts[0]
    columns = zip(*parts, strict=True)
    found = [np.concatenate(column) for column in columns]
    return found[0], found[1], found[2], found[3]


def _of_routes(routes: Ints, orders: Floats, shipped: Floats) -> tuple[Ints, Ints, Ints, Floats]:
    """Parts of the orders [n, T] of some routes [n].

    They are overlaps of what is ordered and what is sent, each laid end to end.
    """
    n_periods = orders.shape[1]
    sent = np.column_stack([shipped, np.full(len(shipped), np.inf)])  # The end sends all the rest.
    asked_to, sent_to = np.cumsum(orders, axis=1), np.cumsum(sent, axis=1)
    asked_from = asked_to - orders
    sent_from = np.column_stack([np.zeros(len(sent)), sent_to[:, :-1]])
    overlap = np.minimum(asked_to[:, :, None], sent_to[:, None, :])
    overlap -= np.maximum(asked_from[:, :, None], sent_from[:, None, :])
    not_before = np.arange(n_periods)[:, None] <= np.arange(n_periods + 1)[None, :]
    least = np.where(orders > 0, LEAST * (1.0 + orders), np.inf)
    part = not_before & (overlap > least[:, :, None])
    row, ordered, leaves = np.nonzero(part)
    share = overlap[part]
    # Nothing of the order is lost to rounding.
    whole = np.bincount(row * n_periods + ordered, share, orders.size)
    quantity = share * (orders[row, ordered] / whole[row * n_periods + ordered])
    return routes[row], ordered, leaves, quantity
