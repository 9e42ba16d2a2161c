"""The runs of a study: kept one by one, on processes of this machine or on a Ray cluster."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.backtesting import backtest
from planner.fingerprint import input_hash, policy_identity
from planner.policies.oracle import Oracle
from planner.policies.policy import Policy
from scenarios.errors import InputError
from scenarios.model import Scenario

Row = dict[str, Any]
"""Key figures of a run, and ``error``: empty, or what went wrong."""
Rows = Generator[tuple[int, Row]]
"""Rows by the number of their cell, as they come."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One run of a study."""

    variant: str
    scenario: Scenario
    policy: Policy | Oracle
    seed: int
    n_periods: int

    def run(self) -> Row:
        """Key figures, or what went wrong."""
        try:
            found = backtest(self.scenario, self.policy, self.n_periods, seed=self.seed)
        except Exception as error:  # a variant that fails must not stop the others
            return _failed(error)
        figures = found.paths.drop(columns="path").iloc[0]
        return {"error": ""} | {str(name): float(value) for name, value in figures.items()}


def run_all(cells: list[Cell], workers: int | None, ray: str | None, kept: Path | None) -> Rows:
    """Rows by the index of their cell, as they come; what is kept already is not run again.

    See :func:`planner.studies.study`.
    """
    paths = [None] * len(cells) if kept is None else _files(cells, kept)
    waiting = []
    for index, path in enumerate(paths):
        row = _read(path)
        if row is None:
            waiting.append(index)
        else:
            yield index, row
    if not waiting:
        return
    asked = [cells[index] for index in waiting]
    workers = min(workers or os.cpu_count() or 1, len(asked))
    if ray is not None:
        rows = _on_cluster(asked, ray)
    elif workers == 1:
        rows = ((number, cell.run()) for number, cell in enumerate(asked))
    else:
        rows = _on_processes(asked, workers)
    try:
        for number, row in rows:
            _write(paths[waiting[number]], row)
            yield waiting[number], row
    finally:
        rows.close()


def _on_processes(cells: list[Cell], workers: int) -> Rows:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawn, _made_ready) as pool:
        running: dict[Future[Row], int] = {}
        number = 0
        try:
            while number < len(cells) or running:
                # Not all at once: every waiting cell would hold a copy of its scenario.
                with _no_interrupt():
                    while number < len(cells) and len(running) < 2 * workers:
                        running[pool.submit(cells[number].run)] = number
                        number += 1
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        except BaseException:
            for process in list((pool._processes or {}).values()):
                process.terminate()
            raise


def _made_ready() -> None:
    """In a new process: leave Ctrl-C to the one that made it, and nothing behind when ended."""
    # Ctrl-C reaches every process of a terminal.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Named locks (Pyomo makes one) outlive a process that is ended; those for forking have no name.
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork", force=True)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keep Ctrl-C waiting: processes started meanwhile do not hear it even while they start."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _on_cluster(cells: list[Cell], address: str) -> Rows:
    from brain.cluster import spread

    identities = {id(cell.policy): _identity(cell.policy) for cell in cells}
    items = [
        (c.scenario, (c.variant, c.policy, c.seed, c.n_periods, identities[id(c.policy)]))
        for c in cells
    ]
    for number, found in spread(None if address == "local" else address, _run_there, items):
        yield number, _failed(found) if isinstance(found, Exception) else found


def _run_there(scenario: Scenario, rest: tuple[str, Policy | Oracle, int, int, str | None]) -> Row:
    """Run a cell on a machine of a cluster, whose brains may be others."""
    variant, policy, seed, n_periods, identity = rest
    try:
        there = _identity(policy)
    except Exception as error:  # such as a brain that is not there
        return _failed(error)
    if there != identity:
        return {"error": "ValueError: the brain is another one on the machine that ran this"}
    return Cell(variant, scenario, policy, seed, n_periods).run()


def _identity(policy: Policy | Oracle) -> str | None:
    """What a policy is told by; None where nothing tells it."""
    try:
        return policy_identity(policy)
    except InputError:
        raise
    except ValueError:
        return None


def _failed(error: Exception) -> Row:
    return {"error": f"{type(error).__name__}: {error}"}


def _files(cells: list[Cell], folder: Path) -> list[Path | None]:
    """Where each cell is kept: the same for the same run, whatever study it stands in."""
    inputs = {id(cell.scenario): cell.scenario for cell in cells}
    hashes = {key: input_hash(scenario) for key, scenario in inputs.items()}
    policies = {id(cell.policy): cell.policy for cell in cells}
    identities = {key: policy_identity(policy) for key, policy in policies.items()}
    said = [
        f"{hashes[id(cell.scenario)]} {identities[id(cell.policy)]} {cell.seed} {cell.n_periods}"
        for cell in cells
    ]
    return [folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.json" for text in said]


def _read(path: Path | None) -> Row | None:
    """A finished cell, None where there is none that can be read."""
    if path is None or not path.exists():
        return None
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return row if isinstance(row, dict) and "error" in row else None


def _write(path: Path | None, row: Row) -> None:
    # Failed cells are not kept: they shall be tried again.
    if path is None or row["error"]:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(row), encoding="utf-8")
    os.replace(draft, path)
