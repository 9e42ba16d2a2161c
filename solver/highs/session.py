"""HiGHS on a program given as arrays; the instance is kept, so that changes are solved warm."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np

from scenarios.arrays.types import Floats, Ints
from solver.formulation.linear_program import Index, LinearProgram
from solver.highs.basis import Basis
from solver.highs.crash_basis import uncoupled_basis
from solver.highs.instance import new_highs, run_highs

Termination = Literal["optimal", "time_limit", "infeasible", "unbounded", "error"]


@dataclass(frozen=True, eq=False)
class Solution:
    """What HiGHS found. ``values`` is None where it has no feasible point."""

    termination: Termination
    values: Floats | None
    row_dual: Floats | None
    objective: float
    bound: float
    """Proven lower bound on the objective; -inf if there is none."""
    seconds: float


class HighsSession:
    """One linear program held by HiGHS.

    Parameters
    ----------
    program : LinearProgram
    threads : int
    """

    def __init__(self, program: LinearProgram, threads: int = 1):
        self.program, self.threads = program, threads
        self._lower, self._upper = program.lower.copy(), program.upper.copy()
        self._cost = program.cost.copy()
        self._row_lower, self._row_upper = program.row_lower.copy(), program.row_upper.copy()
        started = time.perf_counter()
        self._highs = new_highs(program, threads)
        self._has_basis = False
        self.seconds = time.perf_counter() - started
        """Spent inside HiGHS so far: taking the program and a basis, and solving."""

    def solve(self, time_limit: float) -> Solution:
        """Solve the linear program within ``time_limit`` seconds, from the last basis if any."""
        if time_limit <= 0:
            # HiGHS would set out all the same, and a large program takes it seconds to set up.
            return Solution("time_limit", None, None, np.inf, -np.inf, 0.0)
        started = time.perf_counter()
        if not self._has_basis and self._is_coupled():
            basis = uncoupled_basis(self.program, time_limit, self.threads)
            if basis is not None:
                self._highs.setBasis(basis)
        self._has_basis = True
        self._set_time(time_limit - (time.perf_counter() - started))
        run_highs(self._highs)
        self.seconds += time.perf_counter() - started
        status = self._highs.getModelStatus()
        seconds = time.perf_counter() - started
        known = self._highs.getSolution()
        termination = _TERMINATION.get(status, "error")
        dual = np.array(known.row_dual) if known.dual_valid else None
        if termination == "optimal":
            values = np.array(known.col_value)
            objective = self._highs.getInfo().objective_function_value
            return Solution(termination, values, dual, objective, objective, seconds)
        bound = -np.inf if dual is None else self.bound_from(dual)
        return Solution(termination, None, dual, np.inf, bound, seconds)

    def solve_integral(
        self, integral: Ints, start: Floats, time_limit: float, gap: float
    ) -> Solution:
        """Solve with some columns integral, from a known solution, and forget integrality again.

        ``gap`` is absolute, in units of the objective.
        """
        started = time.perf_counter()
        kind = highspy.HighsVarType
        count = len(integral)
        index = integral.astype(np.int32)
        self._highs.changeColsIntegrality(
            count, index, np.full(count, int(kind.kInteger), dtype=np.uint8)
        )
        self._highs.setOptionValue("presolve", "choose")
        self._highs.setOptionValue("mip_rel_gap", 0.0)
        self._highs.setOptionValue("mip_abs_gap", float(gap))
        hint = highspy.HighsSolution()
        hint.col_value = start.tolist()
        self._highs.setSolution(hint)
        self._set_time(time_limit)
        run_highs(self._highs)
        info = self._highs.getInfo()
        found = np.array(self._highs.getSolution().col_value)
        termination = _TERMINATION.get(self._highs.getModelStatus(), "error")
        has = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        solution = Solution(
            termination,
            found if has else None,
            None,
            info.objective_function_value if has else np.inf,
            info.mip_dual_bound if termination in ("optimal", "time_limit") else -np.inf,
            time.perf_counter() - started,
        )
        self._highs.changeColsIntegrality(
            count, index, np.full(count, int(kind.kContinuous), dtype=np.uint8)
        )
        self._highs.setOptionValue("presolve", "off")
        return solution

    @property
    def iterations(self) -> int:
        """Steps of the simplex method in the last solve."""
        return int(self._highs.getInfo().simplex_iteration_count)

    @property
    def basis(self) -> Basis:
        """Of the last solution."""
        native = self._highs.getBasis()
        native.alien = True
        columns, rows = self.program.matrix.shape[::-1]
        return Basis(native, (columns, rows))

    def start_from(self, basis: Basis) -> None:
        """Begin the next solution where one of a like program ended."""
        started = time.perf_counter()
        self._highs.setBasis(basis.native)
        self.seconds += time.perf_counter() - started
        self._has_basis = True

    def change_bounds(self, columns: Ints | Index, lower: Floats, upper: Floats) -> None:
        """New bounds for some columns."""
        self._lower[columns], self._upper[columns] = lower, upper
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def change_cost(self, columns: Ints | Index, cost: Floats) -> None:
        """New cost for some columns."""
        self._cost[columns] = cost
        self._highs.changeColsCost(len(columns), columns.astype(np.int32), cost)

    def change_program(self, program: LinearProgram) -> None:
        """New costs, bounds and right-hand sides; the matrix must be the same."""
        columns, rows = np.arange(len(program.cost)), np.arange(len(program.row_lower))
        self.change_cost(columns, program.cost)
        self.change_bounds(columns, program.lower, program.upper)
        self._row_lower, self._row_upper = program.row_lower.copy(), program.row_upper.copy()
        self._highs.changeRowsBounds(
            len(rows), rows.astype(np.int32), program.row_lower, program.row_upper
        )
        self._highs.changeObjectiveOffset(program.offset)
        self.program = program

    def bound_from(self, row_dual: Floats) -> float:
        """Lower bound that any row duals prove (weak duality), -inf if they prove none."""
        reduced = self._cost - self.program.matrix.T @ row_dual
        tiny = 1e-7
        with np.errstate(invalid="ignore"):
            ends = np.where(reduced > 0, self._lower, self._upper)
            columns = np.where(np.abs(reduced) > tiny, reduced * ends, 0.0)
            sides = np.where(row_dual > 0, self._row_lower, self._row_upper)
            rows = np.where(np.abs(row_dual) > tiny, row_dual * sides, 0.0)
        total = float(columns.sum() + rows.sum()) + self.program.offset
        return total if np.isfinite(total) else -np.inf

    def _is_coupled(self) -> bool:
        """Whether products share rows, so that a start from the products alone pays."""
        return bool((self.program.product_of_row < 0).any())

    def _set_time(self, time_limit: float) -> None:
        # The limit of HiGHS counts over the life of an instance.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(time_limit, 1e-3))


_TERMINATION: dict[Any, Termination] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "time_limit",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "unbounded",
}
