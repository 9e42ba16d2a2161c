"""Past sales at the stock points, as a forecaster needs them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class History:
    """Past sales at K stock points in H past periods; the last ends as the scenario begins."""

    first: np.datetime64
    """First day of the first past period."""
    days: int
    """Length of a period: 1 or 7."""
    quantity: Floats
    """[K, H] units sold; nan before a series begins, and at points that have no history."""
    in_stock: NDArray[np.bool_]
    """[K, H] False: the shelf was empty at some time, so demand was at least what was sold."""
    price: Floats | None
    """[K, H + T] sales price, nan where unknown, T periods ahead included; None: nobody told."""
    promotion: Floats | None
    """[K, H + T] size of a promotion, 0 where there is none; None: nobody told."""

    @property
    def n_periods(self) -> int:
        """H."""
        return self.quantity.shape[1]

    @property
    def dates(self) -> pd.DatetimeIndex:
        """[H] first days of the past periods."""
        days = self.first + self.days * np.arange(self.n_periods)
        return pd.DatetimeIndex(days.astype("datetime64[s]"), name="date")

    def until(self, n: int) -> History:
        """What was known after the first ``n`` past periods.

        Of price and promotion, the T columns that follow stay: they are plans, and were known.

        Raises
        ------
        ValueError
            If there are no ``n`` past periods, or ``n`` is not positive.
        """
        if not 1 <= n <= self.n_periods:
            raise ValueError(f"{n} is not one of 1 to {self.n_periods} past periods")

        def known(plan: Floats | None) -> Floats | None:
            return None if plan is None else plan[:, : n + plan.shape[1] - self.n_periods]

        return dataclasses.replace(
            self,
            quantity=self.quantity[:, :n],
            in_stock=self.in_stock[:, :n],
            price=known(self.price),
            promotion=known(self.promotion),
        )

    def take(self, points: Ints) -> History:
        """The history of some stock points, in the order asked for."""
        return dataclasses.replace(
            self,
            quantity=self.quantity[points],
            in_stock=self.in_stock[points],
            price=None if self.price is None else self.price[points],
            promotion=None if self.promotion is None else self.promotion[points],
        )

    def ahead(self, n_periods: int) -> History:
        """The same with ``n_periods`` ahead; in those that are new, the price is unknown."""

        def cut(plan: Floats | None, blank: float) -> Floats | None:
            if plan is None:
                return None
            size = self.n_periods + n_periods
            extra = max(size - plan.shape[1], 0)
            return np.pad(plan[:, :size], ((0, 0), (0, extra)), constant_values=blank)

        return dataclasses.replace(
            self, price=cut(self.price, np.nan), promotion=cut(self.promotion, 0.0)
        )


def check_history(
    history: History, shape: tuple[int, int], days: int, begin: np.datetime64
) -> None:
    """Raise ValueError where a history does not go with its scenario.

    Parameters
    ----------
    history : History
    shape : tuple
        Stock points and periods of the scenario.
    days : int
        Length of its periods.
    begin : datetime64
        Its first day.
    """
    past = history.quantity.shape
    if history.quantity.ndim != 2 or past[0] != shape[0]:
        raise ValueError(f"history must have {shape[0]} stock points, not {past}")
    if history.in_stock.shape != past:
        raise ValueError(f"in_stock of a history must be {past}, not {history.in_stock.shape}")
    whole = (past[0], past[1] + shape[1])
    for name, plan in (("price", history.price), ("promotion", history.promotion)):
        if plan is not None and plan.shape != whole:
            raise ValueError(
                f"{name} of a history must reach over past and plan, {whole}, not {plan.shape}"
            )
    if history.days != days:
        raise ValueError(
            f"a period of the history has {history.days} days, one of the scenario {days}"
        )
    if history.first + history.days * history.n_periods != begin:
        raise ValueError(f"the history does not end as the scenario begins, on {begin}")
