"""The commands that run policies many times: study and bench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from planner.commands.errors import NO_RESULT, errors, resumable
from planner.commands.options import Brain, Quiet, Ray, at_most, one_of
from planner.commands.progress import CountedProgress, Progress
from planner.commands.text.terminal import harmless
from planner.experiments.limits import MOST_PATHS

Workers = Annotated[int | None, typer.Option(min=1, help="Processes; default: one per core.")]


def study(
    file: Annotated[Path, typer.Argument(help="Study as YAML, see docs/studies.md.")],
    out: Annotated[Path, typer.Option(help="Folder for the result; it must not exist.")],
    workers: Workers = None,
    ray: Ray = None,
    quiet: Quiet = False,
) -> None:
    """Variants x policies x demand paths, compared in pairs; goes on where it stopped."""
    one_of(workers, ray)
    with errors(), Progress(quiet=quiet) as progress:
        progress("loading")
        from scenarios.writing.atomic import check_free
        from solver.workers.ray_cluster import read_address

        read_address(ray)
        check_free(out)
        from planner.commands.text.summaries import study_text
        from planner.experiments.study import study as make
        from planner.experiments.study_file import read_study, variants_of
        from planner.forecasting import foreseen
        from planner.policies.registry import policy_of
        from scenarios.model.scenario import Scenario

        progress("reading")
        asked = read_study(file)
        scenario, _ = foreseen(Scenario.read(file.parent / asked.input), progress=progress)
        variants = variants_of(asked, scenario)
        progress("starting" if ray is None else f"starting on {ray}")
        with resumable("the same command goes on from here"):
            result = make(
                variants,
                [policy_of(name, asked.brain) for name in asked.policies],
                n_seeds=asked.seeds,
                n_periods=asked.days,
                workers=workers,
                ray=ray,
                progress=CountedProgress(progress, "run"),
                out=out,
            )
    if not quiet:
        typer.echo(harmless(study_text(result, scenario.settings.currency)))
    if (result.cells["error"] != "").all():
        raise typer.Exit(NO_RESULT)


def bench(
    problems: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names of problems; default: one of each kind (see --list).", metavar="[NAME]..."
        ),
    ] = None,
    policies: Annotated[
        str, typer.Option(help="Names with commas between; default: those of the problem.")
    ] = "",
    seeds: Annotated[
        int | None,
        typer.Option(
            min=1,
            callback=at_most(MOST_PATHS, "episode"),
            help="Episodes of each; default: those of the problem.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the first episode.")] = 1_000_000,
    brain: Brain = "auto",
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables and a picture; it must not exist.")
    ] = None,
    workers: Workers = None,
    ray: Ray = None,
    list_: Annotated[bool, typer.Option("--list", help="Say what problems there are.")] = False,
    quiet: Quiet = False,
) -> None:
    """Named problems of the field: a leaderboard of policies on the same demand."""
    one_of(workers, ray)
    with errors(), Progress(quiet=quiet) as progress:
        progress("loading")
        from planner.commands.text.bench import board_text, entries_text
        from planner.experiments.bench import bench as make
        from solver.workers.ray_cluster import read_address

        read_address(ray)

        if list_:
            typer.echo(entries_text())
            return
        arguments: dict[str, Any] = {
            "problems": problems or None,
            "policies": [name.strip() for name in policies.split(",") if name.strip()] or None,
            "n_paths": seeds,
            "seed": seed,
            "brain": brain,
            "workers": workers,
            "ray": ray,
            "progress": CountedProgress(progress, "policy"),
            "out": out,
        }
        progress("starting" if ray is None else f"starting on {ray}")
        goes_on = "nothing was kept (with --out, runs are)"
        with resumable(goes_on if out is None else "the same command goes on from here"):
            result = make(**arguments)
    if not quiet:
        typer.echo(harmless(board_text(result)))
    if result.scores.empty:
        raise typer.Exit(NO_RESULT)
