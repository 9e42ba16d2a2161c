"""From the folder of a plan, backtest, study or leaderboard to its page."""

from __future__ import annotations

from pathlib import Path

from planner.results.result_kind import PAGE, kind_of
from scenarios.arguments import Arguments
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
        from planner.results.read_result import read_plan_tables

        return plan_page(read_plan_tables(folder))
    if kind == "backtest":
        from planner.reporting.backtest_page import backtest_page

        return backtest_page(folder)
    if kind == "study":
        from planner.reporting.study_page import study_page

        return study_page(folder)
    from planner.reporting.bench_page import bench_page

    return bench_page(folder)


def write_report(folder: str | Path) -> Path:
    """Make the report of a result again and put it into its folder, whole or not at all.

    Parameters
    ----------
    folder : str or Path
        Of a plan, backtest, study or leaderboard.

    Returns
    -------
    Path
        ``report.html`` in it.

    Raises
    ------
    InputError
        If it is no path or no result, or its tables are not as they were written.
    FileNotFoundError
        If nothing is there.
    OSError
        If it cannot be written.
    """
    check = Arguments("report")
    check.path("folder", folder)
    check.refuse()
    page = Path(folder) / PAGE
    write_atomic(page, report_html(Path(folder)))
    return page
