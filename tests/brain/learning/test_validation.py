"""What training tells of a brain: days, parts of the reward, safety stocks; and where."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import norm

from brain.environments.training_chains import RandomChains
from brain.learning.hdpo import Validation
from brain.learning.network import Perceptron
from brain.learning.options import Progress, TrainingOptions
from brain.learning.rollout import rollout, untrained_brain
from brain.learning.validation import Reference, kinds_of_day, look_at, ratio_of, validation_chains
from brain.training.curves import Curve, figures, read_curve

pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_day_is_perfect_too_full_or_short() -> None:
    # Safety stock 5 and mean demand 10: up to 5 + 3 x 10 = 35 is fine, 35.5 is too much. Where
    # demand was missed the day is short, whatever is left. A safety stock of -9 counts as 0: up
    # to 30.
    on_hand = torch.tensor([0.0, 35.0, 35.5, 0.0, 40.0, 29.0, 31.0])
    missed = torch.tensor([0.0, 0.0, 0.0, 2.0, 1.0, 0.0, 0.0])
    stock = torch.tensor([5.0, 5.0, 5.0, 5.0, 5.0, -9.0, -9.0])
    days = kinds_of_day(on_hand, missed, stock, torch.full((7,), 10.0))
    assert days.tolist() == [3, 2, 2]


def test_what_is_seen_is_the_cost_that_training_compares() -> None:
    batch = RandomChains().draw(np.random.default_rng(1), 60, 20)
    some = validation_chains(batch, episodes=10)
    model = Perceptron(generator=torch.Generator().manual_seed(3))
    for brain in (untrained_brain, model):
        seen = look_at([some], brain)
        assert seen.cost == rollout(batch).chain_costs(brain).mean()
        assert seen.holding + seen.missed + seen.others == pytest.approx(seen.cost, rel=1e-5)
        assert seen.others == 0 < min(seen.holding, seen.missed)
        assert seen.perfect + seen.overstock + seen.understock == pytest.approx(1)
    assert len(some.days_at) == 10


def test_who_stocks_more_misses_less_and_keeps_too_much() -> None:
    batch = RandomChains().draw(np.random.default_rng(2), 60, 30)
    some = [validation_chains(batch, episodes=60)]
    calm, full = look_at(some, untrained_brain), look_at(some, lambda seen: 0 * seen[..., 0] + 2.0)
    assert full.holding > calm.holding
    assert full.missed < calm.missed
    assert full.understock < calm.understock


def test_the_reference_products_safety_stock_is_the_textbooks_at_first() -> None:
    # Lead time 2: an order covers 3 days, std 5 sqrt(3); the newsvendor's quantile at 100 / 101.
    # A brain that adds 1 adds that std.
    one = RandomChains(stages=(1, 1), lead_time=(2, 2)).near(100.0)
    textbook = Reference(one).safety_stocks(untrained_brain)
    assert textbook == pytest.approx([norm.ppf(100 / 101) * 5 * np.sqrt(3)], rel=1e-3)
    more = Reference(one).safety_stocks(lambda seen: 0 * seen[..., 0] + 1.0)
    assert more[0] - textbook[0] == pytest.approx(5 * np.sqrt(3), rel=1e-5)
    assert len(Reference(RandomChains()).safety_stocks(untrained_brain)) == 3


def test_the_ratio_of_a_range_is_its_middle() -> None:
    assert ratio_of(RandomChains().near(50.0)) == 50
    assert ratio_of(RandomChains(ratio=(10.0, 1000.0))) == pytest.approx(100)


def test_episodes_are_chains_that_were_run() -> None:
    options = TrainingOptions(chains=8, periods=5, validation_chains=8, validation_lots=1)
    told = Validation(RandomChains(), options).judge(untrained_brain, 30, 1.5)
    assert told.episodes == 30 * 8
    assert told.relative == 1
    assert told.reward == -told.cost
    assert told.reward_holding + told.reward_missed == pytest.approx(told.reward, rel=1e-5)


def entry(step: int, cost: float = 1.0) -> Progress:
    return Progress(step, 30, 2.0 * step, cost, cost / 2, 8 * step, safety_stocks=(20.0, 11.0))


def test_a_resumed_training_goes_on_in_the_same_file_without_doubles(tmp_path: Path) -> None:
    with Curve(tmp_path) as curve:
        for step in (0, 10, 20):
            curve.add(entry(step))
    # The last checkpoint was left at step 15: it goes on from there, and comes to step 20 again.
    with (tmp_path / "curve.jsonl").open("a") as file:
        file.write('{"step": 25, "rela')
    with Curve(tmp_path) as curve:
        for step in (15, 20, 30):
            curve.add(entry(step, 0.5))
    told = read_curve(tmp_path / "curve.jsonl")
    assert [line["step"] for line in told] == [0, 10, 15, 20, 30]
    assert [line["cost"] for line in told] == [1, 1, 0.5, 0.5, 0.5]
    assert told[-1]["reward"] == -0.5
    assert told[-1]["safety_stock_stage_1"] == 11
    assert len((tmp_path / "curve.jsonl").read_text().splitlines()) == 5


def test_tensorboard_is_told_the_same_by_the_same_names(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with Curve(tmp_path) as curve:
        curve.add(entry(0))
        curve.add(entry(20))
    with Curve(tmp_path) as curve:
        curve.add(entry(10, 0.5))
    events = EventAccumulator(str(tmp_path)).Reload()
    assert set(events.Tags()["scalars"]) == set(figures(entry(0)))
    assert [event.step for event in events.Scalars("reward")] == [0, 10]
    assert events.Scalars("safety_stock_stage_0")[0].value == 20


def test_what_is_no_evaluation_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "curve.jsonl"
    assert read_curve(path) == []
    good = {"step": 1, "relative": 0.9}
    path.write_text(
        "\n".join(["no json", "[1]", '{"step": "<b>", "relative": 1}', json.dumps(good)])
    )
    assert read_curve(path) == [good]
