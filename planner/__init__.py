"""What users call: :func:`plan` and all around it, from Python and as a command.

The way through: a scenario without a forecast gets one from its sales history (``forecasting``);
:func:`plan` (``planning``) asks :mod:`brain` for safety stocks and :mod:`solver` for orders, lets
them run on mean demand and has the result audited; people change it by ``overrides``. ``results``
are files, ``reporting`` makes pages and pictures of them. ``experiments`` let ``policies`` order
over time. ``commands`` is the command line, ``app`` the browser, ``text`` how both put figures.
Heavy modules are imported on first use, so that the command's help answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.lazy_names import lazy_names

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
    from scenarios.version import __version__

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
    "__version__",
    "backtest",
    "backtest_history",
    "forecast",
    "forecasts_at",
    "plan",
    "read_overrides",
    "study",
]

lazy_names(
    __name__,
    {
        "__version__": "scenarios.version",
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
    },
)
