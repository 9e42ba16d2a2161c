"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from planner.commands.errors import BAD_INPUT, fail
from planner.text.numbers import count

if TYPE_CHECKING:
    from solver.workers.protocol import Workers

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
Ray = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Ray cluster to work on: HOST:PORT, ray://HOST:PORT, auto (the one that runs here),"
        " or local[N] to start one of N cores here (local: of all). Default: this machine, without"
        " Ray.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="Threads that solve blocks of a large program; default: one per core.",
    ),
]


# What options may be stands here once more, as importing solver, brain or scenarios takes longer
# than ``planner --help`` may; tests hold both equal.
Algorithm = Literal["hdpo", "ppo"]
Example = Literal["retail-chain", "stores", "single"]
FileFormat = Literal["csv", "csv.gz", "parquet"]
SolverName = Literal["auto", "monolith", "decomposed"]
TableFormat = Literal["table", "markdown", "csv", "json"]
Solver = Annotated[
    SolverName,
    typer.Option(
        help="One program for all products, or blocks of products that prices of the shared"
        " capacities coordinate; auto: by size."
    ),
]


def _more_than_nothing(value: float | None) -> float | None:
    if value is not None and not value > 0:
        raise typer.BadParameter("must be more than 0")
    return value


Memory = Annotated[
    float | None,
    typer.Option(
        callback=_more_than_nothing,
        help="Gigabytes that a large plan may use, e.g. 16; default: 6, or more if it needs them"
        " and they are free.",
    ),
]


def one_of(workers: int | None, ray: str | None) -> None:
    """Refuse both."""
    if workers is not None and ray is not None:
        raise typer.BadParameter("goes without --ray", param_hint="--workers")


def chosen(**options: Any) -> dict[str, Any]:
    """What was given of options of the solver."""
    return {name: value for name, value in options.items() if value is not None}


@contextmanager
def at_work(workers: int | None, ray: str | None) -> Iterator[Workers]:
    """The workers that the options mean; without Ray, the line that says how to get it."""
    from solver.workers.ray_cluster import read_address
    from solver.workers.selection import workers_of

    read_address(ray)  # in the words of the option
    with ExitStack() as stack:
        try:
            hands = stack.enter_context(workers_of(workers, ray))
        except ImportError as error:
            fail(f"error: {error}", BAD_INPUT)
        yield hands


def at_most(limit: int, noun: str) -> Callable[[int | None], int | None]:
    """A callback of an option that refuses more than so many of a thing."""

    def check(value: int | None) -> int | None:
        if value is not None and value > limit:
            raise typer.BadParameter(f"{value:,} is too many. Remedy: {count(limit, noun)} or less")
        return value

    return check
