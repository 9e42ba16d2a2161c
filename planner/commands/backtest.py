"""The command ``planner backtest``. Heavy modules are imported inside it only."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from planner.commands.options import (
    Brain,
    ForecastModel,
    Input,
    Memory,
    Quiet,
    Ray,
    Seed,
    Solver,
    SolverName,
    Threads,
    at_most,
    at_work,
    chosen,
    one_of,
)
from planner.experiments.limits import LONGEST_RUN, MOST_PATHS


def backtest(
    source: Input,
    out: Annotated[Path, typer.Option(help="Folder for the result; it must not exist.")],
    policy: Annotated[
        str,
        typer.Option(
            help="Who orders: hybrid, analytic-mip, mip-on-means, closed-form, base-stock,"
            " capped-base-stock, s-S, s-S-to-the-end, bandit, annealing, local-search,"
            " stochastic-lp, differentiable, q-learning, ppo, constant, random, zero, oracle;"
            " see docs/policies.md."
        ),
    ] = "hybrid",
    brain: Brain = "auto",
    days: Annotated[
        int | None,
        typer.Option(
            min=1,
            callback=at_most(LONGEST_RUN, "period"),
            help="Periods to run; default: all forecast. More repeat its end. With --history: the"
            " last ones of it, by default 26 weeks or 56 days.",
        ),
    ] = None,
    paths: Annotated[
        int,
        typer.Option(min=1, callback=at_most(MOST_PATHS, "path"), help="Paths of demand to draw."),
    ] = 1,
    history: Annotated[
        bool,
        typer.Option("--history", help="Let what was sold come true (table history), not samples."),
    ] = False,
    model: ForecastModel = "auto",
    learn_every: Annotated[
        int | None,
        typer.Option(help="With --history: periods until models learn anew; default: 8 weeks."),
    ] = None,
    plans_known: Annotated[
        bool,
        typer.Option(
            "--plans-known", help="With --history: prices and promotions ahead were known."
        ),
    ] = False,
    solver: Solver = SolverName.auto,
    memory: Memory = None,
    workers: Threads = None,
    ray: Ray = None,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Roll through time: plan, release, let demand come true, again; goes on where it stopped."""
    if history and paths > 1:
        raise typer.BadParameter("history is one path; leave it out", param_hint="--paths")
    if not history and (plans_known or learn_every is not None):
        raise typer.BadParameter(
            "needs --history", param_hint="--plans-known" if plans_known else "--learn-every"
        )
    one_of(workers, ray)
    from planner.commands.cli import _errors, _fail
    from planner.commands.interrupt import STOPPED
    from planner.commands.text import summaries

    with _errors(), ExitStack() as stack:
        progress = stack.enter_context(summaries.Progress(quiet=quiet))
        progress("loading")
        from scenarios.writing.files import check_free

        check_free(out)
        from planner.experiments.backtest import backtest_to
        from planner.experiments.history_backtest import backtest_history_to
        from planner.forecasting import foreseen
        from planner.policies.order_model import Planned
        from planner.policies.registry import named
        from scenarios.model.scenario import Scenario
        from solver.options import SolverOptions

        who = named(policy, brain)
        if isinstance(who, Planned):
            if ray is not None:
                progress(f"starting on {ray}")
            hands = stack.enter_context(at_work(workers, ray))
            given = chosen(solver=solver.value, memory=memory)
            options = SolverOptions.model_validate(who.options.model_dump() | given)
            who = dataclasses.replace(who, options=options, workers=hands)
        else:
            _refuse(solver=solver is not SolverName.auto, memory=memory, workers=workers, ray=ray)
        progress("reading")
        scenario = Scenario.read(source)

        def told(done: int, total: int) -> None:
            progress(f"period {done:,} of {total:,}")

        try:
            if history:
                result = backtest_history_to(
                    out, scenario, who, n_periods=days, model=model, learn_every=learn_every,
                    plans_known=plans_known, seed=seed, progress=progress,
                )  # fmt: skip
            else:
                scenario, _ = foreseen(scenario, model, progress)
                result = backtest_to(
                    out, scenario, who, n_periods=days, n_paths=paths, seed=seed, progress=told
                )
        except KeyboardInterrupt:
            _fail("Stopped; the same command goes on from here.", STOPPED)
    if quiet:
        return
    if result.warnings:
        typer.echo(summaries.harmless(summaries.findings_text(result.warnings)), err=True)
    typer.echo(summaries.harmless(summaries.backtest_text(result, scenario.settings.currency)))


def _refuse(**given: object) -> None:
    """Options of the order model, for a policy that has none."""
    for name, value in given.items():
        if value:
            raise typer.BadParameter(
                "goes with the policies hybrid, analytic-mip and mip-on-means",
                param_hint=f"--{name}",
            )
