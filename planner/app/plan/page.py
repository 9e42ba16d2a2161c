"""The page Plan: open an input, plan it, look through the plan, change it, keep it."""

from __future__ import annotations

from nicegui import app, background_tasks, ui
from starlette.responses import FileResponse, PlainTextResponse, Response

from planner.app.frame import frame, keep
from planner.app.plan.session import Session
from planner.app.sessions import Registry
from planner.app.site import Site

PATH = "/plan"
REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; style-src 'unsafe-inline';"
    " script-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
"""A report may run its own script, but neither fetch anything nor reach the page around it."""


def add(site: Site) -> None:
    """Add the page to the app."""
    sessions: Registry[Session] = Registry(
        lambda: Session(site.folder), Session.close, lambda session: bool(session.busy)
    )
    app.on_shutdown(sessions.close)

    @ui.page(PATH)
    def page(s: str | None = None) -> None:
        from planner.app.plan.layout import View

        key, session = sessions.open(s)
        if key != s:
            background_tasks.create(session.warm())
        with frame("Plan"):
            keep(PATH, key)
            View(site, session, key).draw()

    @app.get(PATH + "/report/{key}", include_in_schema=False)
    async def report(key: str) -> Response:
        session = sessions.find(key)
        if session is None or session.planned is None:
            return PlainTextResponse("There is no plan: plan again.", 404)
        path = await session.report()
        if path is None:
            return PlainTextResponse("The report could not be made.", 500)
        headers = {"Content-Security-Policy": REPORT_POLICY, "Cache-Control": "no-store"}
        return FileResponse(path, media_type="text/html", headers=headers)
