"""The commands ``planner brains ...``. Heavy modules are imported inside them only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.commands.errors import BAD_INPUT, errors, fail

app = typer.Typer(
    help="List, show, export and explain brains.", no_args_is_help=True, rich_markup_mode=None
)

Name = Annotated[str, typer.Argument(help="Name of a brain, or path of its .onnx file.")]
PICTURES = (".png", ".svg", ".pdf")


@app.command("list", epilog="Example: planner brains list")
def list_brains() -> None:
    """List the brains that can be named: shipped ones and your own."""
    with errors():
        from brain.trained.registry import SHIPPED, brain_files, user_folder
        from brain.trained.runtime import load_brain
        from planner.commands.text.brains import domain_text
        from scenarios.errors import InputError

        files = brain_files()
        width = max((len(name) for name in files), default=0)
        for name, path in files.items():
            where = "shipped" if path.parent == SHIPPED else "yours  "
            try:
                told = domain_text(load_brain(path).manifest)
            except InputError as error:
                told = f"cannot be used: {error.findings[0].message}"
            typer.echo(f"{name:<{width}}  {where}  {told}")
        if not files:
            typer.echo("There are no trained brains; --brain analytic always works.")
        typer.echo(f"Your folder: {user_folder()}")


@app.command(epilog="Example: planner brains show ratio-100")
def show(name: Name) -> None:
    """Show what a brain was trained on, how it was trained and how it scored."""
    with errors():
        from brain.trained.registry import brain_path
        from brain.trained.runtime import load_brain
        from planner.commands.text.brains import manifest_text

        path = brain_path(name)
        typer.echo(manifest_text(load_brain(path).manifest, path))


@app.command(epilog="Example: planner brains export ratio-100 ratio-100.onnx")
def export(
    name: Name, file: Annotated[Path, typer.Argument(help="File to write; it must not exist.")]
) -> None:
    """Copy a brain to a file of its own: ONNX, with all about it in its metadata."""
    with errors():
        from brain.trained.registry import brain_path
        from brain.trained.runtime import BUILT_IN, load_brain

        path = brain_path(name)
        load_brain(path)
        if file.stem in BUILT_IN:
            fail(f"error: a brain cannot be called {file.stem}; choose another name", BAD_INPUT)
        with file.open("xb") as target:
            target.write(path.read_bytes())
        typer.echo(f"Wrote {file}")


@app.command(epilog="Example: planner brains explain ratio-100 --out ratio-100.svg")
def explain(
    name: Name,
    out: Annotated[
        Path | None, typer.Option(help="Picture to write (.png, .svg, .pdf); default: as text.")
    ] = None,
) -> None:
    """Show how a brain answers a jump, a pulse, a ramp, drops and a step of demand."""
    with errors():
        _check_picture(out)
        from brain.trained.registry import brain_path
        from brain.trained.runtime import load_brain
        from brain.training.responses import responses, shown_chain
        from planner.commands.text.brains import chain_text, draw_responses, responses_text

        brain = load_brain(brain_path(name))
        title = f"{brain.name}: {chain_text(shown_chain(brain.manifest.domain))}"
        seen = responses(brain)
        if out is None:
            typer.echo(title + "\n" + responses_text(seen))
            return
        draw_responses(seen, title, out)
        typer.echo(f"Wrote {out}")


@app.command(epilog="Example: planner brains curves my-brains --out curves.png")
def curves(
    run: Annotated[Path, typer.Argument(help="Folder that planner train wrote to.")],
    out: Annotated[
        Path | None, typer.Option(help="Picture to write (.png, .svg, .pdf); default: as text.")
    ] = None,
) -> None:
    """Show how cost fell in training, against analytic safety stocks."""
    with errors():
        _check_picture(out)
        from brain.training.curves import learning_curves
        from planner.commands.text.brains import curves_text
        from planner.reporting.pictures import draw_learning

        found = learning_curves(run)
        if out is None:
            typer.echo(curves_text(found))
            return
        draw_learning(found, out)
        typer.echo(f"Wrote {out}")


def _check_picture(out: Path | None) -> None:
    """Refuse a picture that cannot be drawn, before any work is done for it."""
    from planner.reporting.pictures import REMEDY, can_draw

    if out is None:
        return
    if out.suffix.lower() not in PICTURES:
        fail(f"--out: the file must end in one of {', '.join(PICTURES)}", BAD_INPUT)
    if out.exists():
        fail(f"--out: {out} is already there; choose another file", BAD_INPUT)
    if not can_draw():
        fail(f"error: pictures need matplotlib. Remedy: {REMEDY}", BAD_INPUT)
