"""The command ``planner train``. Heavy modules are imported inside it only."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

if TYPE_CHECKING:
    from brain.learning.options import Progress

BAD_INPUT, NOT_TRAINED, STOPPED = 2, 3, 130
QUIET_SECONDS = 10.0
"""Between lines of progress where there is no terminal to draw on."""


class Algorithm(StrEnum):
    """Ways to train."""

    hdpo = "hdpo"
    ppo = "ppo"


BESIDE_RESUME = {"resume", "ray", "quiet"}
"""All else that a training needs is read from its folder."""


def train(
    context: typer.Context,
    ratio: Annotated[
        list[float] | None,
        typer.Option(
            help="Missed-sale over holding cost, 0.001 to 1000000; may be given more than once."
        ),
    ] = None,
    ratio_range: Annotated[
        tuple[float, float] | None, typer.Option(help="One brain for all ratios from low to high.")
    ] = None,
    algorithm: Annotated[Algorithm, typer.Option(help="How to train.")] = Algorithm.hdpo,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to; default: your folder of brains.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="BRAIN", help="Brain (name or file) to start from."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Folder of a training to go on with, as it was.")
    ] = None,
    ray: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Ray cluster; default: this machine.")
    ] = None,
    curriculum: Annotated[
        bool, typer.Option("--curriculum", help="Begin with calm demand, then ever wilder.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")] = 0,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Updates of the brain; default: by the algorithm.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Train brains, one for each ratio, side by side. Ctrl-C leaves checkpoints to resume from."""
    from planner.commands.cli import _errors

    with _errors(), Bars(quiet=quiet) as bars:
        try:
            from brain.training.train import (
                CURRICULUM,
                check_resume,
                default_options,
                require_extra,
            )

            require_extra()
            import dataclasses

            from brain import train as train_brains
            from brain.learning.options import CheckpointDamaged, TrainingDiverged
            from brain.trained.registry import user_folder
            from brain.training.request import FILE, check_order
        except ImportError as error:
            _fail(f"error: {error}", BAD_INPUT)
        options = None
        if resume is None:
            check_order(ratio or (), ratio_range, algorithm.value)
            options = default_options(algorithm.value, start)
            if steps is not None:
                options = dataclasses.replace(options, steps=steps)
            if curriculum:
                if algorithm is not Algorithm.hdpo:
                    _fail("error: --curriculum goes with --algorithm hdpo", BAD_INPUT)
                options = dataclasses.replace(options, curriculum=CURRICULUM)
        else:
            check_resume(_given(context))
        bars.starting()
        try:
            files = train_brains(
                ratio or (),
                ratio_range,
                algorithm.value,
                out,
                start,
                resume,
                ray,
                seed,
                bars,
                options=options,
            )
        except KeyboardInterrupt:
            folder = resume or out or user_folder()
            if not (folder / FILE).exists():
                _fail("Stopped; nothing was written.", STOPPED)
            where = f"Go on with: planner train --resume {folder}"
            _fail(f"Stopped; checkpoints are kept. {where}", STOPPED)
        except CheckpointDamaged as error:
            remedy = "remove checkpoint.pt from its folder to train that brain from the start"
            _fail(f"error: {error}. Remedy: {remedy}", BAD_INPUT)
        except TrainingDiverged as error:
            _fail(f"error: {error}", NOT_TRAINED)
    if not quiet:
        for file in files:
            typer.echo(f"Wrote {file}")
        typer.echo(f"Next: planner plan INPUT --out OUT --brain {files[0]}")


def _given(context: typer.Context) -> list[str]:
    """Options on the command line that do not go with ``--resume``, as they are written."""
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name not in BESIDE_RESUME
        and (source := context.get_parameter_source(parameter.name or "")) is not None
        and source.name == "COMMANDLINE"
    ]


def _fail(message: str, code: int) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)


class Bars:
    """A progress bar for every brain on stderr, with its cost over the analytic policy's."""

    def __init__(self, *, quiet: bool = False, stream: TextIO | None = None):
        self._stream, self._quiet = stream or sys.stderr, quiet
        self._bars: Any = None
        self._tasks: dict[str, Any] = {}
        self._said: dict[str, float] = {}

    def __enter__(self) -> Bars:
        if not self._quiet and self._stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bars = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.percentage:3.0f}%"),
                TextColumn("{task.fields[cost]}", markup=False),
                TimeRemainingColumn(),
                console=Console(file=self._stream),
            )
            self._bars.start()
        return self

    def starting(self) -> None:
        """Say so: it takes some seconds until there is anything else to say."""
        if not self._quiet:
            self._print("starting Ray ...")

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, name: str, progress: Progress) -> None:
        """Show where the training of a brain stands."""
        if self._quiet:
            return
        cost = f"cost {progress.relative:.3f} of analytic"
        if self._bars is None:
            now, last = time.monotonic(), progress.step >= progress.steps
            if last or now - self._said.get(name, -QUIET_SECONDS) >= QUIET_SECONDS:
                self._said[name] = now
                step = f"step {progress.step:,} of {progress.steps:,}"
                self._print(f"[{progress.seconds:6.1f} s] {name}: {step}, {cost}")
            return
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=progress.steps, cost=cost)
        self._bars.update(self._tasks[name], completed=progress.step, cost=cost)

    def _print(self, line: str) -> None:
        if self._bars is not None:
            self._bars.console.print(line, markup=False)
        else:
            print(line, file=self._stream, flush=True)
