"""What the process of a session does: reads, plans, plans again, looks things up, writes.

Each task is ``task(memory, progress, ...)``; ``memory`` keeps the scenario and the plans, so that
only small answers travel to the page.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner.app.plan.page_state import Difference, InputOverview, Page, PlanOverview
from planner.overrides.override import Override
from planner.overrides.table import Overrides, read_overrides
from scenarios.errors import Finding, InputError

Memory = dict[str, Any]
Progress = Callable[[str], None]
EXAMPLES = {
    "retail_chain": "Retail chain: one store region, two warehouses, 200 products",
    "stores": "Warehouse with five stores, 40 products",
    "single": "One product, one location",
}


def warm(memory: Memory, progress: Progress) -> dict[str, str]:
    """Import what planning needs while people look for their input; brains that can be chosen."""
    import planner.planning.replan
    import planner.text.chain  # noqa: F401
    import scenarios.tables  # noqa: F401
    from brain.trained.registry import SHIPPED, brain_files

    found = {
        "auto": "auto (learned brains, by cost ratio)",
        "analytic": "analytic (textbook rule)",
        "none": "none (no safety stock)",
    }
    try:
        files = brain_files()
    except InputError:
        return found  # The folder of brains is none; the others can be used.
    own = {name: path.parent != SHIPPED for name, path in files.items() if name not in found}
    return found | {name: f"{name} (yours)" if mine else name for name, mine in own.items()}


def read(memory: Memory, progress: Progress, path: str) -> InputOverview:
    """Read and check an input; what was planned before is forgotten."""
    from planner.app.plan.headline import input_overview
    from scenarios.model.scenario import Scenario

    progress("reading and checking the tables")
    scenario = Scenario.read(path)
    memory.clear()
    memory["scenario"] = scenario
    return input_overview(scenario)


def remembers(memory: Memory, progress: Progress) -> bool:
    """Whether an input is still in memory."""
    return "scenario" in memory


def example(memory: Memory, progress: Progress, name: str, path: str) -> None:
    """Write the tables of a bundled example."""
    from scenarios.examples import bundled

    progress("writing the example")
    getattr(bundled, name)().write(path)


def plan(
    memory: Memory, progress: Progress, brain: str, model: str, time_limit: float | None,
    overrides: tuple[Override, ...],
) -> tuple[PlanOverview, Difference | None]:  # fmt: skip
    """Plan without edits, and then with them, if there are any."""
    from planner.app.plan.headline import plan_overview
    from planner.planning.replan import Replanner
    from solver.options import SolverOptions

    given = {} if time_limit is None else {"time_limit": time_limit}
    replanner = Replanner(
        _of(memory, "scenario"), brain, SolverOptions.model_validate(given), model
    )
    made = replanner.plan((), progress)
    memory["replanner"], memory["base"], memory["plan"] = replanner, made, made
    if overrides:
        return replan(memory, progress, overrides)
    return plan_overview(made), None


def replan(
    memory: Memory, progress: Progress, overrides: tuple[Override, ...]
) -> tuple[PlanOverview, Difference | None]:
    """Plan under these edits; the difference is to the plan without any."""
    from planner.app.plan.headline import difference, plan_overview

    base = _of(memory, "base")
    if not overrides:
        memory["plan"] = base
        return plan_overview(base), None
    made = _of(memory, "replanner").plan(Overrides(overrides, "edits"), progress)
    memory["plan"] = made
    return plan_overview(made), difference(base, made)


def check(memory: Memory, progress: Progress, overrides: tuple[Override, ...]) -> None:
    """Refuse edits that do not fit the input; whether goods are there is seen when planning."""
    from planner.overrides.apply import override_scenario

    override_scenario(_of(memory, "scenario"), Overrides(overrides, "edits"))


def load_overrides(memory: Memory, progress: Progress, path: str) -> tuple[Override, ...]:
    """Edits from a file, checked against the input."""
    from planner.overrides.apply import override_scenario

    found = read_overrides(path)
    override_scenario(_of(memory, "scenario"), found)
    return tuple(replace(record, row=None) for record in found.records)


def look(memory: Memory, progress: Progress, name: str, *arguments: Any) -> Any:
    """A view of the plan by its name, see :mod:`planner.app.plan.queries`."""
    from planner.app.plan import queries

    return queries.VIEWS[name](_of(memory, "plan"), *arguments)


def capacities(
    memory: Memory, progress: Progress, query: str, sort: str, down: bool, first: int, n: int
) -> Page:
    """Capacities that can be set: of every location and lane, as the input has them."""
    from planner.app.plan.queries import capacities as view

    return view(_of(memory, "scenario"), query, sort, down, first, n)


def save_plan(memory: Memory, progress: Progress, path: str) -> None:
    """Write the plan into a folder of its own."""
    progress("writing the plan")
    _of(memory, "plan").write(path)


def save_overrides(
    memory: Memory, progress: Progress, overrides: tuple[Override, ...], path: str
) -> None:
    """Write edits as a table."""
    Overrides(overrides).write(path)


def pack(memory: Memory, progress: Progress, kind: str, folder: str) -> str:
    """A file to download, made in a folder: zip, xlsx or report; its path."""
    progress({"zip": "packing the plan", "xlsx": "writing the workbook"}.get(kind, "reporting"))
    made, place = _of(memory, "plan"), Path(folder)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if kind == "xlsx":
        made.write(place / "plan.xlsx")
        return str(place / "plan.xlsx")
    if kind == "report":
        from planner.reporting.plan_page import page_of_plan

        (place / "report.html").write_text(page_of_plan(made), encoding="utf-8")
        return str(place / "report.html")
    made.write(place / "plan")
    return shutil.make_archive(str(place / "plan"), "zip", place, "plan")


def _of(memory: Memory, name: str) -> Any:
    """What the process should remember; it was ended in between if it does not."""
    if name not in memory:
        problem = "is no longer in memory"
        raise InputError([Finding("plan", problem, "open the input and plan again")])
    return memory[name]
