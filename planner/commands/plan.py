"""The command ``planner plan``. Heavy modules are imported inside it only."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from planner.commands.errors import errors
from planner.commands.interrupt import at_once
from planner.commands.options import (
    Brain,
    ForecastModel,
    Input,
    Memory,
    Quiet,
    Ray,
    Solver,
    Threads,
    at_work,
    chosen,
    one_of,
)
from planner.commands.progress import Progress
from planner.commands.text.terminal import harmless


def plan(
    source: Input,
    out: Annotated[
        Path,
        typer.Option(help="Folder for the plan, or an .xlsx workbook alone; it must not exist."),
    ],
    brain: Brain = "auto",
    model: ForecastModel = "auto",
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds for the search for orders.")
    ] = None,
    gap: Annotated[
        float | None, typer.Option(min=0.0, max=0.999, help="Relative gap at which to stop.")
    ] = None,
    solver: Solver = "auto",
    memory: Memory = None,
    workers: Threads = None,
    ray: Ray = None,
    overrides: Annotated[
        Path | None,
        typer.Option(help="Table (CSV) of safety stocks, orders and capacities set by hand."),
    ] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="Write the workbook plan.xlsx as well.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an older plan at OUT.")] = False,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write report.html, the page for people.")
    ] = True,
    quiet: Quiet = False,
) -> None:
    """Plan: purchase orders with reasons, safety stocks, projection, problems.

    Where the input has past sales (table history) and no forecast, the forecast is made first.
    """
    if time_limit is not None and not time_limit > 0:
        raise typer.BadParameter("must be more than 0", param_hint="--time-limit")
    one_of(workers, ray)
    with errors(), ExitStack() as stack:
        progress = stack.enter_context(Progress(quiet=quiet))
        progress("loading")
        from planner.commands.text.summaries import plan_text
        from planner.results.plan_folder import check_target

        check_target(out, force=force)
        from planner.planning.plan import plan as make_plan
        from scenarios.model.scenario import Scenario
        from solver.options import SolverOptions

        # Before the input, which may take minutes: a cluster that is not there is told at once.
        if ray is not None:
            progress(f"starting on {ray}")
        hands = stack.enter_context(at_work(workers, ray))
        options = SolverOptions.model_validate(
            chosen(time_limit=time_limit, gap=gap, solver=solver, memory=memory)
        )
        progress("reading")
        with at_once(progress.close):
            scenario = Scenario.read(source)
            made = make_plan(scenario, brain, options, progress, model, overrides, hands)
        progress("writing")
        made.write(out, force=force, excel=excel, report=report)
    if not quiet:
        typer.echo(harmless(plan_text(made, out, scenario.settings.currency)))
        if report and out.suffix.lower() != ".xlsx":
            typer.echo(harmless(f"To read it: {out / 'report.html'}"))
