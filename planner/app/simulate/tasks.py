"""What the process of a run does when asked; see :mod:`planner.app.worker`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from planner.app.simulate import manual_orders
from planner.app.simulate.day_figures import (
    Chosen,
    Day,
    Figures,
    Head,
    day_of,
    figures_between,
    figures_of,
    head_of,
    prediction,
)
from planner.app.simulate.setup import Setup, problem_of
from planner.app.simulate.stepwise_run import Game
from planner.app.worker import Progress
from planner.policies.registry import POLICIES
from planner.policies.rules.policy import Policy
from scenarios.errors import Finding, InputError
from scenarios.writing.files import write_csv

Memory = dict[str, Any]
Series = dict[str, list[float]]


@dataclass(frozen=True)
class Step:
    """A day that has passed."""

    day: Day
    figures: Figures
    series: Series
    findings: tuple[Finding, ...]


def start(memory: Memory, progress: Progress, setup: Setup, root: str) -> tuple[Head, Series]:
    """Begin a run; the series are those of :func:`look` at everything."""
    memory.clear()
    progress("Making the scenario")
    problem = problem_of(setup, Path(root), progress)
    progress("Getting the policy ready; tuning takes up to some minutes")
    policy = cast(Policy, POLICIES[setup.policy].make("auto"))  # the oracle cannot be chosen
    game = Game(problem, policy, setup.n_periods, setup.seed)
    memory["game"] = game
    return head_of(game), _series(game, Chosen())


def advance(memory: Memory, progress: Progress, chosen: Chosen, by_policy: bool) -> Step:
    """Let a day pass, with the policy's orders or with those that were drafted."""
    game = _game(memory)
    game.advance(None if by_policy else game.draft)
    run, period = game.so_far(), game.period - 1
    day = day_of(game, run, period)
    return Step(
        day, figures_of(run), figures_between(game, chosen, period, game.period), game.findings
    )


def look(memory: Memory, progress: Progress, chosen: Chosen) -> Series:
    """All lines of the charts, for some products and a location."""
    return _series(_game(memory), chosen)


def lines(
    memory: Memory, progress: Progress, text: str, lane: int | None, page: int
) -> manual_orders.Lines:
    """A page of what can be ordered."""
    return manual_orders.lines(_game(memory), text, lane, page)


def place(memory: Memory, progress: Progress, route: int, quantity: float) -> tuple[int, float]:
    """Draft an order; the count and the units of all drafted orders."""
    game = _game(memory)
    manual_orders.place(game, route, quantity)
    return int((game.draft > 0).sum()), float(game.draft.sum())


def suggest(memory: Memory, progress: Progress) -> None:
    """Draft what the policy suggests."""
    progress("The planner is thinking")
    game = _game(memory)
    game.draft = game.suggestion().copy()


def clear(memory: Memory, progress: Progress) -> None:
    """Draft nothing."""
    game = _game(memory)
    game.draft = np.zeros_like(game.draft)


def compare(memory: Memory, progress: Progress) -> manual_orders.Comparison:
    """The run against the policy's own."""
    game = _game(memory)
    said = "The planner plays the same days"
    planner = game.by_policy(lambda _, t: progress(f"{said}: {t} of {game.n_periods}"))
    hand = game.so_far()
    return manual_orders.Comparison(
        figures_of(hand),
        figures_of(planner),
        tuple(hand.costs.total.tolist()),
        tuple(planner.costs.total.tolist()),
    )


def table(memory: Memory, progress: Progress, kind: str, path: str) -> None:
    """Write ``stock`` or ``orders`` by product as CSV that runs nothing."""
    game = _game(memory)
    if not game.period:
        raise InputError([Finding("log", "is empty", "let a day pass first")])
    run = game.so_far()
    write_csv(run.stock_table() if kind == "stock" else run.order_table(), Path(path))


def write_log(days: list[Day], path: Path) -> None:
    """Write days as CSV, a row each."""
    rows = []
    for day in days:
        row = {name: value for name, value in vars(day).items() if name != "costs"}
        costs = {f"cost_{name}": value for name, value in day.costs.items()}
        rows.append(row | costs | {"cost_total": day.total})
    write_csv(pd.DataFrame(rows), path)


def _series(game: Game, chosen: Chosen) -> Series:
    return prediction(game, chosen) | figures_between(game, chosen, 0, game.period)


def _game(memory: Memory) -> Game:
    if "game" not in memory:
        remedy = "start it anew"
        raise InputError([Finding("run", "is no longer there: its process ended", remedy)])
    game: Game = memory["game"]
    return game
