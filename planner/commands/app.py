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
        port = _free_port(host, port)
        from planner.app.server.serve import serve

        shown = f"[{host}]" if ":" in host else host
        typer.echo(f"The planner is at http://{shown}:{port}, on {folder}. Ctrl-C ends it.")
        try:
            serve(folder, host, port, upload_limit * 2**20, show=show)
        except KeyboardInterrupt:
            typer.echo("The app has ended. Trainings and studies that run go on.")


def _free_port(host: str, port: int) -> int:
    """The port itself if it can be listened on; any that is free for 0.

    Raises
    ------
    OSError
        If it is taken, or the address is not of this machine.
    """
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            what = f"cannot listen on {host}:{port}: {error.strerror}. Remedy: name another --port"
            raise OSError(what) from None
        return int(trial.getsockname()[1])
