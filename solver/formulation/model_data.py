"""Everything the order model needs, as plain arrays, before any modelling language is touched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.arrays.types import Floats, Ints
from scenarios.demand.forecast_error import stock_std
from scenarios.model.echelons import demand_beyond, depths, echelons, landed_cost, location_rank
from scenarios.model.memo import once
from scenarios.model.scenario import Scenario
from scenarios.resources import SharedResource, shared_resources
from solver.formulation.review_periods import orders_of, review_before, ships_between
from solver.formulation.shared_limits import SharedLimits, open_ways, shared_limits, use_std
from solver.formulation.shortfall_tiers import Tiers, selling_tiers, supplying_tiers
from solver.options import SolverOptions


@dataclass(frozen=True, eq=False)
class ModelData:
    """Data of the order model: K points, A routes, S periods.

    Where an array has S + 1 columns, column s + 1 belongs to the end of period s and column 0 to
    the opening.
    """

    n_periods: int
    lag: int
    """1 where stock that arrives can be shipped on in the next period only (order_first)."""
    backlog: bool
    sells: NDArray[np.bool_]
    supplies: NDArray[np.bool_]
    """[K] whether some route starts at the point."""
    origin: Ints
    destination: Ints
    lead_time: Ints
    orderable: NDArray[np.bool_]
    """[A, S] whether shipping makes sense: in a review period, or where goods are owed, and early
    enough to be of use."""
    review: Ints
    """[S] the period in which the shipments of each period are ordered."""
    opening: Floats
    scheduled: Floats
    """[K, S] open orders arriving."""
    mean: Floats
    missed_already: Floats
    """[K, S] lost mean demand that no order can reach any more: data, not a decision."""
    safety_stock: Floats
    """[K, S + 1]"""
    tiers: Tiers
    """[K, S + 1, I]; unused tiers have width 0."""
    holding_price: Floats
    """[K, S] per unit on hand at the end of a period."""
    missed_price: Floats
    """[K, S] per lost unit, see :func:`missed_price`."""
    order_price: Floats
    """[A, S] per unit shipped, see :func:`order_price`."""
    later_price: Floats
    """[A] part of it that only orders after the commit window pay, see :func:`later_price`."""
    order_limit: Floats
    """[A] largest quantity of one order, inf: any."""
    product: Ints
    location: Ints
    lane: Ints
    resources: tuple[SharedResource, ...]
    """What each point and route takes of what is shared."""
    limits: SharedLimits

    @property
    def n_points(self) -> int:
        return len(self.sells)

    @property
    def n_routes(self) -> int:
        return len(self.origin)

    @property
    def placeable(self) -> NDArray[np.bool_]:
        """[A, S] whether an order may be placed: some of what it asks for may ship."""
        return orders_of(self.review, self.orderable.astype(float)) > 0

    def ordered(self, shipments: Floats) -> Floats:
        """[A, S] orders by which ``shipments`` [A, S] leave."""
        return orders_of(self.review, shipments)


@dataclass(frozen=True, eq=False)
class SharedData:
    """What the data of every product depend on, though it belongs to none."""

    n_periods: int
    """See :func:`model_periods`."""
    afterwards: int
    """See :func:`afterwards`."""
    holding_cost: float
    """Mean over all stock points."""
    use_std: tuple[Floats | None, ...]
    """[n, S] of each shared resource, see :func:`solver.formulation.shared_limits.use_std`."""
    limits: SharedLimits


def shared_data(scenario: Scenario, options: SolverOptions) -> SharedData:
    """What all products of a scenario have in common."""
    n_periods = model_periods(scenario)
    sigma = use_std(_served_where_owed(scenario), n_periods)
    holding = scenario.points.holding_cost
    return SharedData(
        n_periods=n_periods,
        afterwards=afterwards(scenario),
        holding_cost=float(holding.mean()) if holding.size else 1.0,
        use_std=sigma,
        limits=shared_limits(scenario, n_periods, sigma, options),
    )


def prepare(
    scenario: Scenario,
    safety_stock: Floats,
    options: SolverOptions,
    wanted_anyway: tuple[Ints, Ints] | None = None,
    shared: SharedData | None = None,
) -> ModelData:
    """Arrays of the order model.

    Parameters
    ----------
    scenario : Scenario
    safety_stock : array [K, T]
        Buffer wanted at the end of each period (see ``solver.closed_form.order_up_to``).
    options : SolverOptions
    wanted_anyway : tuple of arrays [n], optional
        Routes and periods in which something is shipped whether it makes sense or not.
    shared : SharedData, optional
        Of the whole, where ``scenario`` is a subset of it; default: :func:`shared_data`.
    """
    shared = shared or shared_data(scenario, options)
    scenario = _served_where_owed(scenario)
    settings, points, routes = scenario.settings, scenario.points, scenario.routes
    n_periods = shared.n_periods
    mean = demand_beyond(scenario, scenario.mean, n_periods)
    supplies = np.zeros(scenario.n_points, dtype=bool)
    supplies[routes.origin[routes.origin >= 0]] = True
    scheduled = scenario.arrivals(n_periods)

    backlog = settings.unmet_demand == "backlog"
    opening = points.on_hand - (points.backlog if backlog else 0.0)
    wanted = np.concatenate([safety_stock[:, :1], safety_stock], axis=1)
    extra = n_periods - safety_stock.shape[1]
    if extra > 0:
        wanted = np.concatenate([wanted, np.repeat(wanted[:, -1:], extra, axis=1)], axis=1)
    useful = useful_until(scenario, n_periods)
    wanted[supplies] = np.maximum(wanted[supplies], 0.0)
    if settings.end_of_life:
        late = np.arange(-1, n_periods)[None, :] >= useful[:, None]
        wanted[late & (supplies & ~points.sells)[:, None]] = 0.0
    std = stock_std(scenario, n_periods)
    orderable = (
        np.arange(n_periods)[None, :] + routes.lead_time[:, None]
        <= (useful[routes.destination][:, None])
    )
    is_review = np.arange(n_periods) % settings.review_period == 0
    orderable &= is_review[None, :] | ships_between(scenario)[:, None]
    orderable &= worth_its_way(scenario)[:, None]
    if wanted_anyway is not None:
        orderable[wanted_anyway] = True
    orderable &= (routes.max_order_quantity > 0)[:, None]
    orderable &= open_ways(scenario, n_periods)

    # Where holding costs the same everywhere, stock waits upstream until it is needed.
    waits_upstream = points.holding_cost * (1.0 + 1e-4 * depths(scenario))
    holding_price = np.repeat(waits_upstream[:, None], n_periods, axis=1)
    if settings.end_of_life:
        holding_price[:, -1] += landed_cost(scenario)[0]
    return ModelData(
        n_periods=n_periods,
        lag=settings.shipping_lag,
        backlog=backlog,
        sells=points.sells,
        supplies=supplies,
        origin=routes.origin,
        destination=routes.destination,
        lead_time=routes.lead_time,
        orderable=orderable,
        review=review_before(scenario, n_periods),
        opening=opening,
        scheduled=scheduled,
        mean=mean,
        missed_already=_missed_already(scenario, opening, scheduled, mean, orderable),
        safety_stock=wanted,
        tiers=_tiers(scenario, wanted, std, options, shared),
        holding_price=holding_price,
        missed_price=missed_price(scenario, shared, options),
        order_price=order_price(scenario, n_periods),
        later_price=later_price(scenario),
        order_limit=routes.max_order_quantity,
        product=points.product,
        location=points.location,
        lane=routes.lane,
        resources=shared_resources(scenario),
        limits=shared.limits,
    )


def model_periods(scenario: Scenario) -> int:
    """Periods to model: so many more than the scenario's that its last orders see all they cover.

    With ``end_of_life`` there is no demand beyond the last period, and nothing to see.
    """
    if scenario.settings.end_of_life:
        return scenario.n_periods
    return scenario.n_periods + int(echelons(scenario).cover.max(initial=1)) - 1


def useful_until(scenario: Scenario, n_periods: int) -> Ints:
    """[K] last period in which a receipt can still reach a customer within the model, or -1."""
    routes, points = scenario.routes, scenario.points
    useful = np.where(points.sells, n_periods - 1, -1)
    lag = scenario.settings.shipping_lag
    for group in routes_upwards(scenario):
        group = group[routes.max_order_quantity[group] > 0]
        latest = useful[routes.destination[group]] - routes.lead_time[group] - lag
        np.maximum.at(useful, routes.origin[group], latest)
    return useful


@once
def routes_upwards(scenario: Scenario) -> list[Ints]:
    """Routes between stock points, in groups: those to the places furthest down first."""
    routes = scenario.routes
    rank = location_rank(scenario)
    inside = np.flatnonzero(routes.origin >= 0)
    by_rank = rank[scenario.points.location[routes.destination[inside]]]
    return [inside[by_rank == level] for level in np.unique(by_rank)[::-1]]


def worth_its_way(scenario: Scenario) -> NDArray[np.bool_]:
    """[A] whether a route costs no more above the cheapest way than a lost sale below it.

    The price of lost sales in the model carries a surcharge (:func:`missed_price`), which must not
    pay for a way so dear that losing the sale is cheaper. Where customers wait, they wait at a cost
    per period, and any way may be worth it.
    """
    routes, points = scenario.routes, scenario.points
    if scenario.settings.unmet_demand == "backlog":
        return np.ones(scenario.n_routes, dtype=bool)
    stake = np.where(points.sells, points.missed_sale_cost, 0.0)
    for group in routes_upwards(scenario):
        np.maximum.at(stake, routes.origin[group], stake[routes.destination[group]])
    landed, by_way = landed_cost(scenario)
    excess = by_way - landed[routes.destination]
    return excess <= stake[routes.destination] + 1e-9 * by_way


def _served_where_owed(scenario: Scenario) -> Scenario:
    """Places without a forecast where customers wait nevertheless count as selling."""
    points = scenario.points
    if scenario.settings.unmet_demand == "lost" or not (points.backlog > 0).any():
        return scenario
    return replace(scenario, points=replace(points, sells=points.sells | (points.backlog > 0)))


def afterwards(scenario: Scenario) -> int:
    """How many periods a shortfall at the end of the model stands for.

    If demand goes on, what is short at the end stays short until an order can come all the way; or
    the last orders would not seem worth their cost.
    """
    if scenario.settings.end_of_life:
        return 1
    return int(echelons(scenario).cover.max(initial=1))


def missed_price(scenario: Scenario, shared: SharedData, options: SolverOptions) -> Floats:
    """[K, S] price of a lost unit in the model.

    The missed-sale cost and, on top, all that a unit refused in this period could save in shortfall
    until the end: so no sale is refused to rebuild a safety stock, nor earlier than it must be.
    """
    points = scenario.points
    review = scenario.settings.review_period
    per_period = (points.missed_sale_cost + review * points.holding_cost)[:, None]
    left = shared.n_periods - np.arange(shared.n_periods) + shared.afterwards - 1
    if options.lost_sales == "priced":
        left = np.zeros_like(left)
    return points.missed_sale_cost[:, None] + left * per_period


def _tiers(
    scenario: Scenario, wanted: Floats, std: Floats, options: SolverOptions, shared: SharedData
) -> Tiers:
    """Tiers of all points in one array; a supplying point uses the first slice only."""
    std = np.concatenate([std[:, :1], std], axis=1)
    sells = np.flatnonzero(scenario.points.sells)
    others = np.flatnonzero(~scenario.points.sells)
    selling = selling_tiers(scenario, sells, wanted[sells], std[sells], options)
    above = supplying_tiers(scenario, others, wanted[others], shared.holding_cost)
    selling.price[:, -1] *= shared.afterwards
    shape = (*wanted.shape, selling.width.shape[2])
    tiers = Tiers(np.zeros(shape), np.empty(shape))
    tiers.width[sells], tiers.price[sells] = selling.width, selling.price
    tiers.width[others, :, :1], tiers.price[others] = above.width, above.price
    return tiers


def order_price(scenario: Scenario, n_periods: int) -> Floats:
    """[A, S] cost per unit ordered beyond what any unit sold there has to cost.

    Lane costs count as the excess over the cheapest way to the destination: what every unit has to
    pay is part of the margin that the missed-sale cost stands for. So is holding in transit. (To
    charge either in full would let safety stocks run down: the last units of a buffer save less
    than they cost to bring, but they are brought once and not used up.) An order after the commit
    window pays :func:`later_price` as well. Shipments between reviews pay as ordered.
    """
    routes, settings = scenario.routes, scenario.settings
    landed, by_way = landed_cost(scenario)
    now = by_way - landed[routes.destination]
    later = now + later_price(scenario)
    committed = np.arange(n_periods) < settings.commit_periods
    price = np.where(committed[None, :], now[:, None], later[:, None])
    review = review_before(scenario, n_periods)
    return price[:, review] + _late_transit(scenario, n_periods) + _delay(scenario, review)


def _delay(scenario: Scenario, review: Ints) -> Floats:
    """[A, S] surcharge on what ships after the review that ordered it.

    It is just more than what shipping later saves in holding: what is ordered leaves as soon as it
    is there and the lane has room, so that the plan may not count on goods that wait.
    """
    routes, holding = scenario.routes, scenario.points.holding_cost
    here = np.where(routes.origin >= 0, holding[routes.origin], 0.0)
    saved = np.maximum(holding[routes.destination] - here, 0.0)
    least = 1e-3 * holding[routes.destination]
    return np.asarray((saved + least)[:, None] * (np.arange(len(review)) - review))


def _late_transit(scenario: Scenario, n_periods: int) -> Floats:
    """[A, S] surcharge on orders near the end, by what the end of the model would save them.

    With r periods left, a unit that stays at its origin still pays h_o r, and one that is sent pays
    h_d (r - L): less, near the end, so that stock would be sent away although nobody needs it. The
    surcharge makes up for it. It rises more slowly than what sending a period earlier costs, so
    that it does not bring shipments forward either.
    """
    routes, holding = scenario.routes, scenario.points.holding_cost
    here = np.where(routes.origin >= 0, holding[routes.origin], 0.0)[:, None]
    more = np.maximum(holding[routes.destination][:, None] - here, 0.0)
    lead = routes.lead_time[:, None]
    left = n_periods - np.arange(n_periods)[None, :]
    return np.maximum(1.001 * here * lead - 0.9 * more * (left - lead), 0.0)


def _missed_already(
    scenario: Scenario,
    opening: Floats,
    scheduled: Floats,
    mean: Floats,
    orderable: NDArray[np.bool_],
) -> Floats:
    """[K, S] mean demand lost before the first order can arrive."""
    missed = np.zeros_like(mean)
    if scenario.settings.unmet_demand == "backlog":
        return missed
    n_periods = mean.shape[1]
    first = np.full(scenario.n_points, n_periods)
    routes = scenario.routes
    can = orderable.any(axis=1)
    arrival = np.argmax(orderable, axis=1) + routes.lead_time
    np.minimum.at(first, routes.destination[can], arrival[can])
    stock = opening.copy()
    for s in range(int(first.max(initial=0))):
        stock = stock + scheduled[:, s] - mean[:, s]
        missed[:, s] = np.where((s < first) & scenario.points.sells, np.maximum(-stock, 0.0), 0.0)
        stock = np.maximum(stock, 0.0)
    return missed


@once
def later_price(scenario: Scenario) -> Floats:
    """[A] price per unit that stands for the lot rules which later orders do not obey.

    A fixed cost K is paid as 2 K / Q per unit, Q being the economic order quantity: the price at
    which ordering Q now is worth K exactly when stock runs out. Where customers wait and lots are
    forced to be larger than Q, a unit pays its share of K and the holding of the rest of its lot
    while that is used up: waiting for a later, fractional order would look free without it. (Where
    sales are lost, the price of a lost sale sees to that already.)
    """
    routes, settings = scenario.routes, scenario.settings
    economic = economic_lot(scenario)
    price = 2.0 * routes.order_cost / np.where(economic > 0, economic, np.inf)
    if settings.unmet_demand == "lost":
        return price
    forced = np.maximum(routes.min_order_quantity, routes.order_multiple)
    links = echelons(scenario)
    mean = scenario.mean.mean(axis=1)
    demand = np.bincount(links.upper, mean[links.lower], scenario.n_points)[routes.destination]
    lasts = np.minimum(forced / np.where(demand > 0, demand, np.inf), 2.0 * scenario.n_periods)
    holding = scenario.points.holding_cost[routes.destination]
    cycle = 0.5 * holding * np.maximum(lasts - settings.review_period, 0.0)
    share = routes.order_cost / np.maximum(forced, 1e-12)
    return np.where((forced > economic) & (forced > 0), share + cycle, price)


@once
def economic_lot(scenario: Scenario) -> Floats:
    """[A] economic order quantity sqrt(2 K D / h) of each route, inf where holding is free."""
    routes, links = scenario.routes, echelons(scenario)
    average = scenario.mean.mean(axis=1)
    demand = np.bincount(links.upper, average[links.lower], scenario.n_points)[routes.destination]
    holding = scenario.points.holding_cost[routes.destination]
    safe = np.where(holding > 0, holding, 1.0)
    return np.where(holding > 0, np.sqrt(2.0 * routes.order_cost * demand / safe), np.inf)
