"""The brain's network: a small perceptron that all stock points share. Needs Torch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from brain.trained.features import COVER_FEATURE, COVER_SHARE, GATE_FEATURE, MOST_COVER, N_FEATURES
from brain.trained.weights import Layers


class Perceptron(nn.Module):
    """Features [..., N_FEATURES] -> correction of z [...]; 0 before it has learnt anything.

    Two outputs are added up: one counts in standard deviations, the other in mean demand, for
    where it pays not to stock at all, that is hundreds of standard deviations below. The latter is
    shut off where that cannot be.
    """

    def __init__(self, hidden: Sequence[int] = (64, 64), generator: torch.Generator | None = None):
        super().__init__()
        sizes = [N_FEATURES, *hidden, 2]
        layers: list[nn.Module] = []
        for n_in, n_out in pairwise(sizes):
            linear = nn.Linear(n_in, n_out)
            with torch.no_grad():
                bound = n_in**-0.5
                linear.weight.uniform_(-bound, bound, generator=generator)
                linear.bias.zero_()
            layers += [linear, nn.SiLU()]
        with torch.no_grad():
            linear.weight.zero_()
        self.body = nn.Sequential(*layers[:-1])

    def forward(self, features: Tensor) -> Tensor:
        out = self.body(features)
        in_std, in_mean = out[..., 0], out[..., 1]
        spread = torch.sinh(features[..., COVER_FEATURE]).clamp(min=1.0 / MOST_COVER)
        return in_std + COVER_SHARE * features[..., GATE_FEATURE] * in_mean / spread

    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Weights and biases as arrays."""
        return [
            (part.weight.detach().cpu().numpy().copy(), part.bias.detach().cpu().numpy().copy())
            for part in self.body
            if isinstance(part, nn.Linear)
        ]

    @classmethod
    def from_layers(cls, layers: Layers) -> Perceptron:
        """A network with these weights, to go on training from."""
        made = cls([weight.shape[0] for weight, _ in layers[:-1]])
        linear = [part for part in made.body if isinstance(part, nn.Linear)]
        with torch.no_grad():
            for part, (weight, bias) in zip(linear, layers, strict=True):
                part.weight.copy_(torch.from_numpy(np.array(weight)))
                part.bias.copy_(torch.from_numpy(np.array(bias)))
        return made
