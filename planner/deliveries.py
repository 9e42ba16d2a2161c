"""What comes of each order when: at once, or in parts where an origin owes the rest."""

from __future__ import annotations

import numpy as np

from scenarios.model import Floats, Ints

LEAST = 1e-6
"""Smaller parts are errors of rounding."""


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
    parts += [_of_route(a, orders[a], shipped[a]) for a in np.flatnonzero(late).tolist()]
    columns = zip(*parts, strict=True)
    found = [np.concatenate(column) for column in columns]
    return found[0], found[1], found[2], found[3]


def _of_route(route: int, orders: Floats, shipped: Floats) -> tuple[Ints, Ints, Ints, Floats]:
    """Parts of the orders of one route: overlaps of what is ordered and sent in all so far."""
    n_periods = len(orders)
    sent = np.append(shipped, np.inf)  # The end sends all the rest.
    asked_to, sent_to = np.cumsum(orders), np.cumsum(sent)
    asked_from, sent_from = asked_to - orders, np.append(0.0, sent_to[:-1])
    ordered, leaves, quantity = [], [], []
    for period in np.flatnonzero(orders > 0).tolist():
        overlap = np.minimum(asked_to[period], sent_to) - np.maximum(asked_from[period], sent_from)
        overlap = np.maximum(overlap, 0.0)
        overlap[:period] = 0.0
        parts = np.flatnonzero(overlap > LEAST * (1.0 + orders[period]))
        share = overlap[parts]
        ordered += [period] * len(parts)
        leaves += np.minimum(parts, n_periods).tolist()
        # Nothing of the order is lost to rounding.
        quantity += (share * (orders[period] / share.sum())).tolist()
    return (
        np.full(len(ordered), route),
        np.array(ordered, dtype=np.int64),
        np.array(leaves, dtype=np.int64),
        np.array(quantity),
    )
