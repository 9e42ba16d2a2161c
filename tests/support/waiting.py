"""Waiting in tests: until a thing has happened, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

HANG = 600.0
"""Seconds that nothing takes but a hang, on a machine that others use as well."""


def until(happened: Callable[[], object], told: Callable[[], object] = lambda: "") -> None:
    """Wait until ``happened()`` is true; fail, with what ``told()`` says, where it never comes."""
    end = time.monotonic() + HANG
    while not happened():
        assert time.monotonic() < end, told()
        time.sleep(0.02)
