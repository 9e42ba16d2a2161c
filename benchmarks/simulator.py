"""How many product-days a second the simulator passes, on one core.

Demand is drawn beforehand; orders are the closed form's; three stages with lead times 2, 3, 4.
A product-day is one product in one period at all three stages. Medians of five runs.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/simulator.py [--products 100000]
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scenarios.arrays.types import Array
from scenarios.model.entities import Lanes, Locations, OpenOrders, Points, Products, Routes
from scenarios.model.scenario import Scenario
from scenarios.settings import Settings
from scenarios.simulation.run import run, simulate
from scenarios.simulation.state import State
from scenarios.simulation.step import compile_scenario, initial_state, period_costs
from solver.closed_form.order_up_to import order_up_to

LEADS = (2, 3, 4)


def chain(n_products: int, n_periods: int, unmet: str, rng: np.random.Generator) -> Scenario:
    """Store <- dc1 <- dc2 <- supplier, all products everywhere."""
    stages, size = len(LEADS), len(LEADS) * n_products
    stage, product = np.divmod(np.arange(size), n_products)
    mean = np.zeros((size, n_periods))
    mean[:n_products] = rng.uniform(5, 15, (n_products, 1))
    products = Products.filled(
        n_products,
        name=[f"P{p}" for p in range(n_products)],
        missed_sale_cost=100.0,
        holding_cost=1.0,
        distribution="poisson",
    )
    lanes = Lanes.filled(
        stages,
        n_periods=n_periods,
        origin_name=["dc1", "dc2", "supplier"],
        origin=[1, 2, -1],
        destination=np.arange(stages),
        lead_time=LEADS,
    )
    return Scenario(
        settings=Settings.model_validate({"unmet_demand": unmet}),
        dates=pd.date_range("2026-01-01", periods=n_periods),
        products=products,
        locations=Locations.filled(stages, n_periods=n_periods, name=["store", "dc1", "dc2"]),
        lanes=lanes,
        points=Points.filled(
            size,
            parent=(products, product),
            product=product,
            location=stage,
            holding_cost=np.array([1, 0.8, 0.5])[stage],
            on_hand=mean[product, 0] * (np.array(LEADS)[stage] + 1),
            sells=stage == 0,
        ),
        routes=Routes.filled(
            size,
            parent=(lanes, stage),
            product=product,
            lane=stage,
            origin=np.where(stage < stages - 1, np.arange(size) + n_products, -1),
            destination=np.arange(size),
            order_multiple=0.0,
        ),
        open_orders=OpenOrders.filled(0, route=[], period=[], quantity=[]),
        mean=mean,
        std=np.sqrt(mean),
    )


def median_seconds(call: Callable[[], Any], repeats: int = 5) -> float:
    """Median wall time; one run before it warms up."""
    call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def numpy_rate(n_products: int, n_periods: int, unmet: str, dtype: Any, record: bool) -> float:
    """Product-days a second through :func:`scenarios.simulation.run.simulate`, all overheads in."""
    rng = np.random.default_rng(0)
    scenario = chain(n_products, n_periods, unmet, rng)
    policy = order_up_to(scenario, 2 * scenario.std.max() + 0 * scenario.mean, dtype=dtype)
    demand = np.zeros((n_periods, scenario.n_points), dtype=dtype)
    demand[:, :n_products] = rng.poisson(scenario.mean[:n_products, 0], (n_periods, n_products))

    def call() -> None:
        if record:
            simulate(scenario, policy, demand.T, dtype=dtype)
        else:
            simulate(scenario, policy, demand.T, record=False, dtype=dtype)

    return n_products * n_periods / median_seconds(call)


def torch_rate(n_products: int, n_periods: int, backward: bool) -> float:
    """Product-days a second in Torch, float32, safety stocks given in every period."""
    import torch

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    scenario = chain(n_products, n_periods, "lost", rng)
    net = compile_scenario(scenario, torch, dtype=torch.float32)
    rule = order_up_to(scenario, xp=torch, dtype=torch.float32)
    drawn = torch.as_tensor(rng.poisson(scenario.mean.T), dtype=torch.float32).T
    safety = torch.full((scenario.n_points,), 5.0, requires_grad=backward)
    opening = initial_state(scenario, net)

    def policy(state: State, period: int) -> Array:
        return rule.orders(state, period, safety)

    def call() -> None:
        total = torch.zeros(())
        for period, _, outcome in run(net, opening, policy, drawn):
            total = total + period_costs(net, outcome, period).total
        if backward:
            total.backward()

    return n_products * n_periods / median_seconds(call)


def machine() -> str:
    """The processor and the libraries, for the record."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [x for x in cpuinfo.read_text().splitlines() if x.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python"
        f" {platform.python_version()}, NumPy {np.__version__}, {datetime.date.today()}"
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--periods", type=int, default=140)
    parser.add_argument("--no-torch", action="store_true")
    args = parser.parse_args()
    rows: list[tuple[str, int, int, float]] = []
    for periods in (28, args.periods):
        for dtype in (np.float32, np.float64):
            for unmet in ("lost", "backlog"):
                rate = numpy_rate(args.products, periods, unmet, dtype, record=False)
                rows.append((f"totals, {dtype.__name__}, {unmet}", args.products, periods, rate))
    some = max(1, args.products // 10)
    rate = numpy_rate(some, 28, "lost", np.float64, record=True)
    rows.append(("recorded, float64, lost", some, 28, rate))
    if not args.no_torch:
        for products in (256, 4096):
            for backward in (False, True):
                name = "torch forward" + (" + backward" if backward else "") + ", float32, lost"
                rows.append((name, products, 60, torch_rate(products, 60, backward)))
    print(machine())
    print("one thread, median of 5, 3 stages, closed-form orders, demand drawn beforehand\n")
    print("| run | products | periods | million product-days a second |")
    print("|---|---|---|---|")
    for name, products, periods, rate in rows:
        print(f"| {name} | {products:,} | {periods} | {rate / 1e6:.1f} |")


if __name__ == "__main__":
    main()
