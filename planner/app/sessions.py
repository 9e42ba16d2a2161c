"""What pages remember: kept by an id in the page's address, so that a reload finds it again."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 20
"""Sessions of a kind; of those at rest, the one not used for longest is closed to make room."""


class Registry(Generic[T]):
    """Sessions by id. Ids cannot be guessed: they are all that keeps two people apart.

    Parameters
    ----------
    make : callable
        A new session.
    close : callable
        Gives back what a session holds.
    works : callable
        Whether a session is at work, which is ended only where all are.
    """

    def __init__(
        self, make: Callable[[], T], close: Callable[[T], None], works: Callable[[T], bool]
    ):
        self._make, self._close, self._works = make, close, works
        self._kept: dict[str, T] = {}
        self._used: dict[str, float] = {}

    def open(self, key: str | None) -> tuple[str, T]:
        """The session of this id, or a new one where there is none."""
        if key is None or key not in self._kept:
            key = secrets.token_urlsafe(9)
            self._make_room()
            self._kept[key] = self._make()
        self._used[key] = time.monotonic()
        return key, self._kept[key]

    def find(self, key: str) -> T | None:
        """The session of this id, if there is one."""
        return self._kept.get(key)

    def close(self) -> None:
        """Close all of them."""
        for key in list(self._kept):
            self._drop(key)

    def _make_room(self) -> None:
        while len(self._kept) >= MOST:
            self._drop(
                min(self._used, key=lambda key: (self._works(self._kept[key]), self._used[key]))
            )

    def _drop(self, key: str) -> None:
        del self._used[key]
        self._close(self._kept.pop(key))
