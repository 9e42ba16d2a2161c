"""The commands ``planner backtest`` and ``planner simulate``: policies on demand that comes true.

Heavy modules are imported inside them only.
"""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

import typer

from planner.commands.errors import STOPPED, errors, fail
from planner.commands.options import (
    Brain,
    ForecastModel,
    Input,
    Memory,
    Quiet,
    Ray,
    Seed,
    Solver,
    Threads,
    at_most,
    at_work,
    chosen,
    one_of,
)
from planner.commands.progress import Progress
from planner.commands.text.terminal import findings_text, harmless
from planner.experiments.limits import LONGEST_RUN, MOST_PATHS
from planner.policies.registry import POLICIES


def backtest(
    source: Input,
    out: Annotated[Path, typer.Option(help="Folder for the result; it must not exist.")],
    policy: Annotated[
        str,
        typer.Option(help=f"Who orders: {', '.join(POLICIES)}; see docs/policies.md."),
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
    solver: Solver = "auto",
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
    with errors(), ExitStack() as stack:
        progress = stack.enter_context(Progress(quiet=quiet))
        progress("loading")
        from scenarios.writing.atomic import check_free

        check_free(out)
        from planner.commands.text.summaries import backtest_text
        from planner.experiments.backtest import backtest as make
        from planner.experiments.history_backtest import backtest_history
        from planner.forecasting import foreseen
        from planner.policies.order_model import OrderModel
        from planner.policies.registry import policy_of
        from scenarios.model.scenario import Scenario
        from solver.options import SolverOptions

        who = policy_of(policy, brain)
        if isinstance(who, OrderModel):
            if ray is not None:
                progress(f"starting on {ray}")
            hands = stack.enter_context(at_work(workers, ray))
            given = chosen(solver=solver, memory=memory)
            options = SolverOptions.model_validate(who.options.model_dump() | given)
            who = dataclasses.replace(who, options=options, workers=hands)
        else:
            _refuse(solver=solver != "auto", memory=memory, workers=workers, ray=ray)
        progress("reading")
        scenario = Scenario.read(source)

        def told(done: int, total: int) -> None:
            progress(f"period {done:,} of {total:,}")

        try:
            if history:
                result = backtest_history(
                    scenario, who, n_periods=days, model=model, learn_every=learn_every,
                    plans_known=plans_known, seed=seed, progress=progress, out=out,
                )  # fmt: skip
            else:
                scenario, _ = foreseen(scenario, model, progress)
                result = make(
                    scenario, who, n_periods=days, n_paths=paths, seed=seed, progress=told, out=out
                )
        except KeyboardInterrupt:
            fail("Stopped; the same command goes on from here.", STOPPED)
    if quiet:
        return
    if result.warnings:
        typer.echo(harmless(findings_text(result.warnings)), err=True)
    typer.echo(harmless(backtest_text(result, scenario.settings.currency)))


def _refuse(**given: object) -> None:
    """Options of the order model, for a policy that has none."""
    *some, last = (name for name, entry in POLICIES.items() if entry.order_model)
    for name, value in given.items():
        if value:
            raise typer.BadParameter(
                f"goes with the policies {', '.join(some)} and {last}",
                param_hint=f"--{name}",
            )


def simulate(
    source: Input,
    paths: Annotated[int, typer.Option(min=1, help="Paths of demand to draw.")] = 100,
    seed: Seed = 0,
    policy: Annotated[Literal["closed-form"], typer.Option(help="Who orders.")] = "closed-form",
    brain: Brain = "auto",
    out: Annotated[Path | None, typer.Option(help="Folder for tables of the result.")] = None,
    quiet: Quiet = False,
) -> None:
    """Run the chain on sampled demand: cost by component and fill rate, with intervals."""
    with errors(), Progress(quiet=quiet) as progress:
        progress("loading")
        if out is not None:
            from scenarios.writing.atomic import check_free

            check_free(out)
        from planner.commands.text.summaries import simulation_text
        from planner.experiments.simulation import simulate as make
        from scenarios.model.scenario import Scenario

        progress("reading")
        scenario = Scenario.read(source)
        result = make(scenario, paths, seed, brain, progress=progress, out=out)
    if not quiet:
        typer.echo(harmless(simulation_text(result, scenario.settings.currency)))
