"""Training: it learns, it can be broken off, it says when it fails."""

from __future__ import annotations

import dataclasses
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from brain.analytic.newsvendor import Analytic
from brain.environments.brain_orders import brain_orders
from brain.environments.training_chains import RandomChains
from brain.learning.hdpo import CHECKPOINT, TrainingBatches, train
from brain.learning.network import Perceptron
from brain.learning.options import Progress, TrainingDiverged, TrainingOptions
from brain.learning.rollout import rollout, untrained_brain
from scenarios.errors import InputError
from scenarios.simulation.run import simulate
from solver.closed_form.order_up_to import order_up_to
from tests.support.worlds import chain, column

SMALL = TrainingOptions(
    steps=7, chains=8, periods=10, draws_per_lot=2, lots_at_once=2, validation_chains=8,
    validation_lots=1, validate_every=5, hidden=(8,),
)  # fmt: skip
FEW = RandomChains(ratio=(10.0, 10.0), stages=(1, 2), lead_time=(1, 3), look_ahead=10)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def same(one: object, two: object) -> bool:
    return all(
        np.array_equal(a, b)
        for first, second in zip(one, two, strict=True)  # type: ignore[call-overload]
        for a, b in zip(first, second, strict=True)
    )


def test_an_untrained_brain_orders_as_the_analytic_rule_does() -> None:
    batch = RandomChains().draw(np.random.default_rng(1), 30, 25)
    scenario = batch.scenario
    analytic = order_up_to(scenario, Analytic()(scenario).quantity)
    expected = simulate(scenario, analytic, batch.demand)
    found = simulate(scenario, brain_orders(scenario, untrained_brain), batch.demand)
    np.testing.assert_allclose(found.orders, expected.orders, atol=1e-7)
    model = Perceptron(generator=torch.Generator().manual_seed(3))
    ready = rollout(batch, dtype=torch.float64)
    np.testing.assert_allclose(
        ready.chain_costs(model.double()), ready.chain_costs(untrained_brain)
    )


def test_a_correction_adds_stds_to_the_safety_stock() -> None:
    # One location, lead time 1: std over two periods is 2 sqrt(2); delta 1 lifts the first order
    # by as much.
    scenario = chain([1], mean=10.0, std=2.0, n_periods=8)
    orders = [
        simulate(scenario, brain_orders(scenario, lambda f, d=delta: 0 * f[..., 0] + d), 
                 scenario.mean).orders[0, 0]
        for delta in (0.0, 1.0)
    ]  # fmt: skip
    assert orders[1] - orders[0] == pytest.approx(2 * np.sqrt(2))


def test_the_correction_of_a_store_counts_in_the_order_of_its_dc() -> None:
    # std rises from 1 to 3 on day 4. The DC's order of day 0 (lead times 1, 1) is the last to
    # decide the store's closing stock of day 0 + (1 + 1) + 1 = 3; the store's protection interval
    # then is days 2 (its order) and 3: std sqrt(2). The std counts by date, not by today.
    std = np.array([1, 1, 1, 1, 3, 3, 3, 3, 3, 3], dtype=float)
    scenario = chain([1, 1], mean=10.0, std=std, n_periods=10, holding_cost=column([1.0, 0.5]))

    def order(delta: np.ndarray) -> np.ndarray:
        policy = brain_orders(scenario, lambda f: 0 * f[..., 0] + delta)
        return simulate(scenario, policy, scenario.mean).orders[:, 0]

    more = order(np.array([1.0, 0.0])) - order(np.zeros(2))
    assert more == pytest.approx([np.sqrt(2), np.sqrt(2)])


def test_a_hundred_steps_beat_the_analytic_rule_on_a_toy() -> None:
    # Lost sales, one location: the textbook quantile ignores that lost demand needs no stock any
    # more (best base-stock levels are lower), nor does it look at when what is under way arrives.
    toy = RandomChains(
        ratio=(4.0, 4.0), stages=(1, 1), lead_time=(4, 4), cv=(0.45, 0.45), unmet_demand=("lost",),
        look_ahead=6, reference_share=0.0,
    )  # fmt: skip
    options = TrainingOptions(
        steps=100, chains=48, periods=30, draws_per_lot=25, lots_at_once=2, learning_rate=1e-2,
        validate_every=100, validation_chains=200, validation_lots=1, hidden=(32, 32),
    )  # fmt: skip
    result = train(toy, options)
    assert result.history[0].relative == 1.0
    assert result.history[-1].relative < 0.9


def test_the_same_seed_gives_the_same_brain() -> None:
    one, two = (train(FEW, SMALL) for _ in range(2))
    assert same(one.layers, two.layers)
    other = train(FEW, dataclasses.replace(SMALL, seed=1))
    assert not same(one.layers, other.layers)


class Stop(Exception):
    """Stands for a crash."""


@pytest.mark.parametrize("broken_at", [3, 5])
def test_resumed_training_equals_uninterrupted_training(tmp_path: Path, broken_at: int) -> None:
    whole = train(FEW, SMALL)
    options = dataclasses.replace(SMALL, checkpoint_seconds=0.0, validate_every=1)

    def crash(progress: Progress) -> None:
        if progress.step == broken_at:
            raise Stop

    with pytest.raises(Stop):
        train(FEW, options, directory=tmp_path, progress=crash)
    # Progress is told before the checkpoint of that step: the last one is a step older.
    resumed = train(FEW, options, directory=tmp_path, resume=True)
    assert same(whole.layers, resumed.layers)
    assert resumed.history[-1].cost == whole.history[-1].cost
    assert [entry.step for entry in resumed.history] == list(range(SMALL.steps + 1))


def test_ctrl_c_leaves_a_checkpoint_to_go_on_from(tmp_path: Path) -> None:
    options = dataclasses.replace(SMALL, validate_every=2)

    def interrupt(progress: Progress) -> None:
        if progress.step == 2:
            signal.raise_signal(signal.SIGINT)

    assert threading.current_thread() is threading.main_thread()
    with pytest.raises(KeyboardInterrupt):
        train(FEW, options, directory=tmp_path, progress=interrupt)
    assert (tmp_path / CHECKPOINT).exists()
    resumed = train(FEW, options, directory=tmp_path, resume=True)
    assert same(resumed.layers, train(FEW, SMALL).layers)


def test_divergence_is_an_error_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    train(FEW, SMALL, directory=tmp_path)
    before = (tmp_path / CHECKPOINT).read_bytes()
    broken = Perceptron(SMALL.hidden).layers()
    broken[-1][1][:] = np.nan
    with pytest.raises(TrainingDiverged, match=r"not a finite number at step 0; .*checkpoint"):
        train(FEW, SMALL, directory=tmp_path, start=broken)
    assert (tmp_path / CHECKPOINT).read_bytes() == before


def test_a_checkpoint_of_another_training_or_damaged_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no checkpoint here"):
        train(FEW, SMALL, directory=tmp_path, resume=True)
    train(FEW, SMALL, directory=tmp_path)
    with pytest.raises(InputError, match="other settings"):
        train(FEW, dataclasses.replace(SMALL, seed=5), directory=tmp_path, resume=True)
    path = tmp_path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="damaged"):
        train(FEW, SMALL, directory=tmp_path, resume=True)
    path.write_bytes(b"cos\nsystem\n(S'echo'\ntR.")
    with pytest.raises(InputError, match="damaged"):
        train(FEW, SMALL, directory=tmp_path, resume=True)


def test_training_goes_on_from_a_neighbour() -> None:
    first = train(FEW, SMALL)
    second = train(FEW, dataclasses.replace(SMALL, steps=0), start=first.layers)
    assert second.history[0].cost == first.history[-1].cost


def test_a_curriculum_begins_with_calm_demand() -> None:
    # 40 steps, each on a batch of its own: calm ones up to step 20, then all.
    options = dataclasses.replace(
        SMALL, steps=40, chains=200, draws_per_lot=1, lots_at_once=1, curriculum=((0.5, 0.15),)
    )
    batches = TrainingBatches(dataclasses.replace(FEW, reference_share=0.0), options)

    def wildest(step: int) -> float:
        scenario = batches._graded(step).draw(np.random.default_rng(step), 200, 5).scenario
        normal = (scenario.products.distribution == "normal")[scenario.points.product]
        chosen = normal & scenario.points.sells
        return float((scenario.std[chosen].mean(axis=1) / scenario.mean[chosen].mean(axis=1)).max())

    assert wildest(19) < 0.2 < wildest(20)
