"""Runs of a study or a leaderboard: kept one by one, on processes here or on a Ray cluster."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, cast

from planner.experiments.policy_identity import policy_identity
from planner.policies.oracle import Oracle
from planner.policies.order_model import OrderModel
from planner.policies.rules.policy import Policy
from scenarios.errors import InputError
from scenarios.model.fingerprint import input_hash
from scenarios.model.scenario import Scenario
from scenarios.writing.atomic import write_atomic
from solver.workers.outcome import RemoteError, hold_once
from solver.workers.selection import workers_of
from solver.workers.threads import Threads

Row = dict[str, Any]
"""Key figures of a run, and ``error``: empty, or what went wrong."""
Rows = Generator[tuple[int, Row]]
"""Rows by the number of their cell, as they come."""


class Work(Protocol):
    """One run of a policy, which can be done anywhere."""

    @property
    def policy(self) -> Policy | Oracle:
        """Who orders."""
        ...

    @property
    def told(self) -> str:
        """What tells it from other runs of the policy on the scenario."""
        ...

    def run(self, scenario: Scenario | None) -> Row:
        """Key figures; an exception is a failed run."""
        ...


Cell = tuple[Scenario | None, Work]
"""A run and its scenario, which is sent to a cluster once for all of its neighbours."""


def run_all(cells: Sequence[Cell], workers: int | None, ray: str | None, kept: Path | None) -> Rows:
    """Rows by the index of their cell, as they come; what is kept already is not run again.

    See :func:`planner.experiments.study.study`.
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
    rows = _rows([cells[index] for index in waiting], workers, ray)
    with closing(rows):
        for number, row in rows:
            _write(paths[waiting[number]], row)
            yield waiting[number], row


def _rows(cells: Sequence[Cell], count: int | None, ray: str | None) -> Rows:
    """Rows by the number of their cell, as they are done."""
    call: Callable[[Scenario | None, Any], Row]
    items: Sequence[tuple[Scenario | None, Any]] = cells
    if ray is not None:
        policies = {id(work.policy): work.policy for _, work in cells}
        identities = {key: _identity(policy) for key, policy in policies.items()}
        items = [(scenario, (work, identities[id(work.policy)])) for scenario, work in cells]
        count, call = None, _run_there
    else:
        count = min(count or os.cpu_count() or 1, len(cells))
        call = _run if count == 1 else _run_beside_others
    with (
        workers_of(count, ray, processes=True) as workers,
        closing(workers.outcomes(call, hold_once(workers, items))) as outcomes,
    ):
        for number, found in outcomes:
            yield number, _failed(found.error) if isinstance(found, RemoteError) else found


def _run_there(scenario: Scenario | None, told: tuple[Work, str | None]) -> Row:
    """Run a cell on a machine of a cluster, whose brains may be others."""
    work, identity = told
    try:
        there = _identity(work.policy)
    except Exception as error:  # such as a brain that is not there
        return _failed(error)
    if there != identity:
        return {"error": "ValueError: the brain is another one on the machine that ran this"}
    return _run_beside_others(scenario, work)


def _run_beside_others(scenario: Scenario | None, work: Work) -> Row:
    """Every core has a run of its own, so none solves its program on all of them."""
    policy = work.policy
    if isinstance(policy, OrderModel) and policy.workers is None and dataclasses.is_dataclass(work):
        alone = dataclasses.replace(policy, workers=Threads(1))
        work = dataclasses.replace(cast(Any, work), policy=alone)
    return _run(scenario, work)


def _run(scenario: Scenario | None, work: Work) -> Row:
    """A run that fails must not stop the others."""
    try:
        return {"error": ""} | work.run(scenario)
    except Exception as error:
        return _failed(error)


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


def _files(cells: Sequence[Cell], folder: Path) -> list[Path | None]:
    """Where each cell is kept: the same for the same run, whatever study it stands in."""
    inputs = {id(scenario): scenario for scenario, _ in cells}
    hashes = {key: one and input_hash(one) for key, one in inputs.items()}
    policies = {id(work.policy): work.policy for _, work in cells}
    identities = {key: policy_identity(policy) for key, policy in policies.items()}
    said = [
        f"{hashes[id(scenario)]} {identities[id(work.policy)]} {work.told}"
        for scenario, work in cells
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
    write_atomic(path, json.dumps(row))
