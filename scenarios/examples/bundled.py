"""Bundled examples of any size: a retail chain, a warehouse with stores, one product alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats, Ints
from scenarios.model.scenario import Scenario

START = "2026-01-05"
"""A Monday."""


def retail_chain(n_products: int = 200, seed: int = 0, n_periods: int = 28) -> Scenario:
    """New York <- Tennessee <- Los Angeles <- China, with storage that binds.

    Lead times are 2, 3 and 4 days. A missed sale costs the margin of the product, 10 to 1000
    times (log-uniform) its holding cost a day, which falls along the chain as 1 : 0.8 : 0.5.
    Stocks and pipelines start near where they would settle, except that every tenth product is
    short in New York. Storage holds 86% of what an unlimited plan would keep in New York and 95%
    upstream, both by the textbook rule (newsvendor quantile over the cover), and the lane from
    Los Angeles to Tennessee carries a quarter more than the mean demand.

    Parameters
    ----------
    n_products : int
        Any number from 1. Storage and lane grow with it, so that both bind alike at any size.
    seed : int
        Equal seeds give equal scenarios.
    n_periods : int
        Days of forecast, at least 12.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If a number is none of these.
    """
    _check("retail_chain", seed, n_periods, 12, n_products=n_products)
    rng = np.random.default_rng(seed)
    places, leads = ("New York", "Tennessee", "Los Angeles"), (2, 3, 4)
    shares, storage_shares = (1.0, 0.8, 0.5), (0.86, 0.95, 0.95)
    origins = (*places[1:], "China")
    goods = _products(n_products, rng)
    mean = _two_sinusoids(_levels(n_products, rng), n_periods, rng)
    cv = rng.uniform(0.1, 0.6, n_products)
    std = cv[:, None] * mean
    goods["distribution"] = np.where(cv > 0.4, "gamma", "normal")

    # Echelon j protects the customer over C_j = L_0 + ... + L_j + j + 1 periods.
    cover = np.cumsum(leads) + np.arange(len(leads)) + 1
    flow, typical = mean.mean(axis=1), std.mean(axis=1)
    echelon = _echelon_buffers(goods, shares, cover, flow, typical)
    safety = np.diff(echelon, axis=0, prepend=0.0)
    # What leaves stage j in period t is bought `lag[j]` periods later.
    lag = np.concatenate([[0], cover[:-1] - 1])
    volume = goods["volume"].to_numpy()
    used = [volume @ (safety[j] + (flow if j else 0.0)) for j in range(len(places))]
    short = rng.random(n_products) < 0.1

    inventory, orders = [], []
    for j, place in enumerate(places):
        level = safety[j] * rng.uniform(0.8, 1.2, n_products)
        if j == 0:
            level = np.where(short, 0.2 * level, level)
        stock = level + (_at(mean, lag[j]) if j else 0.0)
        inventory.append(_stock(goods["product"], place, np.rint(stock)))
        for day in range(leads[j]):
            bought = _at(mean, day + (lag[j] + 1 if j else 0))
            orders.append(
                _under_way(goods["product"], origins[j], place, np.rint(bought), _day(day))
            )
    tables = {
        "products": goods,
        "locations": pd.DataFrame(
            {
                "location": places,
                "storage_capacity": [
                    _round_up(share * use) for share, use in zip(storage_shares, used, strict=True)
                ],
            }
        ),
        "lanes": pd.DataFrame(
            {
                "origin": origins,
                "destination": places,
                "lead_time": leads,
                "capacity": [np.nan, _round_up(1.25 * float(volume @ flow)), np.nan],
            }
        ),
        "product_locations": pd.concat(
            [
                pd.DataFrame(
                    {
                        "product": goods["product"],
                        "location": place,
                        "holding_cost": share * goods["holding_cost"],
                    }
                )
                for place, share in zip(places[1:], shares[1:], strict=True)
            ],
            ignore_index=True,
        ),
        "inventory": pd.concat(inventory, ignore_index=True),
        "open_orders": _only_positive(orders),
        "forecast": _forecast(goods["product"], places[0], mean, std),
    }
    return Scenario.from_tables(tables, {"start_date": START, "currency": "USD"})


def stores(n_products: int = 40, n_stores: int = 5, seed: int = 0) -> Scenario:
    """One warehouse in front of several stores; cases from the supplier, shared storage.

    The supplier delivers in 3 days, in cases of 12 and at a fixed cost for each order line; the
    warehouse reaches its stores overnight, the last one in 2 days.

    Parameters
    ----------
    n_products, n_stores : int
        Any numbers from 1.
    seed : int
        Equal seeds give equal scenarios.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If a number is none of these.
    """
    n_periods, supply, warehouse = 28, 3, "Warehouse"
    _check("stores", seed, n_periods, 1, n_products=n_products, n_stores=n_stores)
    rng = np.random.default_rng(seed)
    goods = _products(n_products, rng)
    goods["distribution"] = "negative_binomial"
    names = [f"Store {i + 1}" for i in range(n_stores)]
    leads = np.r_[np.ones(n_stores - 1, dtype=int), 2]
    levels = _levels(n_products, rng) / 4
    size = rng.uniform(0.5, 1.6, n_stores)
    means = [_two_sinusoids(levels * share, n_periods, rng) for share in size]
    stds = [np.sqrt(1.5 * mean) for mean in means]
    ratio = (goods["missed_sale_cost"] / goods["holding_cost"]).to_numpy()
    z = special.ndtri(ratio / (1 + ratio))
    safety = [
        z * std.mean(axis=1) * np.sqrt(lead + 1) for std, lead in zip(stds, leads, strict=True)
    ]
    flow = sum((mean.mean(axis=1) for mean in means), start=np.zeros(n_products))
    spare = z * np.sqrt(1.5 * flow * (supply + 1))
    product, volume = goods["product"], goods["volume"].to_numpy()
    inventory = [
        _stock(product, name, np.rint(level * rng.uniform(0.6, 1.3, n_products)))
        for name, level in zip(names, safety, strict=True)
    ]
    inventory.append(_stock(product, warehouse, np.rint(0.2 * spare + flow)))
    orders = [
        _under_way(product, warehouse, name, np.rint(_at(mean, day)), _day(day))
        for name, mean, lead in zip(names, means, leads, strict=True)
        for day in range(int(lead))
    ]
    orders += [
        _under_way(product, "Supplier", warehouse, 12 * np.rint(flow / 12), _day(day))
        for day in range(supply)
    ]
    tables = {
        "products": goods,
        "locations": pd.DataFrame(
            {
                "location": [warehouse, *names],
                "storage_capacity": [_round_up(0.9 * float(volume @ (0.2 * spare + flow + 6)))]
                + [
                    _round_up(1.3 * float(volume @ (level + mean.mean(axis=1))))
                    for level, mean in zip(safety, means, strict=True)
                ],
            }
        ),
        "lanes": pd.DataFrame(
            {
                "origin": ["Supplier", *[warehouse] * n_stores],
                "destination": [warehouse, *names],
                "lead_time": [supply, *leads],
                "order_cost": [2.0, *[0.0] * n_stores],
            }
        ),
        "product_lanes": pd.DataFrame(
            {
                "product": product,
                "origin": "Supplier",
                "destination": warehouse,
                "order_multiple": 12,
            }
        ),
        "product_locations": pd.DataFrame(
            {
                "product": product,
                "location": warehouse,
                "holding_cost": 0.7 * goods["holding_cost"],
            }
        ),
        "inventory": pd.concat(inventory, ignore_index=True),
        "open_orders": _only_positive(orders),
        "forecast": pd.concat(
            [
                _forecast(product, name, mean, std)
                for name, mean, std in zip(names, means, stds, strict=True)
            ],
            ignore_index=True,
        ),
    }
    return Scenario.from_tables(tables, {"start_date": START, "currency": "EUR"})


def single(seed: int = 0) -> Scenario:
    """One product in one shop: a month of demand, delivered in 3 days.

    Parameters
    ----------
    seed : int
        Moves the seasons of the demand; equal seeds give equal scenarios.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If a number is none of these.
    """
    _check("single", seed, 28, 1)
    rng = np.random.default_rng(seed)
    mean = np.round(_two_sinusoids(np.array([20.0]), 28, rng), 2)
    product = pd.Series(["Coffee"])
    tables = {
        "products": pd.DataFrame(
            {
                "product": product,
                "missed_sale_cost": 4.0,
                "holding_cost": 0.05,
                "unit_cost": 6.0,
                "price": 10.0,
            }
        ),
        "locations": pd.DataFrame({"location": ["Shop"]}),
        "lanes": pd.DataFrame({"origin": ["Roaster"], "destination": ["Shop"], "lead_time": [3]}),
        "inventory": pd.DataFrame({"product": product, "location": "Shop", "on_hand": 45}),
        "open_orders": _only_positive(
            [_under_way(product, "Roaster", "Shop", np.array([20.0]), _day(t)) for t in range(2)]
        ),
        "forecast": _forecast(product, "Shop", mean, np.full_like(mean, 6.0)),
    }
    return Scenario.from_tables(tables, {"start_date": START, "currency": "EUR"})


def _check(call: str, seed: int, n_periods: int, fewest: int, **sizes: int) -> None:
    check = Arguments(call)
    for name, size in sizes.items():
        check.whole(name, size, least=1)
    check.whole("seed", seed, least=0)
    check.whole("n_periods", n_periods, least=fewest)
    check.refuse()


def _products(n_products: int, rng: np.random.Generator) -> pd.DataFrame:
    """Products whose missed-sale cost is their margin, at ratios from 10 to 1000."""
    width = max(4, len(str(n_products)))
    unit_cost = np.round(8 * np.exp(0.6 * rng.standard_normal(n_products)), 2) + 0.5
    price = np.round(unit_cost * rng.uniform(1.3, 2.5, n_products), 2)
    margin = np.round(price - unit_cost, 2)
    ratio = 10 ** rng.uniform(1, 3, n_products)
    return pd.DataFrame(
        {
            "product": [f"P{i + 1:0{width}d}" for i in range(n_products)],
            "missed_sale_cost": margin,
            "holding_cost": np.round(margin / ratio, 6),
            "unit_cost": unit_cost,
            "price": price,
            "volume": np.round(np.exp(0.7 * rng.standard_normal(n_products)), 2) + 0.1,
        }
    )


def _echelon_buffers(
    goods: pd.DataFrame, shares: tuple[float, ...], cover: Ints, mean: Floats, std: Floats
) -> Floats:
    """[J, P] textbook safety stock of each echelon of a chain, the retailer first.

    Mean of the two newsvendor bounds of Shang and Song 2003 (Management Science 49(5)).
    """
    missed, holding = goods["missed_sale_cost"].to_numpy(), goods["holding_cost"].to_numpy()
    gamma = (goods["distribution"] == "gamma").to_numpy()
    buffers = []
    for j, periods in enumerate(cover):
        above = shares[j + 1] if 0 < j < len(shares) - 1 else 0.0
        spread = std * np.sqrt(periods)
        shape = (mean * periods / spread) ** 2
        bounds = []
        for here in (1.0, shares[j]):
            level = (missed + above * holding) / (missed + here * holding)
            skewed = (special.gammaincinv(shape, level) / shape - 1) * mean * periods
            bounds.append(np.where(gamma, skewed, special.ndtri(level) * spread))
        buffers.append(sum(bounds) / len(bounds))
    return np.array(buffers)


def _levels(n_products: int, rng: np.random.Generator) -> Floats:
    """Mean demand a day, skewed as assortments are."""
    return np.clip(20 * np.exp(0.7 * rng.standard_normal(n_products)), 3, 200)


def _two_sinusoids(level: Floats, n_periods: int, rng: np.random.Generator) -> Floats:
    """[P, T] a weekly and a monthly wave about each level, with phases of their own."""
    day = np.arange(n_periods)
    shape = (2, len(level), 1)
    amplitude = rng.uniform([[[0.05]], [[0.05]]], [[[0.3]], [[0.2]]], shape)
    phase = rng.uniform(0, 2 * np.pi, shape)
    weekly, monthly = np.sin(2 * np.pi * day / np.array([[[7]], [[28]]]) + phase)
    return np.round(level[:, None] * (1 + amplitude[0] * weekly + amplitude[1] * monthly), 2)


def _at(mean: Floats, period: int) -> Floats:
    return mean[:, min(int(period), mean.shape[1] - 1)]


def _day(period: int) -> np.datetime64:
    return np.datetime64(START, "s") + np.timedelta64(period, "D")


def _round_up(volume: float) -> float:
    return float(np.ceil(volume))


def _stock(product: pd.Series, place: str, on_hand: Floats) -> pd.DataFrame:
    return pd.DataFrame({"product": product, "location": place, "on_hand": on_hand})


def _under_way(
    product: pd.Series, origin: str, destination: str, quantity: Floats, day: np.datetime64
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "product": product,
            "origin": origin,
            "destination": destination,
            "quantity": quantity,
            "receipt_date": day,
        }
    )


def _only_positive(orders: list[pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat(orders, ignore_index=True)
    return table[table["quantity"] > 0].reset_index(drop=True)


def _forecast(product: pd.Series, place: str, mean: Floats, std: Floats) -> pd.DataFrame:
    n_products, n_periods = mean.shape
    row: Ints = np.repeat(np.arange(n_products), n_periods)
    names = pd.Index(product, dtype="str")
    return pd.DataFrame(
        {
            "product": pd.Categorical.from_codes(row, categories=names),
            "location": pd.Categorical.from_codes(np.zeros_like(row), categories=pd.Index([place])),
            "date": np.tile(_day(0) + np.arange(n_periods).astype("timedelta64[D]"), n_products),
            "mean": mean.ravel(),
            "std": np.round(std.ravel(), 4),
        }
    )
