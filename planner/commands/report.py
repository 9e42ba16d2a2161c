"""The command ``planner report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.commands.errors import errors
from planner.commands.options import Quiet
from planner.commands.progress import Progress
from planner.commands.text.terminal import harmless


def report(
    folder: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="Folder of a plan, backtest, study or leaderboard."),
    ],
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Show it in the browser afterwards.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Make report.html of a result again, from the tables in its folder."""
    with errors(), Progress(quiet=quiet) as progress:
        progress("loading")
        from planner.reporting import write_report

        progress("reading and writing")
        page = write_report(folder)
    if not quiet:
        typer.echo(harmless(f"Wrote {page}."))
    if open_:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
