"""What a long run has ordered so far, so that it can go on after it was broken off."""

from __future__ import annotations

import io
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from scenarios.errors import Finding, InputError
from scenarios.model import Floats
from scenarios.policies import OrderPolicy
from scenarios.state import State
from scenarios.write_tables import check_free

UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile, zlib.error)
"""What NumPy may raise at bytes that are no journal."""
EVERY = 10.0
"""Seconds between two writings."""


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
    shape : (int, int)
        Routes and periods of the run.

    Raises
    ------
    InputError
        If the file is that of another run, or damaged.
    """

    def __init__(self, path: Path, identity: str, policy: OrderPolicy, shape: tuple[int, int]):
        self.path, self.identity, self.policy = path, identity, policy
        self.orders, self.known = np.zeros(shape), np.zeros(shape[1], dtype=bool)
        if path.exists():
            self._read()
        self._written = time.monotonic()

    def __call__(self, state: State, period: int) -> Floats:
        """Orders [A] of a period, noted."""
        if not self.known[period]:
            self.orders[:, period] = self.policy(state, period)
            self.known[period] = True
            if time.monotonic() - self._written > EVERY:
                self.write()
        return self.orders[:, period]

    def write(self) -> None:
        """Write the file whole: a crash leaves the one before it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(self.path.name + ".part")
        with draft.open("wb") as stream:
            np.savez_compressed(
                stream, identity=np.array(self.identity), orders=self.orders, known=self.known
            )
        os.replace(draft, self.path)
        self._written = time.monotonic()

    def _read(self) -> None:
        remedy = "run it with the same input and options, or remove the file to start anew"
        try:
            with np.load(io.BytesIO(self.path.read_bytes()), allow_pickle=False) as saved:
                same = str(saved["identity"]) == self.identity
                orders, known = saved["orders"], saved["known"]
        except UNREADABLE as error:
            raise InputError([Finding(str(self.path), "the journal is damaged", remedy)]) from error
        if not same or orders.shape != self.orders.shape or known.shape != self.known.shape:
            raise InputError([Finding(str(self.path), "it is of another run", remedy)])
        self.orders, self.known = orders, known


@contextmanager
def kept_beside(out: Path, ending: str, pattern: str) -> Iterator[Path]:
    """A folder beside ``out`` for what a long run has found so far; gone once the run is done.

    Its files of ``pattern`` go, and the folder itself if nothing else is in it.

    Raises
    ------
    FileExistsError
        If there is something at ``out``.
    """
    check_free(out)
    folder = out.with_name(out.name + ending)
    yield folder
    if not folder.is_dir():
        return
    for path in folder.glob(pattern):
        path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
