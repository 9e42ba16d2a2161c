"""What the sections of the page Plan know of the page that they stand on."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from planner.app.plan.session import Session
from planner.app.site import Site


class PlanContext(Protocol):
    """One open page of a session."""

    site: Site
    session: Session
    key: str
    """The session's id, as in the page's address."""
    dialogs: Any
    """Where dialogs stand that outlive a section which is drawn again."""

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Work that goes on when the page is closed; one at a time."""
        ...
