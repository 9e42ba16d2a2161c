"""From the folder of a plan, backtest, study or leaderboard to its page."""

from __future__ import annotations

from pathlib import Path

from planner.results.result_kind import PAGE, kind_of
from scenarios.writing.atomic import write_atomic


def report_html(folder: Path) -> str:
    """The report of a result that was written to a folder.

    Raises
    ------
    FileNotFoundError
        If nothing is there.
    InputError
        If it is no result, or its tables are not as they were written.
    """
    kind = kind_of(folder)
    if kind == "plan":
        from planner.reporting.plan_page import plan_page
        from planner.results.read_result import read_plan

        return plan_page(read_plan(folder))
    if kind == "backtest":
        from planner.reporting.backtest_page import backtest_page

        return backtest_page(folder)
    if kind == "study":
        from planner.reporting.study_page import study_page

        return study_page(folder)
    from planner.reporting.bench_page import bench_page

    return bench_page(folder)


def write_report(folder: Path) -> Path:
    """Make the report of a result again and put it into its folder, whole or not at all.

    Raises
    ------
    FileNotFoundError, InputError
        See :func:`report_html`.
    OSError
        If it cannot be written.
    """
    page = folder / PAGE
    write_atomic(page, report_html(folder))
    return page
