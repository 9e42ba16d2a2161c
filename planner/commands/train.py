"""The command ``planner train``. Heavy modules are imported inside it only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.commands.errors import BAD_INPUT, NO_RESULT, STOPPED, errors, fail
from planner.commands.options import Algorithm
from planner.commands.progress import TrainingBars

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
    algorithm: Annotated[Algorithm, typer.Option(help="How to train.")] = "hdpo",
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
    with errors(), TrainingBars(quiet=quiet) as bars:
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
            from brain.training.request import FILE, check_request
        except ImportError as error:
            fail(f"error: {error}", BAD_INPUT)
        options = None
        if resume is None:
            check_request(ratio or (), ratio_range, algorithm)
            options = default_options(algorithm, start)
            if steps is not None:
                options = dataclasses.replace(options, steps=steps)
            if curriculum:
                if algorithm != "hdpo":
                    fail("error: --curriculum goes with --algorithm hdpo", BAD_INPUT)
                options = dataclasses.replace(options, curriculum=CURRICULUM)
        else:
            check_resume(_given(context))
        bars.starting()
        try:
            files = train_brains(
                ratio or (),
                ratio_range,
                algorithm,
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
                fail("Stopped; nothing was written.", STOPPED)
            where = f"Go on with: planner train --resume {folder}"
            fail(f"Stopped; checkpoints are kept. {where}", STOPPED)
        except CheckpointDamaged as error:
            remedy = "remove checkpoint.pt from its folder to train that brain from the start"
            fail(f"error: {error}. Remedy: {remedy}", BAD_INPUT)
        except TrainingDiverged as error:
            fail(f"error: {error}", NO_RESULT)
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
