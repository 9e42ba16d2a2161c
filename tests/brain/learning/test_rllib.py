"""Training through RLlib."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from brain import train
from brain.environments.episodes import episodes_of
from brain.environments.training_chains import RandomChains, TrainingBatch
from brain.learning.hdpo import train as train_plainly
from brain.learning.options import CheckpointDamaged, TrainingOptions
from brain.learning.ppo import ppo_config
from brain.learning.rllib_env import brain_of, set_brain
from brain.learning.rollout import untrained_brain
from brain.trained.manifest import Domain, Manifest
from brain.trained.runtime import load_brain
from brain.training.export import write_onnx
from brain.training.job import run_job, unpack
from brain.training.messages import Job, Post
from scenarios.errors import InputError
from solver.workers.ray_cluster import cluster

# What Ray and RLlib warn of in their own code is theirs.
pytestmark = pytest.mark.filterwarnings("ignore")

TOY = RandomChains(ratio=(10.0, 10.0), stages=(1, 1), lead_time=(2, 2), unmet_demand=("lost",))
QUICK = TrainingOptions(
    steps=12,
    chains=32,
    periods=20,
    validation_chains=64,
    validation_lots=1,
    validate_every=4,
    checkpoint_seconds=0.0,
)


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with cluster(None):
        yield
    torch.set_num_threads(threads)


def silent(post: Post) -> bool:
    return False


def assert_equal_brains(one: object, two: object) -> None:
    for (w1, b1), (w2, b2) in zip(one, two, strict=True):  # type: ignore[call-overload]
        np.testing.assert_array_equal(w1, w2)
        np.testing.assert_array_equal(b1, b2)


def test_rllib_trains_the_brain_that_plain_training_gives() -> None:
    done = run_job(Job("toy", TOY, "hdpo", QUICK), silent)
    assert done.outcome == "trained"
    assert_equal_brains(done.layers, train_plainly(TOY, QUICK).layers)


def test_a_training_that_is_stopped_and_resumed_ends_like_one_that_is_not() -> None:
    whole = run_job(Job("toy", TOY, "hdpo", QUICK), silent)
    saved: list[bytes] = []

    def stop_after_some(post: Post) -> bool:
        if post.checkpoint is not None:
            saved.append(post.checkpoint)
        return len(saved) == 5

    broken = run_job(Job("toy", TOY, "hdpo", QUICK), stop_after_some)
    assert broken.outcome == "stopped"
    again = run_job(Job("toy", TOY, "hdpo", QUICK, saved=saved[-1]), silent)
    assert again.history[0].step == 5
    assert again.history[0].seconds > 0
    assert_equal_brains(again.layers, whole.layers)


def test_ppo_improves_on_the_textbook() -> None:
    # Lost sales over a long lead time, where the textbook's quantile stocks far too much.
    alike = dataclasses.replace(
        TOY, ratio=(4.0, 4.0), lead_time=(4, 4), cv=(0.45, 0.45), reference_share=0.0
    )
    options = dataclasses.replace(QUICK, steps=5, chains=64, periods=40)
    done = run_job(Job("toy", alike, "ppo", options), silent)
    assert done.history[0].relative == 1.0
    assert done.history[-1].relative < 0.985


def test_ppo_plays_the_textbook_until_it_has_learnt() -> None:
    algorithm = ppo_config(episodes_of(TOY, 5), n_chains=2).build_algo()
    before = brain_of(algorithm)
    done = train_plainly(TOY, dataclasses.replace(QUICK, steps=2))
    set_brain(algorithm, done.layers)
    assert_equal_brains(brain_of(algorithm).layers(), done.layers)
    algorithm.stop()
    features = torch.rand(7, before.body[0].in_features)
    torch.testing.assert_close(before(features), untrained_brain(features))


class Spoilt:
    """Chains whose demand is nan from the second training batch on."""

    lots = 0

    def draw(self, rng: np.random.Generator, n_chains: int, n_periods: int) -> TrainingBatch:
        batch = TOY.draw(rng, n_chains, n_periods)
        if n_chains != QUICK.chains:
            return batch
        Spoilt.lots += 1
        return batch if Spoilt.lots == 1 else TrainingBatch(batch.scenario, np.nan * batch.demand)


def test_a_training_that_diverges_says_so_and_keeps_what_was_good() -> None:
    saved: list[bytes] = []

    def keep(post: Post) -> bool:
        if post.checkpoint is not None:
            saved.append(post.checkpoint)
        return False

    done = run_job(Job("toy", Spoilt(), "hdpo", QUICK), keep)
    assert done.outcome == "diverged"
    assert "not a finite number" in done.message
    # There was a checkpoint after every good update, and the last one can be gone on from.
    assert saved
    good = run_job(Job("toy", TOY, "hdpo", QUICK, saved=saved[-1]), silent)
    assert good.history[0].step == len(saved)
    assert good.outcome == "trained"


def test_a_damaged_checkpoint_is_refused() -> None:
    algorithm = ppo_config(episodes_of(TOY, 5), n_chains=2).build_algo()
    with pytest.raises(CheckpointDamaged):
        unpack(algorithm, b"no archive")
    algorithm.stop()


def test_a_damaged_checkpoint_names_its_brain() -> None:
    with pytest.raises(CheckpointDamaged, match="ratio-5: the checkpoint is damaged"):
        run_job(Job("ratio-5", TOY, "hdpo", QUICK, saved=b"no archive"), silent)


def test_several_brains_are_trained_side_by_side_and_written(tmp_path: Path) -> None:
    seen: dict[str, list[int]] = {}
    files = train(
        [10, 100],
        out=tmp_path / "brains",
        progress=lambda name, entry: seen.setdefault(name, []).append(entry.step),
        options=QUICK,
        chains=TOY,
    )
    assert [file.name for file in files] == ["ratio-10.onnx", "ratio-100.onnx"]
    assert seen == {"ratio-10": [0, 4, 8, 12], "ratio-100": [0, 4, 8, 12]}
    manifest = load_brain(files[1]).manifest
    assert manifest.domain.ratio == (10.0, 1000.0)
    assert manifest.domain.centre == 100.0
    assert manifest.domain.lead_time == (2, 2)
    for name in seen:
        folder = tmp_path / "brains" / name
        assert (folder / "checkpoint.pt").exists()
        assert list(folder.glob("events.out.tfevents.*"))
    # Nothing is trained twice, and nothing is overwritten.
    with pytest.raises(InputError, match=r"goes on as it was.*'ratios, seed, options'"):
        train(5, resume=tmp_path / "brains", seed=1, options=QUICK)
    assert train(resume=tmp_path / "brains") == files
    with pytest.raises(InputError, match="already there"):
        train([10], out=tmp_path / "brains", options=QUICK, chains=TOY)


def test_one_brain_learns_a_range_of_ratios_from_a_brain_of_another_shape(tmp_path: Path) -> None:
    narrow = train_plainly(TOY, dataclasses.replace(QUICK, steps=1, hidden=(8,)))
    domain = Domain(
        ratio=(1, 1), stages=(1, 1), lead_time=(2, 2), cv=(0, 1), unmet_demand=("lost",)
    )
    start = write_onnx(
        tmp_path / "narrow.onnx", narrow.layers, Manifest(name="narrow", domain=domain)
    )
    options = dataclasses.replace(QUICK, steps=2)
    (file,) = train(
        ratio_range=(10, 1000), out=tmp_path / "brains", start=str(start), options=options,
        chains=TOY,
    )  # fmt: skip
    manifest = load_brain(file).manifest
    assert (manifest.name, manifest.domain.ratio) == ("ratio-10-1000", (10.0, 1000.0))
    # What has left a checkpoint goes on without the brain that it started from.
    start.rename(tmp_path / "elsewhere.onnx")
    file.unlink()
    assert train(resume=tmp_path / "brains") == [file]
    (tmp_path / "elsewhere.onnx").rename(start)
    with pytest.raises(InputError, match="ppo trains"):
        train([5], algorithm="ppo", out=tmp_path / "p", start=str(start), options=options)
    with pytest.raises(InputError, match="no such brain"):
        train([5], out=tmp_path / "p", start="nobody", options=options)
    with pytest.raises(InputError, match="is a file"):
        train(5, out=start, options=options)
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionError("nobody"), "no cluster answers there"),
        (RuntimeError("Version mismatch: 3.11 here.\nand more"), "Version mismatch: 3.11 here"),
    ],
)
def test_a_start_that_ray_refuses_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def refuse(**_: object) -> None:
        raise error

    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setattr("ray.init", refuse)
    with pytest.raises(InputError) as caught:
        train(5, out=tmp_path / "b", ray_address="auto", options=QUICK, chains=TOY)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "b").exists()
