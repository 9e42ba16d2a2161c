"""Small scenarios straight from arrays: every product at every location.

Location 0 is the first one named. Numbers broadcast: point data to [J, P], forecasts to
[J, P, T], storage to [J, T], lane capacity to [N, T], with J locations, P products, T periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from scenarios.model.entities import (
    Entity,
    Lanes,
    Locations,
    OpenOrders,
    Points,
    Products,
    Routes,
)
from scenarios.model.opening import Ages
from scenarios.model.scenario import Scenario
from scenarios.settings import Settings

Lane = tuple[str, str, int]
"""Origin, destination, lead time; an origin that is no location is an external supplier."""


def world(
    locations: Sequence[str],
    lanes: Sequence[Lane],
    *,
    mean: ArrayLike = 0.0,
    std: ArrayLike = 0.0,
    n_products: int = 1,
    n_periods: int = 4,
    holding_cost: ArrayLike = 1.0,
    missed_sale_cost: ArrayLike = 10.0,
    unmet_order_cost: ArrayLike = 0.0,
    safety_stock: ArrayLike = np.nan,
    on_hand: ArrayLike = 0.0,
    backlog: ArrayLike = 0.0,
    sells: ArrayLike | None = None,
    kept: ArrayLike = True,
    storage_capacity: ArrayLike = np.inf,
    lane_capacity: ArrayLike = np.inf,
    lane_cost: ArrayLike = 0.0,
    order_cost: ArrayLike = 0.0,
    min_order_quantity: ArrayLike = 0.0,
    order_multiple: ArrayLike = 0.0,
    max_order_quantity: ArrayLike = np.inf,
    lead_times: ArrayLike | None = None,
    open_orders: Sequence[tuple[int, int, float]] = (),
    owed: np.ndarray | None = None,
    opening_ages: Ages | None = None,
    lead_time_by_period: np.ndarray | None = None,
    error_correlation: ArrayLike | None = None,
    **more: Any,
) -> Scenario:
    """A scenario of any acyclic shape.

    ``lane_cost``, ``order_cost`` and the lot rules broadcast to [N, P]; so does ``lead_times``,
    which overrides the lanes' lead times by product. ``kept`` [J, P] leaves points out (routes
    follow). ``open_orders`` are (route, period of arrival, quantity). ``sells`` defaults to
    points with any mean demand. ``error_correlation`` broadcasts like ``mean``, and counts where
    customers buy. Other keywords are columns of products (one value or [P]), such as ``volume``,
    of locations (one value or [J]), of stock points or routes (like those named here), or settings.
    """
    n_locations, n_lanes = len(locations), len(lanes)
    by_point, by_lane = (n_locations, n_products), (n_lanes, n_products)
    kept_ = np.broadcast_to(np.asarray(kept, dtype=bool), by_point)
    location, product = np.nonzero(kept_)
    index = np.full(by_point, -1)
    index[location, product] = np.arange(location.size)

    place = {name: j for j, name in enumerate(locations)}
    lane_origin = np.array([place.get(origin, -1) for origin, _, _ in lanes], dtype=np.int64)
    lane_end = np.array([place[end] for _, end, _ in lanes], dtype=np.int64)
    lead = np.array([lead for _, _, lead in lanes], dtype=np.int64)

    lane, carried = np.divmod(np.arange(n_lanes * n_products), n_products)
    end = index[lane_end[lane], carried]
    start = np.where(lane_origin[lane] < 0, -1, index[lane_origin[lane], carried])
    usable = (end >= 0) & ((start >= 0) | (lane_origin[lane] < 0))
    lane, carried, start, end = (x[usable] for x in (lane, carried, start, end))
    order = np.lexsort((lane, end))
    lane, carried, start, end = (x[order] for x in (lane, carried, start, end))

    def per_point(values: ArrayLike) -> np.ndarray:
        return np.broadcast_to(np.asarray(values, dtype=float), by_point)[location, product]

    def per_route(values: ArrayLike) -> np.ndarray:
        return np.broadcast_to(np.asarray(values, dtype=float), by_lane)[lane, carried]

    def per_lane(values: ArrayLike) -> np.ndarray:
        full = np.broadcast_to(np.asarray(values, dtype=float), by_lane)
        return full[:, 0] if n_products else np.zeros(n_lanes)

    def given(entity: type[Entity]) -> dict[str, Any]:
        return {name: more.pop(name) for name in entity.columns if name in more}

    def forecast(values: ArrayLike) -> np.ndarray:
        full = np.broadcast_to(np.asarray(values, dtype=float), (*by_point, n_periods))
        return full[location, product].copy()

    mean_ = forecast(mean)
    route_lead = lead[lane] if lead_times is None else per_route(lead_times).astype(np.int64)
    chosen = mean_.any(axis=1) if sells is None else per_point(np.asarray(sells))
    selling = np.asarray(chosen, dtype=bool)
    late = np.array(list(open_orders), dtype=float).reshape(-1, 3)
    of_products, of_locations = given(Products), given(Locations)
    of_points: dict[str, Any] = {name: per_point(values) for name, values in given(Points).items()}
    of_routes: dict[str, Any] = {name: per_route(values) for name, values in given(Routes).items()}
    settings = Settings.model_validate(more)
    products = Products.filled(
        n_products,
        name=np.array([f"P{p + 1}" for p in range(n_products)], dtype=object),
        missed_sale_cost=np.asarray(missed_sale_cost, dtype=float).max(),
        holding_cost=np.asarray(holding_cost, dtype=float).max(),
        **of_products,
    )
    all_lanes = Lanes.filled(
        n_lanes,
        n_periods=n_periods,
        origin_name=[origin for origin, _, _ in lanes],
        origin=lane_origin,
        destination=lane_end,
        lead_time=lead,
        capacity=np.broadcast_to(lane_capacity, (n_lanes, n_periods)).copy(),
        unit_cost=per_lane(lane_cost),
        order_cost=per_lane(order_cost),
    )
    return Scenario(
        settings=settings,
        dates=pd.date_range(
            "2026-01-05", periods=n_periods, freq="D" if settings.period == "D" else "7D"
        ),
        products=products,
        locations=Locations.filled(
            n_locations,
            n_periods=n_periods,
            name=list(locations),
            storage_capacity=np.broadcast_to(storage_capacity, (n_locations, n_periods)).copy(),
            **of_locations,
        ),
        lanes=all_lanes,
        points=Points.filled(
            product.size,
            parent=(products, product),
            product=product,
            location=location,
            holding_cost=per_point(holding_cost),
            missed_sale_cost=per_point(missed_sale_cost),
            unmet_order_cost=per_point(unmet_order_cost),
            safety_stock=per_point(safety_stock),
            on_hand=per_point(on_hand),
            backlog=per_point(backlog),
            sells=selling,
            **of_points,
        ),
        routes=Routes.filled(
            lane.size,
            parent=(all_lanes, lane),
            product=carried,
            lane=lane,
            origin=start,
            destination=end,
            lead_time=route_lead,
            min_order_quantity=per_route(min_order_quantity),
            order_multiple=per_route(order_multiple),
            max_order_quantity=per_route(max_order_quantity),
            unit_cost=per_route(lane_cost),
            order_cost=per_route(order_cost),
            **of_routes,
        ),
        open_orders=OpenOrders.filled(
            len(late), route=late[:, 0], period=late[:, 1], quantity=late[:, 2]
        ),
        mean=mean_,
        std=forecast(std),
        owed=owed,
        opening_ages=opening_ages,
        lead_time_by_period=lead_time_by_period,
        error_correlation=None
        if error_correlation is None
        else forecast(error_correlation) * selling[:, None],
    )


def column(values: ArrayLike) -> np.ndarray:
    """[J, 1] so that one number per location (or lane) broadcasts over products."""
    return np.asarray(values, dtype=float)[:, None]


def chain(
    leads: Sequence[int], mean: ArrayLike = 5.0, std: ArrayLike = 0.0, **more: Any
) -> Scenario:
    """A serial chain, the retailer first: ``leads[0]`` is the retailer's lead time.

    ``mean`` and ``std`` broadcast to [P, T] and belong to the retailer. Locations are ``store``,
    ``dc1``, ``dc2`` ...; route a (of one product) supplies point a; lane n supplies location n.
    """
    names = ["store", *(f"dc{j}" for j in range(1, len(leads)))]
    origins = [*names[1:], "supplier"]
    lanes = list(zip(origins, names, leads, strict=True))
    at_store = np.zeros((len(leads), 1, 1))
    at_store[0] = 1.0
    return world(
        names, lanes, mean=at_store * np.asarray(mean), std=at_store * np.asarray(std), **more
    )


def tree(
    store_leads: Sequence[int],
    dc_lead: int,
    mean: ArrayLike = 5.0,
    std: ArrayLike = 0.0,
    **more: Any,
) -> Scenario:
    """Several stores behind one DC (the last location), which a supplier serves.

    ``mean`` and ``std`` broadcast to [stores, P, T].
    """
    n_stores = len(store_leads)
    names = [*(f"store{j + 1}" for j in range(n_stores)), "dc"]
    lanes = [("dc", name, lead) for name, lead in zip(names, store_leads, strict=False)]
    lanes.append(("supplier", "dc", dc_lead))

    def at_stores(values: ArrayLike) -> np.ndarray:
        full = np.asarray(values, dtype=float)
        full = full.reshape((1,) * (3 - full.ndim) + full.shape)
        stores = np.broadcast_to(full, (n_stores, *full.shape[1:]))
        return np.concatenate([stores, np.zeros((1, *full.shape[1:]))])

    return world(names, lanes, mean=at_stores(mean), std=at_stores(std), **more)
