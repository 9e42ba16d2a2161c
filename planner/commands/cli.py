"""The command ``planner``. Heavy modules are imported inside the commands only."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from planner.commands import app as app_commands
from planner.commands import brains as brain_commands
from planner.commands.backtest import backtest, simulate
from planner.commands.forecast import forecast
from planner.commands.inputs import check, init, schema
from planner.commands.interrupt import leave
from planner.commands.plan import plan
from planner.commands.report import report
from planner.commands.study import bench, study
from planner.commands.train import train

app = typer.Typer(
    help="Plan a multi-echelon chain: tables in, purchase orders out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib import metadata

        typer.echo(f"planner {metadata.version('echelon-planner')}")
        raise typer.Exit


app.command(epilog="Example: planner init my-chain --example retail-chain --products 50")(init)
app.command(
    epilog="Example: planner plan my-chain --out my-plan --time-limit 30; with --ray local[4] a"
    " large one is solved by Ray on four cores, with --ray 10.0.0.5:6379 on a cluster"
)(plan)
app.command(epilog="Example: planner simulate my-chain --paths 200 --seed 1")(simulate)
app.command(epilog="Example: planner check my-chain")(check)
app.command(epilog="Example: planner schema --format markdown > schema.md")(schema)
app.command(
    epilog="Example: planner backtest my-chain --days 100 --policy hybrid --out my-test; with --ray"
    " local[4] or --ray 10.0.0.5:6379 its plans are made on a Ray cluster"
)(backtest)
app.command(epilog="Example: planner forecast my-chain --cv --out my-forecast")(forecast)
app.command(epilog="Example: planner report my-plan --open")(report)
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
