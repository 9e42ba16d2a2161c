"""Trainings and studies on a Ray cluster by its address: two nodes on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from ray.cluster_utils import Cluster

from brain import train
from brain.environments.training_chains import RandomChains
from brain.learning.options import TrainingOptions
from brain.trained.runtime import load_brain
from planner import study
from planner.policies.closed_form import ClosedForm
from planner.policies.simple import ZERO, Constant
from tests.support.worlds import tree

# What Ray and RLlib warn of in their own code is theirs.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a cluster of two nodes with a core each."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        cluster.add_node(num_cpus=1)
        yield cluster.address
    finally:
        cluster.shutdown()


def test_brains_are_trained_on_a_cluster_of_two_nodes(address: str, tmp_path: Path) -> None:
    chains = RandomChains(stages=(1, 1), lead_time=(2, 2), unmet_demand=("lost",))
    options = TrainingOptions(
        steps=2, chains=16, periods=10, lots_at_once=1, validation_chains=16, validation_lots=1
    )
    files = train(
        [10, 100], out=tmp_path / "b", ray_address=address, options=options, chains=chains
    )
    assert [load_brain(file).name for file in files] == ["ratio-10", "ratio-100"]


def test_a_study_on_a_cluster_is_the_one_on_this_machine(address: str) -> None:
    variants = {
        "near": tree([1, 2], 1, 5.0, std=2.0, n_periods=5),
        "far": tree([2, 3], 2, 5.0, std=2.0, n_periods=5),
    }
    policies = [ClosedForm("ratio-10"), ZERO, Constant(float("nan"), "faulty")]
    there = study(variants, policies, 2, ray=address)
    here = study(variants, policies, 2, workers=1)
    assert (here.cells["error"] != "").sum() == 4
    for one, other in ((there.cells, here.cells), (there.summary, here.summary)):
        kept = [frame.drop(columns="seconds", errors="ignore") for frame in (one, other)]
        kept = [f[f["measure"] != "seconds"] if "measure" in f else f for f in kept]
        pd.testing.assert_frame_equal(*kept)
