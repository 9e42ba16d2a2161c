"""Array work in parts that fit a core's cache, on all cores: NumPy lets go of Python's lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


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


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int | None = None
) -> Generator[Result]:
    """Yield ``work(item)`` for one item after the other; some are worked on ahead, at once.

    The calls must not depend on each other. Items are asked for, and results wait, no more than one
    beyond the ``workers`` threads (default: one for each core), so that neither need all fit in
    memory.
    """
    workers = workers or os.cpu_count() or 1
    if workers == 1:
        yield from map(work, items)
        return
    ahead: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                ahead.append(pool.submit(work, item))
                if len(ahead) > workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()
