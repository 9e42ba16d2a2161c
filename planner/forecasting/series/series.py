"""Past sales as models read them: N series up to one period, and what is known of the calendar."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from planner.forecasting.series.windows import trailing_mean
from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario

Mask = NDArray[np.bool_]

LEVEL_WEEKS = 13
"""Weeks that the level of a series is averaged over."""


@dataclass(frozen=True, eq=False)
class Series:
    """Sales of N series over H past periods; every model may read all of it.

    What a model must not know, the end of :meth:`until` has cut off.
    """

    quantity: Floats
    """[N, H] units; nan where nothing is known of demand (not begun, shelf empty)."""
    known: Mask
    """[N, H] where the quantity is the demand itself: begun, and in stock."""
    first: np.datetime64
    days: int
    """Days of a period: 1 or 7."""
    product: Ints
    location: Ints
    category: Ints
    whole: Mask
    """[N] whether all quantities are whole units."""
    price: Floats | None = None
    """[N, H + ahead] or None; nan where unknown."""
    promotion: Floats | None = None
    """[N, H + ahead] or None; 0 where there is none."""
    planned: bool = True
    """Whether prices and promotions ahead are told. If not, what is told of the past does not
    help either, and would seem to at past origins."""

    @property
    def n_series(self) -> int:
        return self.quantity.shape[0]

    @property
    def n_periods(self) -> int:
        return self.quantity.shape[1]

    @property
    def per_week(self) -> int:
        """Periods of a week."""
        return 7 // self.days

    @property
    def year(self) -> int:
        """Periods of 52 weeks, after which weekdays meet again."""
        return 52 * self.per_week

    def week_of_year(self, periods: Ints) -> Ints:
        """Week 0 .. 51 of the year in which each period begins; days 365 and 366 count as 51."""
        days = self.first + self.days * np.asarray(periods)
        day_of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(int)
        return np.minimum(day_of_year // 7, 51)

    def until(self, n_periods: int) -> Series:
        """What was known after the first ``n_periods``: plans of price and promotion stay."""

        def known_then(values: Floats | None) -> Floats | None:
            if values is None:
                return None
            return values[:, : values.shape[1] - self.n_periods + n_periods]

        known, quantity = self.known[:, :n_periods], self.quantity[:, :n_periods]
        return dataclasses.replace(
            self,
            quantity=quantity,
            known=known,
            whole=_whole(np.where(known, quantity, 0.0)),
            price=known_then(self.price),
            promotion=known_then(self.promotion),
        )


Predictor = Callable[[Series, int], Floats]
"""``(series, n_ahead) -> [N, n_ahead]`` means of the periods after the end of the series."""


def series_of(scenario: Scenario) -> tuple[Series, Ints]:
    """The series of a scenario's history, and the stock point of each [N].

    Raises
    ------
    ValueError
        If there is no history.
    """
    history = scenario.history
    if history is None:
        raise ValueError("the scenario has no sales history")
    points = np.flatnonzero(~np.isnan(history.quantity).all(axis=1))
    sold, in_stock = history.quantity[points], history.in_stock[points]
    begun = ~np.isnan(sold)
    price, promotion = history.price, history.promotion
    ahead = slice(history.n_periods, None)
    told = price is not None and not np.isnan(price[:, ahead]).all()
    told |= promotion is not None and bool(np.nan_to_num(promotion[:, ahead]).any())
    product = scenario.points.product[points]
    names = np.asarray(scenario.products.category[product], dtype=str)
    return Series(
        quantity=at_least(sold, begun & in_stock, 7 // history.days),
        known=begun & in_stock,
        first=history.first.astype("datetime64[D]"),
        days=history.days,
        product=product,
        location=scenario.points.location[points],
        category=np.unique(names, return_inverse=True)[1].astype(np.int64),
        whole=_whole(np.nan_to_num(sold)),
        price=None if price is None else price[points],
        promotion=None if promotion is None else promotion[points],
        planned=told,
    ), points


def _whole(sold: Floats) -> Mask:
    return (sold == np.rint(sold)).all(axis=1)


def at_least(sold: Floats, known: Mask, per_week: int) -> Floats:
    """[N, H] sales, with what demand is expected to have been where the shelf ran empty.

    Out of stock, demand was at least what was sold: its mean given that, for a Poisson law with
    the mean of the known periods of the quarter before, E[D | D >= q] (the first step of the EM
    algorithm for censored demand; Nahmias 1994, Management Science 40(6)). Where nothing was sold
    that says nothing, and the period is nan.
    """
    out = np.where(known, sold, np.nan)
    censored = ~known & (np.nan_to_num(sold) > 0)
    if not censored.any():
        return out
    row, column = np.nonzero(censored)
    least = sold[row, column]
    usual = trailing_mean(out, LEVEL_WEEKS * per_week)[row, column]
    level = np.where(np.isnan(usual), least, usual)
    # E[D; D >= q] = level P(D >= q - 1) for a Poisson law.
    whole = np.ceil(least)
    tail = np.maximum(special.pdtrc(whole - 1, level), 1e-12)
    above = np.where(whole > 1, special.pdtrc(np.maximum(whole - 2, 0), level), 1.0)
    expected = level * above / tail
    out[row, column] = np.maximum(np.minimum(expected, 2 * least + level), least)
    return out
