"""What a folder holds, by the files in it."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import Finding, InputError

PAGE = "report.html"
"""The page for people in each of them."""
SIGNS = {
    "plan": {"plan.json"},
    "backtest": {"backtest.json", "summary.csv"},
    "study": {"cells.csv", "summary.csv", "differences.csv"},
    "bench": {"scores.csv", "leaderboard.csv"},
}


def kind_of(folder: Path) -> str:
    """plan, backtest, study or bench.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    InputError
        If it holds none of them.
    """
    if not folder.exists():
        raise FileNotFoundError(f"{folder} is not there; name the folder that --out was given")
    if folder.is_dir():
        inside = {entry.name for entry in folder.iterdir()}
        for kind, signs in SIGNS.items():
            if signs <= inside:
                return kind
    problem = "this is no folder of a plan, backtest, study or leaderboard"
    remedy = "name the folder that planner plan, backtest, study or bench wrote with --out"
    raise InputError([Finding(str(folder), problem, remedy)])
