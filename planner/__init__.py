"""What users call: ``plan`` a scenario, and the ``planner`` command.

Heavy modules are imported on first use, so that ``planner --help`` answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.experiments.backtest import BacktestResult, backtest
    from planner.experiments.history_backtest import backtest_history
    from planner.experiments.study import StudyResult, study
    from planner.forecasting import Forecast, forecast
    from planner.forecasting.origins import Origins, forecasts_at
    from planner.overrides.override import Override
    from planner.overrides.table import Overrides, read_overrides
    from planner.planning.plan import plan
    from planner.planning.plan_result import AuditError, Plan
    from planner.planning.replan import Replanner
    from planner.results.plan_data import Report

__all__ = [
    "AuditError",
    "BacktestResult",
    "Forecast",
    "Origins",
    "Override",
    "Overrides",
    "Plan",
    "Replanner",
    "Report",
    "StudyResult",
    "backtest",
    "backtest_history",
    "forecast",
    "forecasts_at",
    "plan",
    "read_overrides",
    "study",
]

_HOME = {
    "backtest": "planner.experiments.backtest",
    "BacktestResult": "planner.experiments.backtest",
    "backtest_history": "planner.experiments.history_backtest",
    "forecast": "planner.forecasting",
    "forecasts_at": "planner.forecasting.origins",
    "Origins": "planner.forecasting.origins",
    "Forecast": "planner.forecasting",
    "Override": "planner.overrides.override",
    "Overrides": "planner.overrides.table",
    "read_overrides": "planner.overrides.table",
    "plan": "planner.planning.plan",
    "Replanner": "planner.planning.replan",
    "study": "planner.experiments.study",
    "StudyResult": "planner.experiments.study",
    "AuditError": "planner.planning.plan_result",
    "Plan": "planner.planning.plan_result",
    "Report": "planner.results.plan_data",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
