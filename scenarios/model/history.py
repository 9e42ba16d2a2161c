"""Past sales at the stock points, as a forecaster needs them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.arguments import Arguments, argument_error
from scenarios.arrays.frozen import freeze
from scenarios.arrays.types import Floats, Ints
from scenarios.notebook import plural

DTYPES: dict[str, type] = {
    "quantity": np.float64, "in_stock": np.bool_, "price": np.float64, "promotion": np.float64,
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
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

    def __post_init__(self) -> None:
        check = Arguments("History")
        if check.kind("first", self.first, np.datetime64, "a numpy.datetime64"):
            object.__setattr__(self, "first", self.first.astype("datetime64[D]"))
        if check.whole("days", self.days) and self.days not in (1, 7):
            check.add("days", "is neither 1 nor 7", "give 1 (day) or 7 (week)", self.days)
        for name, dtype in DTYPES.items():
            values = getattr(self, name)
            if values is None and name in ("price", "promotion"):
                continue
            typed = check.array(name, values, dtype)
            if typed is not None and typed.ndim != 2:
                check.add(name, f"has the shape {typed.shape}", "give [points, periods]")
            elif typed is not None and typed is not values:
                object.__setattr__(self, name, typed)
        check.refuse()
        if self.in_stock.shape != self.quantity.shape:
            past = self.quantity.shape
            problem = f"in_stock of a history must be {past}, not {self.in_stock.shape}"
            raise argument_error("History", "in_stock", problem, "give it the shape of quantity")

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Pickles and copies hold arrays that can be written to.
        for name in DTYPES:
            if state[name] is not None:
                freeze(state[name])
        self.__dict__.update(state)

    def __repr__(self) -> str:
        points, past = self.quantity.shape
        unit = "day" if self.days == 1 else "week"
        begun = str(self.first.astype("datetime64[D]"))
        return f"History({plural(points, 'stock point')}, {plural(past, unit)} from {begun})"

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

        Parameters
        ----------
        n : int

        Returns
        -------
        History

        Raises
        ------
        InputError
            If there are no ``n`` past periods, or ``n`` is not positive.
        """
        check = Arguments("History.until")
        check.whole("n", n)
        check.refuse()
        if not 1 <= n <= self.n_periods:
            problem = f"{n} is not one of 1 to {self.n_periods} past periods"
            raise argument_error("History.until", "n", problem, "name one of them")

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
        """The history of some stock points, in the order asked for.

        Parameters
        ----------
        points : integer array
            Their indices.

        Returns
        -------
        History

        Raises
        ------
        InputError
            If there are no such points.
        """
        check = Arguments("History.take")
        check.indices("points", points, len(self.quantity))
        check.refuse()
        return dataclasses.replace(
            self,
            quantity=freeze(self.quantity[points]),
            in_stock=freeze(self.in_stock[points]),
            price=None if self.price is None else freeze(self.price[points]),
            promotion=None if self.promotion is None else freeze(self.promotion[points]),
        )

    def ahead(self, n_periods: int) -> History:
        """The same with ``n_periods`` ahead; in those that are new, the price is unknown.

        Parameters
        ----------
        n_periods : int

        Returns
        -------
        History

        Raises
        ------
        InputError
            If it is no number of periods.
        """
        check = Arguments("History.ahead")
        check.whole("n_periods", n_periods, least=0)
        check.refuse()

        def cut(plan: Floats | None, blank: float) -> Floats | None:
            if plan is None:
                return None
            size = self.n_periods + n_periods
            extra = max(size - plan.shape[1], 0)
            longer = np.pad(plan[:, :size], ((0, 0), (0, extra)), constant_values=blank)
            return cast(Floats, freeze(longer))

        return dataclasses.replace(
            self, price=cut(self.price, np.nan), promotion=cut(self.promotion, 0.0)
        )


def check_history(
    check: Arguments, history: object, shape: tuple[int, int], days: int, begin: np.datetime64
) -> None:
    """Whether a history goes with its scenario.

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
    if not check.kind("history", history, History, "a History, or None", optional=True):
        return
    if not isinstance(history, History):
        return

    def add(problem: str, remedy: str) -> None:
        check.add("history", problem, remedy)

    past = history.quantity.shape
    if past[0] != shape[0]:
        add(f"history must have {shape[0]} stock points, not {past}", "give a row for each point")
        return
    whole = (past[0], past[1] + shape[1])
    for name, plan in (("price", history.price), ("promotion", history.promotion)):
        if plan is not None and plan.shape != whole:
            problem = (
                f"{name} of a history must reach over past and plan, {whole}, not {plan.shape}"
            )
            add(problem, "see History.ahead")
    if history.days != days:
        problem = f"a period of the history has {history.days} days, one of the scenario {days}"
        add(problem, "give both in the same periods")
    if history.first + history.days * history.n_periods != begin:
        problem = f"the history does not end as the scenario begins, on {begin}"
        add(problem, "give all periods before the first one, or None")
