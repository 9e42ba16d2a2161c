"""Every constraint family against a golden LP file, small enough to check by eye.

To write them anew after a deliberate change: ``python -m tests.solver.formulation.test_golden``,
then read the difference.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import pytest

from solver.formulation.model_data import prepare
from solver.formulation.pyomo_model import FAMILIES, build_model
from solver.options import SolverOptions
from solver.program.lot_rules import lot_rules
from tests.support.worlds import chain, column, tree

GOLDEN = Path(__file__).parent / "golden"


def small_model(**settings: object) -> pyo.ConcreteModel:
    """Store <- DC <- supplier, 3 days; volume 2; a storage, a lane and a throughput are limited."""
    scenario = chain(
        [1, 0],
        mean=5.0,
        n_periods=3,
        holding_cost=column([1.0, 0.5]),
        end_of_life=True,
        on_hand=column([7.0, 20.0]),
        volume=2.0,
        storage_capacity=column([30.0, np.inf]),
        lane_capacity=column([24.0, np.inf]),
        throughput_capacity=column([np.inf, 20.0]),
        order_multiple=6.0,
        min_order_quantity=12.0,
        order_cost=column([0.0, 8.0]),
        **settings,
    )
    safety = np.array([[4.0] * 3, [2.0] * 3])
    data = prepare(scenario, safety, SolverOptions(shortfall_tiers=2, capacity="flat"))
    return build_model(data, lot_rules(scenario, data))


def two_lanes_out() -> pyo.ConcreteModel:
    """Two products of volume 2 and 3 at two stores behind a DC, which can send 40 a day."""
    scenario = tree(
        [1, 1], 1, mean=5.0, n_products=2, n_periods=3, end_of_life=True, volume=[2.0, 3.0],
        throughput_capacity=column([np.inf, np.inf, 40.0]),
    )  # fmt: skip
    data = prepare(scenario, np.zeros(scenario.mean.shape), SolverOptions(shortfall_tiers=1))
    return build_model(data)


def written(model: pyo.ConcreteModel, family: str, folder: Path) -> str:
    """One constraint family (or the cost) of the model as an LP file with readable names."""
    for component in model.component_objects(pyo.Constraint, active=True):
        owner = component.parent_block()
        name = component.local_name if owner is model else owner.local_name
        if name != family:
            component.deactivate()
    if family != "cost":
        model.cost.deactivate()
        model.nothing = pyo.Objective(expr=0.0)
    path = folder / f"{family}.lp"
    model.write(str(path), io_options={"symbolic_solver_labels": True})
    lines = path.read_text().splitlines()
    return "\n".join(line.rstrip() for line in lines if not line.startswith("\\*")) + "\n"


OWING = {"unmet_orders": "backlog", "review_period": 2}
"""What the store orders in period 0 the DC may ship in 0 and 1."""

CASES = {
    **{family: ({}, family) for family in (*FAMILIES, "cost")},
    "largest": (OWING | {"max_order_quantity": column([18.0, np.inf])}, "largest"),
    "lots_owing": (OWING, "lots"),
    "balance_receive_first": ({"timeline": "receive_first"}, "balance"),
    "balance_backlog": ({"unmet_demand": "backlog"}, "balance"),
}


def model_of(name: str) -> pyo.ConcreteModel:
    return two_lanes_out() if name == "throughput" else small_model(**CASES[name][0])


@pytest.mark.parametrize("name", sorted(CASES))
def test_constraint_family_reads_as_its_golden_file(name: str, tmp_path: Path) -> None:
    family = CASES[name][1]
    golden = GOLDEN / f"{name}.lp"
    assert golden.exists(), f"write a golden LP for {name} (see the top of this file) and read it"
    assert written(model_of(name), family, tmp_path) == golden.read_text()


def test_every_family_and_only_families_have_constraints() -> None:
    model = small_model()
    found = set()
    for component in model.component_objects(pyo.Constraint):
        owner = component.parent_block()
        found.add(component.local_name if owner is model else owner.local_name)
    assert found == set(FAMILIES)


if __name__ == "__main__":
    import tempfile

    for case, (_, chosen) in CASES.items():
        text = written(model_of(case), chosen, Path(tempfile.mkdtemp()))
        (GOLDEN / f"{case}.lp").write_text(text)
