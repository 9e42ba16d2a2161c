"""Array work in parts that fit a core's cache, on all cores: NumPy lets go of Python's lock."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def in_parts(work: Callable[[int, int], None], n: int, size: int) -> None:
    """Call ``work(start, stop)`` for consecutive parts of 0 .. n, several at once if many.

    The calls must not depend on each other.
    """
    starts = range(0, n, size)
    if len(starts) <= 2:
        for start in starts:
            work(start, min(start + size, n))
        return
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for done in [pool.submit(work, start, min(start + size, n)) for start in starts]:
            done.result()
