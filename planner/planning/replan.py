"""Plan again after a change by hand, in a fraction of the time: the app's way."""

from __future__ import annotations

from brain.policy import SafetyStockPolicy
from planner.overrides.apply import override_scenario
from planner.overrides.override import OverridesLike
from planner.planning.plan import (
    Clock,
    PlanBasis,
    Progress,
    check_plan,
    finish_plan,
    prepare_plan,
)
from planner.planning.plan_result import Plan
from scenarios.arguments import Arguments
from scenarios.model.scenario import Scenario
from solver.optimiser import WarmStart
from solver.options import SolverOptions
from solver.workers.protocol import Workers


class Replanner:
    """Plans one scenario under one set of overrides after the other.

    Forecast and safety stocks are made once, and the program stays with the solver, which starts
    from its last solution. The plans are those of :func:`planner.plan`, up to ties and the gap.

    Parameters
    ----------
    scenario : Scenario
    brain, options, model, workers : optional
        As in :func:`planner.plan`.

    Raises
    ------
    InputError
        If an argument is of another kind.
    """

    def __init__(
        self,
        scenario: Scenario,
        brain: str | SafetyStockPolicy = "auto",
        options: SolverOptions | None = None,
        model: str = "auto",
        workers: Workers | None = None,
    ):
        check = Arguments("Replanner")
        check_plan(check, scenario, brain, options, model, workers)
        check.refuse()
        self.scenario, self.brain, self.options, self.model = scenario, brain, options, model
        self._warm_start, self._workers = WarmStart(), workers
        self._ready: PlanBasis | None = None

    def plan(self, overrides: OverridesLike = None, progress: Progress | None = None) -> Plan:
        """A plan under these overrides alone: earlier ones are forgotten.

        Parameters
        ----------
        overrides : Overrides, DataFrame or path, optional
        progress : callable, optional
            Called with the name of each phase as it begins.

        Returns
        -------
        Plan

        Raises
        ------
        InputError, AuditError
            As :func:`planner.plan` does.
        """
        check = Arguments("Replanner.plan")
        check.call_of("progress", progress, optional=True)
        check.refuse()
        change = override_scenario(self.scenario, overrides)
        clock = Clock(progress)
        if self._ready is None:
            self._ready = prepare_plan(self.scenario, self.brain, self.model, clock)
        return finish_plan(
            self._ready, change, self.options, clock, self._warm_start, self._workers
        )
