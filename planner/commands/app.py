"""The command ``planner app``."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from planner.commands.errors import BAD_INPUT, errors, fail


def app(
    folder: Annotated[
        Path, typer.Argument(help="Folder with inputs; plans and brains go there, too.")
    ] = Path("."),
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets the whole network in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8080,
    upload_limit: Annotated[
        int, typer.Option(min=1, max=4096, help="Largest upload, in MiB.")
    ] = 200,
    show: Annotated[bool, typer.Option("--show/--no-show", help="Open the browser.")] = True,
) -> None:
    """Plan, simulate, train and study in the browser. Ctrl-C ends it.

    Nothing outside FOLDER is opened. There are no passwords: whoever reaches the address can use
    the app.
    """
    with errors():
        if find_spec("nicegui") is None:
            fail(
                "error: the app needs nicegui. Remedy: pip install 'echelon-planner[app]'",
                BAD_INPUT,
            )
        if not folder.is_dir():
            fail(f"error: {folder} is no folder. Remedy: make it, or name another", BAD_INPUT)
        from planner.app.server.serve import serve_app

        try:
            serve_app(folder, host, port, upload_limit=upload_limit, show=show, told=typer.echo)
        except KeyboardInterrupt:
            typer.echo("The app has ended. Trainings and studies that run go on.")
