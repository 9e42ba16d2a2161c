"""How long planning takes: the whole command, the program against bare HiGHS, and the next day.

    python -m benchmarks.planning [--products 200] [--repeat 5]

Prints the machine and medians. The whole command is a fresh process that reads tables and writes
the plan; "bare HiGHS" is HiGHS alone on the same linear program, already in its memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.long_chain import long_chain
from benchmarks.machine import machine
from brain import safety_stocks
from scenarios.demand.sampling import sample
from scenarios.examples.bundled import retail_chain
from scenarios.simulation.rolling import scenario_at
from scenarios.simulation.step import compile_scenario, initial_state, step
from solver import SolverOptions, WarmStart, optimise
from solver.formulation.assemble import assemble
from solver.formulation.model_data import prepare
from solver.highs.instance import new_highs
from solver.highs.session import HighsSession


def median_seconds(work: Callable[[], object], repeat: int) -> float:
    """Median wall time of some calls."""
    taken = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def whole_command(n_products: int, repeat: int) -> tuple[float, dict[str, object]]:
    """Median seconds of ``planner plan`` as a process, and the report of the last plan."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in", Path(folder) / "out"
        command = [sys.executable, "-m", "planner"]
        chain = ["init", str(source), "--example", "retail-chain", "--products", str(n_products)]
        subprocess.run([*command, *chain], check=True, capture_output=True)
        run = [*command, "plan", str(source), "--out", str(out), "--force"]
        seconds = median_seconds(
            lambda: subprocess.run(run, check=True, capture_output=True), repeat
        )
        return seconds, json.loads((out / "plan.json").read_text())


def relaxation(n_products: int, repeat: int) -> tuple[float, float]:
    """Median seconds of the relaxation from scenario to solution, and of bare HiGHS on it."""
    scenario = retail_chain(n_products)
    wanted = safety_stocks(scenario).quantity
    options = SolverOptions()
    optimise(scenario, wanted, options)  # compile the stock points once, as any process does

    def end_to_end() -> None:
        HighsSession(assemble(prepare(scenario, wanted, options))).solve(600)

    program = assemble(prepare(scenario, wanted, options))
    bare = []
    for _ in range(repeat):
        highs = new_highs(program)
        started = time.perf_counter()
        highs.run()
        bare.append(time.perf_counter() - started)
    return median_seconds(end_to_end, repeat), statistics.median(bare)


def next_days(n_products: int, days: int) -> float:
    """Median seconds to plan again on the days after the first, from a kept program."""
    scenario = long_chain(n_products, 28 + days, seed=0, limited=True)
    net, warm_start = compile_scenario(scenario), WarmStart()
    state = initial_state(scenario, net)
    taken = []
    for day in range(days):
        today = scenario_at(scenario, state, day, 28)
        started = time.perf_counter()
        orders = optimise(today, safety_stocks(today).quantity, warm_start=warm_start).quantity[
            :, 0
        ]
        taken.append(time.perf_counter() - started)
        demand = sample(scenario, np.random.default_rng(day))[:, day]
        state, _ = step(net, state, orders, demand, day)
    return statistics.median(taken[1:])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--products", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    print(machine())
    seconds, report = whole_command(args.products, args.repeat)
    print(
        f"planner plan, {args.products} products x 3 stages x 28 days, whole process:"
        f" {seconds:.2f} s"
    )
    print(f"  status {report['status']}, gap {report['gap']:.4%}")
    full, bare = relaxation(args.products, args.repeat)
    print(f"relaxation end to end {full:.3f} s, bare HiGHS {bare:.3f} s: ratio {full / bare:.2f}")
    print(f"planning the next day from a kept program: {next_days(args.products, 6):.3f} s")


if __name__ == "__main__":
    main()
