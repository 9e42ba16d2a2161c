"""HiGHS on a program given as arrays; the instance is kept, so that changes are solved warm."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np
from numpy.typing import NDArray

from scenarios.model.scenario import Floats, Ints
from solver.formulation.linear_program import Index, LinearProgram
from solver.highs.crash_basis import uncoupled_basis

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


class Highs:
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


def new_highs(program: LinearProgram, threads: int = 1) -> Any:
    """A HiGHS instance that holds the program."""
    highs = highspy.Highs()
    for name, value in {
        "output_flag": False,
        "threads": threads,
        "solver": "simplex",
        # After new prices HiGHS would choose the primal method, which takes three times as long.
        "simplex_strategy": 1,
        "presolve": "off",
        "primal_feasibility_tolerance": 1e-7,
    }.items():
        highs.setOptionValue(name, value)
    matrix = program.matrix
    # By arrays: a HighsLp would be filled number by number.
    highs.passModel(
        len(program.cost),
        len(program.row_lower),
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        program.offset,
        program.cost,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        np.zeros(len(program.cost), dtype=np.int32),
    )
    return highs


def run_highs(highs: Any) -> None:
    """Run HiGHS; its threads are a pool of the process, set up anew if their number changed."""
    if highs.run() == highspy.HighsStatus.kError:
        # Not while other threads of ours may be at work with it.
        if threading.current_thread() is threading.main_thread():
            fresh_threads()
        highs.run()


def fresh_threads() -> None:
    """Forget how many threads HiGHS has worked with; none of it may be running."""
    highspy.Highs.resetGlobalScheduler(True)


_TERMINATION: dict[Any, Termination] = {
    highspy.HighsModelStatus.kOptimal: "optimal",
    highspy.HighsModelStatus.kTimeLimit: "time_limit",
    highspy.HighsModelStatus.kInfeasible: "infeasible",
    highspy.HighsModelStatus.kUnbounded: "unbounded",
    highspy.HighsModelStatus.kUnboundedOrInfeasible: "unbounded",
}
