"""The commands on inputs: ``planner init``, ``check`` and ``schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.commands.errors import BAD_INPUT, errors, fail
from planner.commands.options import Example, FileFormat, Input, Seed, TableFormat
from planner.commands.text.terminal import findings_text, harmless


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must not exist.")],
    example: Annotated[Example, typer.Option(help="Which scenario.")] = "retail-chain",
    products: Annotated[
        int | None, typer.Option(min=1, help="Number of products (retail-chain, stores).")
    ] = None,
    seed: Seed = 0,
    file_format: Annotated[
        FileFormat, typer.Option("--format", help="What the tables are written as.")
    ] = "csv",
) -> None:
    """Write the tables of an example scenario, of any size."""
    with errors():
        if products is not None and example == "single":
            fail("--products: the example 'single' has one product", BAD_INPUT)
        from scenarios.examples import bundled

        make = getattr(bundled, example.replace("-", "_"))
        size = {} if products is None else {"n_products": products}
        make(seed=seed, **size).write(folder, file_format=file_format)
        typer.echo(f"Wrote {example} to {folder}. Next: planner plan {folder} --out PLAN")


def check(source: Input) -> None:
    """Read the input, list everything that is wrong or odd, and describe the chain."""
    with errors():
        from planner.text.chain import scenario_text
        from scenarios.model.scenario import Scenario

        scenario = Scenario.read(source)
        if scenario.warnings:
            typer.echo(harmless(findings_text(scenario.warnings)), err=True)
        typer.echo(harmless(scenario_text(scenario)))
        n = len(scenario.warnings)
        typer.echo(f"The input can be planned ({n} warning{'' if n == 1 else 's'}).")


def schema(
    format_: Annotated[TableFormat, typer.Option("--format", help="How to print it.")] = "table",
) -> None:
    """Print every input table, its columns, units and defaults, and the settings."""
    from planner.commands.text.schema import schema_text

    typer.echo(schema_text(format_))
