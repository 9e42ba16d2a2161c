"""What users call: ``plan`` a scenario, and the ``planner`` command.

Heavy modules are imported on first use, so that ``planner --help`` answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.backtesting import BacktestResult, backtest
    from planner.forecasting import Forecast, forecast
    from planner.history_backtest import backtest_history
    from planner.origins import Origins, forecasts_at
    from planner.overrides import Override, Overrides, read_overrides
    from planner.planning import plan
    from planner.replanning import Replanner
    from planner.result import AuditError, Plan, Report
    from planner.studies import StudyResult, study

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
    "backtest": "planner.backtesting",
    "BacktestResult": "planner.backtesting",
    "backtest_history": "planner.history_backtest",
    "forecast": "planner.forecasting",
    "forecasts_at": "planner.origins",
    "Origins": "planner.origins",
    "Forecast": "planner.forecasting",
    "Override": "planner.overrides",
    "Overrides": "planner.overrides",
    "read_overrides": "planner.overrides",
    "plan": "planner.planning",
    "Replanner": "planner.replanning",
    "study": "planner.studies",
    "StudyResult": "planner.studies",
    "AuditError": "planner.result",
    "Plan": "planner.result",
    "Report": "planner.result",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'planner' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
