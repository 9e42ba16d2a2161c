"""How the learning rate falls over a training."""

from __future__ import annotations

import math

from brain.learning.options import TrainingOptions


def learning_rate(options: TrainingOptions, step: int) -> float:
    """Rate of one update: a half cosine down to a hundredth, or always the same."""
    if options.decay == "none":
        return options.learning_rate
    share = 0.5 * (1 + math.cos(math.pi * step / options.steps))
    return options.learning_rate * (0.01 + 0.99 * share)
