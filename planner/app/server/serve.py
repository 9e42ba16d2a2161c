"""Start the app: pages of one folder, on one address."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from planner.app.folder import Folder
from planner.app.server.guard import LOCAL, Guard
from planner.app.site import Site

PATIENCE = 30.0
"""Seconds that a page may be cut off, as happens on a busy machine, until it counts as closed."""


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
