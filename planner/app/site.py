"""What pages know of the app that they are part of."""

from __future__ import annotations

from dataclasses import dataclass

from planner.app.folder import Folder


@dataclass(frozen=True)
class Site:
    """What pages know of the app: its folder, and the largest upload in bytes."""

    folder: Folder
    most_bytes: int
