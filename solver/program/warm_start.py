"""What is kept between solutions of similar programs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.arrays.types import Floats
from solver.formulation.linear_program import LinearProgram
from solver.highs.basis import Basis
from solver.highs.session import HighsSession
from solver.program.basis_template import BasisTemplate


@dataclass(eq=False)
class WarmStart:
    """A program that HiGHS keeps, so that a similar one starts from the last basis; of blocks,
    the last prices of the shared capacities and their bases."""

    highs: HighsSession | None = None
    """The program of the last whole solution."""
    price: Floats | None = None
    """[R] prices that blocks were solved at."""
    starts: list[Basis | BasisTemplate | None] | None = None
    """A basis for each block to start from."""

    def load(self, program: LinearProgram, threads: int) -> HighsSession:
        """The kept instance with new data if the matrix is the same, else a new one.

        Parameters
        ----------
        program : LinearProgram
        threads : int

        Returns
        -------
        HighsSession
        """
        highs = self.highs
        if highs and highs.threads == threads and _same_matrix(highs.program, program):
            highs.change_program(program)
        else:
            self.highs = highs = HighsSession(program, threads)
        return highs


def _same_matrix(one: LinearProgram, other: LinearProgram) -> bool:
    return (
        one.matrix.shape == other.matrix.shape
        and np.array_equal(one.matrix.indptr, other.matrix.indptr)
        and np.array_equal(one.matrix.indices, other.matrix.indices)
        and np.array_equal(one.matrix.data, other.matrix.data)
    )
