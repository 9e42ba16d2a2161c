"""Start the app: pages of one folder, on one address."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from planner.app.folder import Folder
from planner.app.server.guard import LOCAL, Guard
from planner.app.site import Site
from scenarios.arguments import Arguments

PATIENCE = 30.0
"""Seconds that a page may be cut off, as happens on a busy machine, until it counts as closed."""


def serve_app(
    folder: str | Path = ".",
    host: str = "127.0.0.1",
    port: int = 8080,
    *,
    upload_limit: int = 200,
    show: bool = True,
    told: Callable[[str], None] | None = None,
) -> None:
    """Plan, simulate, train and study in the browser, as ``planner app`` does; Ctrl-C ends it.

    Nothing outside the folder is opened. There are no passwords: whoever reaches the address can
    use the app.

    Parameters
    ----------
    folder : str or Path
        With inputs; plans and brains go there, too.
    host : str
        Address to listen on; 0.0.0.0 lets the whole network in.
    port : int
        0: any that is free.
    upload_limit : int
        Largest upload, in MiB, from 1 to 4096.
    show : bool
        Open the browser.
    told : callable, optional
        Called with a line that says where the app is, once that is known.

    Raises
    ------
    InputError
        If an argument is of another kind, or there is no such folder.
    ImportError
        If the extra ``app`` is not installed.
    OSError
        If the address is taken, or is none of this machine.
    """
    check = Arguments("serve_app")
    if check.path("folder", folder) and not Path(folder).is_dir():
        check.add("folder", "is no folder", "make it, or name another", str(folder))
    check.text("host", host)
    check.whole("port", port, least=0, most=65535)
    check.whole("upload_limit", upload_limit, least=1, most=4096)
    check.flag("show", show)
    check.call_of("told", told, optional=True)
    check.refuse()
    if find_spec("nicegui") is None:
        raise ImportError("the app needs nicegui. Remedy: pip install 'echelon-planner[app]'")
    port = free_port(host, port)
    shown = f"[{host}]" if ":" in host else host
    if told is not None:
        told(f"The planner is at http://{shown}:{port}, on {folder}. Ctrl-C ends it.")
    serve(Path(folder), host, port, upload_limit * 2**20, show=show)


def free_port(host: str, port: int) -> int:
    """The port itself if it can be listened on; any that is free for 0.

    Raises
    ------
    OSError
        If it is taken, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            what = f"cannot listen on {host}:{port}: {error.strerror}. Remedy: name another --port"
            raise OSError(what) from None
        return int(trial.getsockname()[1])


def serve(root: Path, host: str, port: int, most_bytes: int, *, show: bool) -> None:
    """Serve until stopped. Any host but this machine's own lets others in."""
    # What the library keeps of its own goes where nobody looks; ours is in the folder.
    if "NICEGUI_STORAGE_PATH" not in os.environ:
        kept = tempfile.mkdtemp(prefix="planner-app-")
        os.environ["NICEGUI_STORAGE_PATH"] = kept
        atexit.register(shutil.rmtree, kept, ignore_errors=True)
    from nicegui import app, ui
    from starlette.responses import RedirectResponse

    from planner.app.plan import page as plan_page
    from planner.app.simulate import page as simulate_page
    from planner.app.study import page as study_page
    from planner.app.train import page as train_page

    site = Site(Folder(root.resolve()), most_bytes)
    # A form around an upload adds a little to the file.
    hosts = frozenset({host, *LOCAL}) if host in LOCAL else frozenset()
    app.add_middleware(Guard, hosts=hosts, most_bytes=most_bytes + 65_536)
    for page in (plan_page, simulate_page, train_page, study_page):
        page.add(site)

    @app.get("/")
    def home() -> RedirectResponse:
        return RedirectResponse("/plan")

    ui.run(
        host=host, port=port, title="planner", reload=False, show=show,
        show_welcome_message=False, favicon="📦", reconnect_timeout=PATIENCE,
    )  # fmt: skip
