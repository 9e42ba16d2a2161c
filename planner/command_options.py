"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from planner.amount import count

Input = Annotated[Path, typer.Argument(help="Folder of tables, or an .xlsx workbook.")]
Brain = Annotated[str, typer.Option(help="Who decides the safety stocks: auto, analytic, none.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")]
ForecastModel = Annotated[
    str,
    typer.Option(
        "--model",
        help="How to forecast from history: auto, boosted, seasonal-average, moving-average,"
        " seasonal-naive; with the extra forecast: arima, ets, theta, croston, tsb, smoothing.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


def at_most(limit: int, noun: str) -> Callable[[int | None], int | None]:
    """A callback of an option that refuses more than so many of a thing."""

    def check(value: int | None) -> int | None:
        if value is not None and value > limit:
            raise typer.BadParameter(f"{value:,} is too many. Remedy: {count(limit, noun)} or less")
        return value

    return check
