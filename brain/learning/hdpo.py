"""Training a brain by hindsight differentiable policy optimisation. Needs Torch."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from brain.environments.training_chains import ChainSource, GradedSource, TrainingBatch
from brain.learning.checkpoint import Interrupts, load_checkpoint, save_checkpoint
from brain.learning.network import Perceptron
from brain.learning.options import (
    Progress,
    TrainingDiverged,
    TrainingOptions,
    TrainingResult,
    learning_rate,
)
from brain.learning.rollout import Rollout, rollout, untrained_brain
from brain.learning.validation import EPISODES, Reference, look_at, validation_chains
from brain.trained.weights import Layers
from scenarios.demand.sampling import sample

CHECKPOINT = "checkpoint.pt"


class Validation:
    """Fixed chains and demand paths, so that costs differ only by the brain."""

    def __init__(self, source: ChainSource, options: TrainingOptions):
        rng = np.random.default_rng([options.seed, 1])
        periods = 2 * options.periods
        self.chains = [
            validation_chains(
                source.draw(rng, options.validation_chains, periods),
                episodes=EPISODES,
                device=options.device,
            )
            for _ in range(options.validation_lots)
        ]
        self._options = options
        self._reference = Reference(source, options.device)
        self.analytic = look_at(self.chains, untrained_brain).cost

    def judge(
        self, brain: Callable[[torch.Tensor], torch.Tensor], step: int, seconds: float
    ) -> Progress:
        """Where training stands with this brain."""
        seen, options = look_at(self.chains, brain), self._options
        return Progress(
            step=step,
            steps=options.steps,
            seconds=seconds,
            cost=seen.cost,
            relative=seen.cost / self.analytic,
            episodes=step * options.chains,
            reward_holding=0.0 - seen.holding,
            reward_missed=0.0 - seen.missed,
            reward_others=0.0 - seen.others,
            perfect_days=seen.perfect,
            overstock_days=seen.overstock,
            understock_days=seen.understock,
            safety_stocks=self._reference.safety_stocks(brain),
        )


def train(
    source: ChainSource,
    options: TrainingOptions | None = None,
    *,
    start: Layers | None = None,
    directory: Path | None = None,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> TrainingResult:
    """Train a brain.

    Parameters
    ----------
    source : ChainSource
        Draws the chains; also those that the brain is validated on.
    options : TrainingOptions, optional
    start : layers, optional
        Weights to go on from, of a neighbouring brain say; default: a brain that knows nothing.
    directory : Path, optional
        Where checkpoints go, at most ``checkpoint_seconds`` apart. Ctrl-C leaves one too.
    resume : bool
        Go on from the checkpoint in ``directory``, as if there had been no break.
    progress : callable, optional
        Told at the start, every ``validate_every`` steps and at the end.

    Raises
    ------
    TrainingDiverged
        If the loss or a gradient is not finite.
    InputError
        If the checkpoint cannot be used.
    KeyboardInterrupt
        After Ctrl-C, once a checkpoint is written.

    Notes
    -----
    Equal seeds give equal brains on one machine and number of threads.
    """
    options = TrainingOptions() if options is None else options
    generator = torch.Generator().manual_seed(options.seed)
    model = (
        Perceptron(options.hidden, generator) if start is None else Perceptron.from_layers(start)
    )
    model = model.to(options.device)
    optimiser = torch.optim.Adam(model.parameters(), lr=options.learning_rate)
    history: list[Progress] = []
    step, before = 0, 0.0
    path = None if directory is None else Path(directory) / CHECKPOINT
    identity = repr((source, dataclasses.replace(options, checkpoint_seconds=0.0, device="")))
    if resume:
        if path is None:
            raise ValueError("resume needs the directory of the checkpoint")
        saved = load_checkpoint(path, identity)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        step, before = saved["step"], saved["seconds"]
        history = [Progress(**entry) for entry in saved["history"]]
    validation = Validation(source, options)
    started = saved_at = time.monotonic()

    def save() -> None:
        if path is not None:
            save_checkpoint(
                path,
                identity=identity,
                step=step,
                seconds=before + time.monotonic() - started,
                model=model.state_dict(),
                optimiser=optimiser.state_dict(),
                history=[dataclasses.asdict(entry) for entry in history],
            )

    def report() -> None:
        entry = validation.judge(model, step, before + time.monotonic() - started)
        history.append(entry)
        if progress is not None:
            progress(entry)

    if not history:
        report()
    batches = TrainingBatches(source, options)
    with Interrupts() as interrupts:
        while step < options.steps:
            _update(model, optimiser, batches.at(step), options, step, path)
            step += 1
            if step % options.validate_every == 0 or step == options.steps:
                report()
            if interrupts.seen or time.monotonic() - saved_at >= options.checkpoint_seconds:
                save()
                saved_at = time.monotonic()
            if interrupts.seen:
                raise KeyboardInterrupt
    save()
    return TrainingResult(model.layers(), tuple(history))


class TrainingBatches:
    """Chains and demand of each step, drawn from the seed and the step alone.

    So a training that goes on after a break sees what it would have seen without. A few batches
    take turns, for steps on one of them alone would lead the brain off after its peculiarities.
    """

    def __init__(self, source: ChainSource, options: TrainingOptions):
        self.source, self.options = source, options
        self.ready: dict[int, tuple[TrainingBatch, Rollout]] = {}

    def at(self, step: int) -> Rollout:
        """The chains of a step, on demand of its own."""
        options = self.options
        turn, place = divmod(step, options.lots_at_once)
        index = turn // options.draws_per_lot * options.lots_at_once + place
        if index not in self.ready:
            alive = index - index % options.lots_at_once
            self.ready = {key: batch for key, batch in self.ready.items() if key >= alive}
            rng = np.random.default_rng([options.seed, 0, index])
            batch = self._graded(index).draw(rng, options.chains, options.periods)
            self.ready[index] = batch, rollout(batch, device=options.device)
        batch, ready = self.ready[index]
        if turn % options.draws_per_lot == 0:
            return ready
        rng = np.random.default_rng([options.seed, 2, step])
        demand = sample(batch.scenario, rng)[:, : options.periods]
        return dataclasses.replace(ready, demand=ready.net.array(np.ascontiguousarray(demand.T)))

    def _graded(self, index: int) -> ChainSource:
        """What a batch is drawn from: calm chains first, where the curriculum says so."""
        first_step = index // self.options.lots_at_once * self.options.lots_at_once
        share = first_step * self.options.draws_per_lot / max(self.options.steps, 1)
        for until, cv in self.options.curriculum:
            if share < until and isinstance(self.source, GradedSource):
                return self.source.up_to(cv)
        return self.source


def _update(
    model: Perceptron,
    optimiser: torch.optim.Optimizer,
    ready: Rollout,
    options: TrainingOptions,
    step: int,
    path: Path | None,
) -> None:
    """One step of Adam on the cost of one set of paths."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(options, step)
    optimiser.zero_grad()
    loss = ready.loss(model)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)
    if not (bool(torch.isfinite(loss.detach())) and bool(torch.isfinite(norm))):
        kept = "" if path is None or not path.exists() else f"; the last good checkpoint is {path}"
        raise TrainingDiverged(
            f"the cost is not a finite number at step {step}{kept}."
            " Resume from there with a smaller learning rate"
        )
    optimiser.step()
