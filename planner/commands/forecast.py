"""The command ``planner forecast``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.commands.errors import errors
from planner.commands.options import ForecastModel, Input, Quiet
from planner.commands.progress import Progress
from planner.commands.text.terminal import findings_text, harmless


def forecast(
    source: Input,
    model: ForecastModel = "auto",
    cv: Annotated[
        bool,
        typer.Option(
            "--cv",
            help="Judge every model at past origins, not only those used: with the extra forecast"
            " (arima) some minutes for hundreds of series.",
        ),
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes for models of single series (arima, ets, ...).")
    ] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the forecast; it must not exist.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Forecast demand from past sales (table history): mean, std, how long errors last.

    The file forecast.csv is the table of that name; copied into the input, it is what is planned.
    """
    with errors(), Progress(quiet=quiet) as progress:
        progress("loading")
        if out is not None:
            from scenarios.writing.atomic import check_free

            check_free(out)
        from planner.commands.text.summaries import forecast_text
        from planner.forecasting import forecast as make
        from planner.forecasting.models.registry import at_hand
        from scenarios.model.scenario import Scenario

        progress("reading")
        scenario = Scenario.read(source)
        made = make(
            scenario, model, judge=at_hand() if cv else (), workers=workers, progress=progress
        )
        if out is not None:
            progress("writing")
            made.write(out)
    if quiet:
        return
    if made.scenario.warnings:
        typer.echo(harmless(findings_text(made.scenario.warnings)), err=True)
    typer.echo(harmless(forecast_text(made, out)))
