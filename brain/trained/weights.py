"""The weights of a brain as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brain.trained.features import N_FEATURES

Layers = Sequence[tuple[np.ndarray, np.ndarray]]
"""(weight [out, in], bias [out]) of each layer, float32; SiLU between them."""


def check_layers(layers: Layers) -> None:
    """Refuse layers that do not fit each other or the features, or are not finite.

    Raises
    ------
    ValueError
    """
    width = N_FEATURES
    for index, (weight, bias) in enumerate(layers):
        if weight.ndim != 2 or weight.shape[1] != width or bias.shape != weight.shape[:1]:
            raise ValueError(f"layer {index} is {weight.shape} and {bias.shape}, input {width}")
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise ValueError(f"layer {index} holds numbers that are not finite")
        width = weight.shape[0]
    if width != 2 or not layers:
        raise ValueError(f"the last layer has {width} outputs, not 2")
