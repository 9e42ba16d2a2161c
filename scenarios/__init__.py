"""The world: tables to a scenario, its demand, its one timeline, and what a run of it is worth.

The way through: :func:`read_scenario` (``tables``, from ``reading`` and ``checking``) makes a
:class:`Scenario` (``model``); :func:`sample` (``demand``) draws what customers ask for;
:func:`simulate` (``simulation``) plays it through; :func:`kpis` and :func:`audit` (``evaluation``)
judge it. :func:`write_scenario` (``writing``) gives the tables back. :func:`shared_resources`
(``resources``) are what products share: storage, lanes, throughput. ``schema`` states every column
of the input, each an ``attribute``, ``catalogue`` the named problems of the field, ``examples`` are
there to begin with, ``arrays`` hold the numbers. ``settings`` say how time and costs are treated, a
``problem`` what is to be solved; ``errors``, ``arguments``, ``checked_model`` and ``input_check``
refuse what is wrong. The rest helps: ``notebook``, ``table_port``, ``lazy_names``, ``version``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from scenarios.lazy_names import lazy_names
from scenarios.table_port import plug

if TYPE_CHECKING:
    from scenarios import catalogue, examples
    from scenarios.demand.sampling import sample
    from scenarios.errors import Finding, InputError
    from scenarios.evaluation.audit import audit
    from scenarios.evaluation.kpis import kpis
    from scenarios.evaluation.ledger import Violation
    from scenarios.examples.named import example, write_example
    from scenarios.input_check import InputCheck, check
    from scenarios.model.entities import Lanes, Locations, OpenOrders, Points, Products, Routes
    from scenarios.model.history import History
    from scenarios.model.opening import Ages
    from scenarios.model.scenario import Scenario
    from scenarios.model.what_if import Change, Closure
    from scenarios.problem import Problem
    from scenarios.resources import SharedResource, shared_resources
    from scenarios.schema import schema_table
    from scenarios.settings import Settings
    from scenarios.simulation.policy import GivenOrders, OrderPolicy
    from scenarios.simulation.rolling import longer
    from scenarios.simulation.run import simulate
    from scenarios.simulation.state import Outcome, State
    from scenarios.simulation.trajectory import Trajectory
    from scenarios.tables import read_scenario, scenario_from_tables
    from scenarios.version import __version__
    from scenarios.writing.files import write_scenario
    from scenarios.writing.to_tables import tables_from_scenario

__all__ = [
    "Ages",
    "Change",
    "Closure",
    "Finding",
    "GivenOrders",
    "History",
    "InputCheck",
    "InputError",
    "Lanes",
    "Locations",
    "OpenOrders",
    "OrderPolicy",
    "Outcome",
    "Points",
    "Problem",
    "Products",
    "Routes",
    "Scenario",
    "Settings",
    "SharedResource",
    "State",
    "Trajectory",
    "Violation",
    "__version__",
    "audit",
    "catalogue",
    "check",
    "example",
    "examples",
    "kpis",
    "longer",
    "read_scenario",
    "sample",
    "scenario_from_tables",
    "schema_table",
    "shared_resources",
    "simulate",
    "tables_from_scenario",
    "write_example",
    "write_scenario",
]

lazy_names(
    __name__,
    {
        "__version__": "scenarios.version",
        "catalogue": "scenarios.catalogue",
        "sample": "scenarios.demand.sampling",
        "Finding": "scenarios.errors",
        "InputError": "scenarios.errors",
        "audit": "scenarios.evaluation.audit",
        "kpis": "scenarios.evaluation.kpis",
        "Violation": "scenarios.evaluation.ledger",
        "examples": "scenarios.examples",
        "example": "scenarios.examples.named",
        "write_example": "scenarios.examples.named",
        "InputCheck": "scenarios.input_check",
        "check": "scenarios.input_check",
        "Lanes": "scenarios.model.entities",
        "Locations": "scenarios.model.entities",
        "OpenOrders": "scenarios.model.entities",
        "Points": "scenarios.model.entities",
        "Products": "scenarios.model.entities",
        "Routes": "scenarios.model.entities",
        "History": "scenarios.model.history",
        "Ages": "scenarios.model.opening",
        "Scenario": "scenarios.model.scenario",
        "Change": "scenarios.model.what_if",
        "Closure": "scenarios.model.what_if",
        "Problem": "scenarios.problem",
        "SharedResource": "scenarios.resources",
        "shared_resources": "scenarios.resources",
        "schema_table": "scenarios.schema",
        "Settings": "scenarios.settings",
        "GivenOrders": "scenarios.simulation.policy",
        "OrderPolicy": "scenarios.simulation.policy",
        "longer": "scenarios.simulation.rolling",
        "simulate": "scenarios.simulation.run",
        "Outcome": "scenarios.simulation.state",
        "State": "scenarios.simulation.state",
        "Trajectory": "scenarios.simulation.trajectory",
        "read_scenario": "scenarios.tables",
        "scenario_from_tables": "scenarios.tables",
        "write_scenario": "scenarios.writing.files",
        "tables_from_scenario": "scenarios.writing.to_tables",
    },
)

# Reading stands above the model, whose methods ask for it here.
plug(lambda: importlib.import_module("scenarios.tables"))
