"""Where a simplex solution stands, as HiGHS has it and as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from solver.formulation.linear_program import LinearProgram


class Basis:
    """Where a simplex solution stands: the states of columns and rows.

    It stays as HiGHS has it until its numbers are asked for, or it is sent to another process: to
    read the states takes longer than many a warm solution. Of states that are no basis HiGHS makes
    one that is near.
    """

    def __init__(self, native: highspy.HighsBasis, shape: tuple[int, int]):
        self.native, self.shape = native, shape

    @classmethod
    def of(cls, column: States, row: States) -> Basis:
        """From HiGHS' numbers of the states."""
        native = highspy.HighsBasis()
        native.col_status, native.row_status = _named(column), _named(row)
        native.valid = native.alien = True
        return cls(native, (len(column), len(row)))

    @property
    def numbers(self) -> tuple[States, States]:
        """HiGHS' numbers of the states of columns and rows."""
        return numbers(self.native.col_status), numbers(self.native.row_status)

    def fits(self, program: LinearProgram) -> bool:
        """Whether the program has as many columns and rows."""
        return self.shape == program.matrix.shape[::-1]

    def __reduce__(self) -> tuple[Any, tuple[States, States]]:
        return Basis.of, self.numbers


States = NDArray[np.int8]
"""HiGHS' numbers of the states of columns or rows."""
_STATES = highspy.HighsBasisStatus.__members__.values()
_NAMES = np.array(sorted(_STATES, key=int), dtype=object)
LOWER, BASIC = int(highspy.HighsBasisStatus.kLower), int(highspy.HighsBasisStatus.kBasic)


def numbers(states: Sequence[highspy.HighsBasisStatus]) -> States:
    """Of states as HiGHS names them."""
    return np.frombuffer(bytes(states), dtype=np.int8)


def _named(numbers: States) -> list[highspy.HighsBasisStatus]:
    named: list[highspy.HighsBasisStatus] = _NAMES[numbers].tolist()
    return named
