"""What a long run has ordered so far, so that it can go on after it was broken off."""

from __future__ import annotations

import dataclasses
import io
import json
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar, cast
from zipfile import BadZipFile

import numpy as np

from planner.policies.review import ReviewLog
from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats
from scenarios.errors import Finding, InputError
from scenarios.simulation.policy import OrderPolicy
from scenarios.simulation.state import State
from scenarios.writing.atomic import atomic_file, check_free, clear_drafts, named_in_errors

UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile, zlib.error)
"""What NumPy may raise at bytes that are no journal."""
EVERY = 10.0
"""Seconds between two writings."""
VERSION = 3
"""Of the file; 1 noted orders only and did not say so, 2 knew policies by where they stood then."""


class Result(Protocol):
    """What a long run finds."""

    def write(self, path: Path) -> None:
        """Write it into a folder of its own."""
        ...


P = ParamSpec("P")
R = TypeVar("R", bound=Result)


class Journal:
    """An order policy that notes what another orders, and repeats what is noted already.

    Demand follows from a seed and the simulator from demand and orders, so a run that is started
    again comes back to where it was without asking the policy anew.

    Parameters
    ----------
    path : Path
        File to write to and to go on from.
    identity : str
        Of the run; a journal of another one is refused.
    policy : callable
    shape : (int, int, int)
        Routes, stock points and periods of the run.
    review : ReviewLog, optional
        Whose safety stocks and findings are noted too, and given back to it.

    Raises
    ------
    InputError
        If the file is that of another run or of an older version, or damaged.
    """

    def __init__(
        self,
        path: Path,
        identity: str,
        policy: OrderPolicy,
        shape: tuple[int, int, int],
        review: ReviewLog | None = None,
    ):
        self.path, self.identity, self.policy, self.review = path, identity, policy, review
        n_routes, n_points, n_periods = shape
        self.orders, self.known = np.zeros((n_routes, n_periods)), np.zeros(n_periods, dtype=bool)
        self.wanted = np.full((n_points, n_periods), np.nan)
        if path.exists():
            self._read()
        self._written = time.monotonic()

    def __call__(self, state: State, period: int) -> Floats:
        """Orders [A] of a period, noted."""
        if not self.known[period]:
            self.orders[:, period] = self.policy(state, period)
            if self.review is not None:
                self.wanted[:, period] = self.review.wanted[period]
            self.known[period] = True
            if time.monotonic() - self._written > EVERY:
                self.write()
        return self.orders[:, period]

    def write(self) -> None:
        """Write the file whole: a crash leaves the one before it."""
        said = () if self.review is None else self.review.findings
        with atomic_file(self.path) as draft, draft.open("wb") as stream:
            np.savez_compressed(
                stream,
                version=np.array(VERSION),
                identity=np.array(self.identity),
                orders=self.orders,
                known=self.known,
                wanted=self.wanted,
                findings=np.array(json.dumps([dataclasses.asdict(finding) for finding in said])),
            )
        self._written = time.monotonic()

    def _read(self) -> None:
        remedy = "run it with the same input and options, or remove the file to start anew"
        try:
            with np.load(io.BytesIO(self.path.read_bytes()), allow_pickle=False) as saved:
                identity = str(saved["identity"])
                version = int(saved["version"]) if "version" in saved else 1
                if version == VERSION:
                    orders, known, wanted = saved["orders"], saved["known"], saved["wanted"]
                    findings = [Finding(**one) for one in json.loads(str(saved["findings"]))]
        except UNREADABLE as error:
            raise InputError([Finding(str(self.path), "the journal is damaged", remedy)]) from error
        if version != VERSION:
            problem, remedy = "another version wrote the journal", "remove the file to start anew"
            raise InputError([Finding(str(self.path), problem, remedy, value=str(version))])
        mine = [values.shape for values in (self.orders, self.known, self.wanted)]
        if identity != self.identity or mine != [orders.shape, known.shape, wanted.shape]:
            raise InputError([Finding(str(self.path), "it is of another run", remedy)])
        self.orders, self.known, self.wanted = orders, known, wanted
        if self.review is not None and known.any():
            for period in np.flatnonzero(known):
                self.review.wanted[int(period)] = wanted[:, period]
            self.review.findings = tuple(findings)


@contextmanager
def kept_beside(out: Path, ending: str, pattern: str) -> Iterator[Path]:
    """A folder beside ``out`` for what a long run has found so far; gone once the run is done.

    Its files of ``pattern`` go, and the folder itself if nothing else is in it.

    Raises
    ------
    FileExistsError
        If there is something at ``out``.
    OSError
        If nothing can be written there; the error names ``out``.
    """
    check_free(out)
    folder = out.with_name(out.name + ending)
    with named_in_errors(out, folder):
        yield folder
    if not folder.is_dir():
        return
    for path in folder.glob(pattern):
        path.unlink(missing_ok=True)
    clear_drafts(folder)
    if not any(folder.iterdir()):
        folder.rmdir()


def resumable(ending: str, pattern: str, keeps: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a long run go on where it stopped: what it finds is written to its argument ``out``.

    Until it is done, what it has found so far lies in a folder beside ``out``.

    Parameters
    ----------
    ending, pattern : str
        Of the name of that folder, and of the files in it; see :func:`kept_beside`.
    keeps : str
        The argument that takes the folder.
    """

    def decorate(run: Callable[P, R]) -> Callable[P, R]:
        @wraps(run)
        def whole(*arguments: P.args, **named: P.kwargs) -> R:
            out = cast("str | Path | None", named.pop("out", None))
            if out is None:
                return run(*arguments, **named)
            check = Arguments(getattr(run, "__name__", "run"))
            check.path("out", out)
            check.refuse()
            with kept_beside(Path(out), ending, pattern) as kept:
                given: dict[str, Any] = named | {keeps: kept}
                result = cast(Any, run)(*arguments, **given)
                result.write(Path(out))
            return cast(R, result)

        return whole

    return decorate
