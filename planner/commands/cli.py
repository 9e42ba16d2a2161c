"""The command ``planner``. Heavy modules are imported inside the commands only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from planner.commands import app as app_commands
from planner.commands import brains as brain_commands
from planner.commands.backtest import backtest
from planner.commands.forecast import forecast
from planner.commands.interrupt import STOPPED, TOLD, at_once, leave
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
    at_work,
    chosen,
    one_of,
)
from planner.commands.report import report as report_command
from planner.commands.study import bench, study
from planner.commands.train import train

BAD_INPUT, NO_PLAN = 2, 3
ENDED = (
    "a process was ended from outside, as happens where memory runs out."
    " Remedy: go on with the same command, and fewer --workers"
)

app = typer.Typer(
    help="Plan a multi-echelon chain: tables in, purchase orders out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Example(StrEnum):
    """Bundled scenarios."""

    retail_chain = "retail-chain"
    stores = "stores"
    single = "single"


class FileFormat(StrEnum):
    """Files that tables are written to."""

    csv = "csv"
    csv_gz = "csv.gz"
    parquet = "parquet"


class OrderRule(StrEnum):
    """Policies that can be simulated."""

    closed_form = "closed-form"


class TableFormat(StrEnum):
    """How a table is printed."""

    table = "table"
    markdown = "markdown"
    csv = "csv"
    json = "json"


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib import metadata

        typer.echo(f"planner {metadata.version('echelon-planner')}")
        raise typer.Exit


@app.command(epilog="Example: planner init my-chain --example retail-chain --products 50")
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist.")],
    example: Annotated[Example, typer.Option(help="Which scenario.")] = Example.retail_chain,
    products: Annotated[
        int | None, typer.Option(min=1, help="Number of products (retail-chain, stores).")
    ] = None,
    seed: Seed = 0,
    file_format: Annotated[
        FileFormat, typer.Option("--format", help="What the tables are written as.")
    ] = FileFormat.csv,
) -> None:
    """Write the tables of an example scenario, of any size."""
    with _errors():
        if products is not None and example is Example.single:
            _fail("--products: the example 'single' has one product", BAD_INPUT)
        from scenarios.examples import bundled

        make = getattr(bundled, example.name)
        size = {} if products is None else {"n_products": products}
        make(seed=seed, **size).write(folder, file_format=file_format.value)
        typer.echo(f"Wrote {example.value} to {folder}. Next: planner plan {folder} --out PLAN")


@app.command(
    epilog="Example: planner plan my-chain --out my-plan --time-limit 30; with --ray local[4] a"
    " large one is solved by Ray on four cores, with --ray 10.0.0.5:6379 on a cluster"
)
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
    solver: Solver = SolverName.auto,
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
    from planner.commands.text import summaries

    with _errors(), ExitStack() as stack:
        progress = stack.enter_context(summaries.Progress(quiet=quiet))
        progress("loading")
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
            chosen(time_limit=time_limit, gap=gap, solver=solver.value, memory=memory)
        )
        progress("reading")
        with at_once(progress.close):
            scenario = Scenario.read(source)
            made = make_plan(scenario, brain, options, progress, model, overrides, hands)
        progress("writing")
        made.write(out, force=force, excel=excel, report=report)
    if not quiet:
        typer.echo(summaries.harmless(summaries.plan_text(made, out, scenario.settings.currency)))
        if report and out.suffix.lower() != ".xlsx":
            typer.echo(summaries.harmless(f"To read it: {out / 'report.html'}"))


@app.command(epilog="Example: planner simulate my-chain --paths 200 --seed 1")
def simulate(
    source: Input,
    paths: Annotated[int, typer.Option(min=1, help="Paths of demand to draw.")] = 100,
    seed: Seed = 0,
    policy: Annotated[OrderRule, typer.Option(help="Who orders.")] = OrderRule.closed_form,
    brain: Brain = "auto",
    out: Annotated[Path | None, typer.Option(help="Folder for tables of the result.")] = None,
    quiet: Quiet = False,
) -> None:
    """Run the chain on sampled demand: cost by component and fill rate, with intervals."""
    from planner.commands.text import summaries

    with _errors(), summaries.Progress(quiet=quiet) as progress:
        progress("loading")
        if out is not None:
            from scenarios.writing.files import check_free

            check_free(out)
        import numpy as np

        from planner.experiments.statistics import simulate_paths
        from planner.forecasting import foreseen
        from scenarios.model.scenario import Scenario

        progress("reading")
        scenario, _ = foreseen(Scenario.read(source), progress=progress)
        progress(f"simulating {policy.value} orders")
        result = simulate_paths(scenario, np.random.default_rng(seed), paths, brain)
        if out is not None:
            progress("writing")
            result.write(out)
    if not quiet:
        typer.echo(
            summaries.harmless(summaries.simulation_text(result, scenario.settings.currency))
        )


@app.command(epilog="Example: planner check my-chain")
def check(source: Input) -> None:
    """Read the input, list everything that is wrong or odd, and describe the chain."""
    from planner.commands.text import summaries

    with _errors():
        from scenarios.model.scenario import Scenario

        scenario = Scenario.read(source)
        if scenario.warnings:
            typer.echo(summaries.harmless(summaries.findings_text(scenario.warnings)), err=True)
        typer.echo(summaries.harmless(summaries.scenario_text(scenario)))
        n = len(scenario.warnings)
        typer.echo(f"The input can be planned ({n} warning{'' if n == 1 else 's'}).")


@app.command(epilog="Example: planner schema --format markdown > schema.md")
def schema(
    format_: Annotated[
        TableFormat, typer.Option("--format", help="How to print it.")
    ] = TableFormat.table,
) -> None:
    """Print every input table, its columns, units and defaults, and the settings."""
    from planner.commands.text.schema import schema_text

    typer.echo(schema_text(format_.value))


app.command(
    epilog="Example: planner backtest my-chain --days 100 --policy hybrid --out my-test; with --ray"
    " local[4] or --ray 10.0.0.5:6379 its plans are made on a Ray cluster"
)(backtest)
app.command(epilog="Example: planner forecast my-chain --cv --out my-forecast")(forecast)
app.command("report", epilog="Example: planner report my-plan --open")(report_command)
app.command(
    epilog="Example: planner study what-if.yaml --out my-study; with --ray local[4] or --ray"
    " 10.0.0.5:6379 its runs are made on a Ray cluster"
)(study)
app.command(epilog="Example: planner bench single-sku --policies hybrid,base-stock --seeds 50")(
    bench
)
app.command(epilog="Example: planner train --ratio 50 --ratio 200 --out my-brains")(train)
app.command(name="app", epilog="Example: planner app my-chains")(app_commands.app)
app.add_typer(brain_commands.app, name="brains")


def _fail(message: str, code: int) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what can go wrong into a line on stderr and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        _fail(TOLD, STOPPED)
    except OSError as error:
        _fail(f"error: {_what(error)}", BAD_INPUT)
    except MemoryError as error:
        from planner.text.method import memory_text

        _fail(f"error: {memory_text(error)}", NO_PLAN)
    except (ValueError, RuntimeError) as error:
        from planner.commands.text import summaries
        from planner.planning.plan_result import AuditError
        from scenarios.errors import InputError
        from solver.workers.ray_workers import ClusterFailed

        if isinstance(error, ClusterFailed):
            _fail(f"error: {summaries.harmless(str(error))}", NO_PLAN)
        if isinstance(error, InputError):
            text = summaries.harmless(summaries.findings_text(error.findings))
            errors = sum(finding.count for finding in error.findings if finding.severity == "error")
            _fail(f"{text}\nThe input cannot be used; errors: {errors:,}.", BAD_INPUT)
        if isinstance(error, AuditError):
            text = f"No plan was written: {summaries.harmless(str(error))}"
            _fail(f"{text}\nThis is a fault of the planner.", NO_PLAN)
        raise


def _what(error: OSError) -> str:
    """An error of the file system without its number."""
    if error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def main() -> None:
    """Entry point of the command."""
    try:
        app(prog_name="planner")
    except SystemExit as end:
        leave(end)
        raise
    except BrokenPipeError:
        # The reader of our output has gone, as in ``planner schema | head``.
        sys.stderr.close()


if __name__ == "__main__":
    main()
