"""What users call: :func:`plan` and all around it, from Python and as a command.

The way through: a scenario without a forecast gets one from its sales history (``forecasting``);
:func:`plan` (``planning``) asks :mod:`brain` for safety stocks and :mod:`solver` for orders, lets
them run on mean demand and has the result audited; people change it by ``overrides``. ``results``
are files (``schema_versions``), ``reporting`` makes pages and pictures of them. ``experiments`` let
``policies`` order over time. ``commands`` is the command line, ``app`` the browser, ``text`` how
both put figures. What users need of the packages below is offered here, too. Heavy modules are
imported on first use, so that the command's help answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.lazy_names import lazy_names

if TYPE_CHECKING:
    from brain.analytic.newsvendor import Analytic
    from brain.learning.options import TrainingOptions
    from brain.policy import SafetyStockPolicy, SafetyStocks
    from brain.selection import find_brain, safety_stocks
    from brain.trained.library import brain_manifest, brain_table, export_brain
    from brain.training.curves import learning_curves
    from brain.training.responses import explain_brain
    from brain.training.train import train
    from planner.app.server.serve import serve_app
    from planner.experiments.backtest import BacktestResult, backtest
    from planner.experiments.bench import BenchResult, bench, problem_table
    from planner.experiments.history_backtest import backtest_history
    from planner.experiments.simulation import Simulation, simulate
    from planner.experiments.study import StudyResult, study, study_from_file
    from planner.forecasting.forecast import Forecast, forecast
    from planner.forecasting.origins import Origins, forecasts_at
    from planner.overrides.override import Override
    from planner.overrides.table import Overrides, read_overrides
    from planner.planning.plan import plan
    from planner.planning.plan_result import AuditError, Plan, PlanExcerpt, read_plan
    from planner.planning.replan import Replanner
    from planner.policies.oracle import Oracle
    from planner.policies.registry import policy_of as find_policy
    from planner.policies.registry import policy_table
    from planner.policies.rules.policy import Policy
    from planner.reporting.make import write_report as report
    from planner.results.plan_data import Report
    from scenarios.errors import Finding, InputError
    from scenarios.evaluation.audit import audit
    from scenarios.evaluation.kpis import kpis
    from scenarios.examples.named import example, write_example
    from scenarios.input_check import InputCheck, check
    from scenarios.model.scenario import Scenario
    from scenarios.model.what_if import Change, Closure
    from scenarios.problem import Problem
    from scenarios.schema import schema_table as schema
    from scenarios.settings import Settings
    from scenarios.simulation.rolling import longer
    from scenarios.version import __version__
    from solver.decomposition.memory import NotEnoughMemory
    from solver.options import SolverOptions
    from solver.workers.ray_workers import ClusterFailed
    from solver.workers.selection import workers_of

__all__ = [
    "Analytic",
    "AuditError",
    "BacktestResult",
    "BenchResult",
    "Change",
    "Closure",
    "ClusterFailed",
    "Finding",
    "Forecast",
    "InputCheck",
    "InputError",
    "NotEnoughMemory",
    "Oracle",
    "Origins",
    "Override",
    "Overrides",
    "Plan",
    "PlanExcerpt",
    "Policy",
    "Problem",
    "Replanner",
    "Report",
    "SafetyStockPolicy",
    "SafetyStocks",
    "Scenario",
    "Settings",
    "Simulation",
    "SolverOptions",
    "StudyResult",
    "TrainingOptions",
    "__version__",
    "audit",
    "backtest",
    "backtest_history",
    "bench",
    "brain_manifest",
    "brain_table",
    "check",
    "example",
    "explain_brain",
    "export_brain",
    "find_brain",
    "find_policy",
    "forecast",
    "forecasts_at",
    "kpis",
    "learning_curves",
    "longer",
    "plan",
    "policy_table",
    "problem_table",
    "read_overrides",
    "read_plan",
    "report",
    "safety_stocks",
    "schema",
    "serve_app",
    "simulate",
    "study",
    "study_from_file",
    "train",
    "workers_of",
    "write_example",
]

lazy_names(
    __name__,
    {
        "Analytic": "brain.analytic.newsvendor",
        "AuditError": "planner.planning.plan_result",
        "BacktestResult": "planner.experiments.backtest",
        "BenchResult": "planner.experiments.bench",
        "Change": "scenarios.model.what_if",
        "Closure": "scenarios.model.what_if",
        "ClusterFailed": "solver.workers.ray_workers",
        "Finding": "scenarios.errors",
        "Forecast": "planner.forecasting.forecast",
        "InputCheck": "scenarios.input_check",
        "InputError": "scenarios.errors",
        "NotEnoughMemory": "solver.decomposition.memory",
        "Oracle": "planner.policies.oracle",
        "Origins": "planner.forecasting.origins",
        "Override": "planner.overrides.override",
        "Overrides": "planner.overrides.table",
        "Plan": "planner.planning.plan_result",
        "PlanExcerpt": "planner.planning.plan_result",
        "Policy": "planner.policies.rules.policy",
        "Problem": "scenarios.problem",
        "Replanner": "planner.planning.replan",
        "Report": "planner.results.plan_data",
        "SafetyStockPolicy": "brain.policy",
        "SafetyStocks": "brain.policy",
        "Scenario": "scenarios.model.scenario",
        "Settings": "scenarios.settings",
        "Simulation": "planner.experiments.simulation",
        "SolverOptions": "solver.options",
        "StudyResult": "planner.experiments.study",
        "TrainingOptions": "brain.learning.options",
        "__version__": "scenarios.version",
        "audit": "scenarios.evaluation.audit",
        "backtest": "planner.experiments.backtest",
        "backtest_history": "planner.experiments.history_backtest",
        "bench": "planner.experiments.bench",
        "brain_manifest": "brain.trained.library",
        "brain_table": "brain.trained.library",
        "check": "scenarios.input_check",
        "example": "scenarios.examples.named",
        "explain_brain": "brain.training.responses",
        "export_brain": "brain.trained.library",
        "find_brain": "brain.selection",
        "find_policy": "planner.policies.registry:policy_of",
        "forecast": "planner.forecasting.forecast",
        "forecasts_at": "planner.forecasting.origins",
        "kpis": "scenarios.evaluation.kpis",
        "learning_curves": "brain.training.curves",
        "longer": "scenarios.simulation.rolling",
        "plan": "planner.planning.plan",
        "policy_table": "planner.policies.registry",
        "problem_table": "planner.experiments.bench",
        "read_overrides": "planner.overrides.table",
        "read_plan": "planner.planning.plan_result",
        "report": "planner.reporting.make:write_report",
        "safety_stocks": "brain.selection",
        "schema": "scenarios.schema:schema_table",
        "serve_app": "planner.app.server.serve",
        "simulate": "planner.experiments.simulation",
        "study": "planner.experiments.study",
        "study_from_file": "planner.experiments.study",
        "train": "brain.training.train",
        "workers_of": "solver.workers.selection",
        "write_example": "scenarios.examples.named",
    },
)
