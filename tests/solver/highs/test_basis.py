"""A basis tells where a solution stands, here and in another process."""

from __future__ import annotations

import pickle

import numpy as np

from scenarios.examples.bundled import retail_chain
from solver import SolverOptions
from solver.formulation.assemble import assemble
from solver.formulation.model_data import prepare
from solver.highs.basis import BASIC
from solver.highs.session import HighsSession


def test_a_basis_that_was_sent_leaves_nothing_to_do() -> None:
    scenario = retail_chain(3)
    program = assemble(prepare(scenario, scenario.std, SolverOptions()))
    first = HighsSession(program)
    found = first.solve(60.0)
    sent = pickle.loads(pickle.dumps(first.basis))
    assert sent.fits(program)
    column, row = sent.numbers
    assert (column.size, row.size) == (len(program.cost), len(program.row_lower))
    assert (column == BASIC).sum() + (row == BASIC).sum() == row.size
    again = HighsSession(program)
    again.start_from(sent)
    same = again.solve(60.0)
    assert np.isclose(same.objective, found.objective, rtol=1e-12)
    for one, other in zip(again.basis.numbers, (column, row), strict=True):
        assert (one == other).all()
