"""Instances of HiGHS: made from arrays, run, and their threads."""

from __future__ import annotations

import threading
from typing import Any

import highspy
import numpy as np

from solver.formulation.linear_program import LinearProgram


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
