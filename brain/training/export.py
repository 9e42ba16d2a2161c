"""From a finished training to a brain file, and from a brain file to where training starts."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from brain.environments.training_chains import RandomChains
from brain.trained.manifest import Domain, Manifest
from brain.trained.registry import brain_path
from brain.trained.weights import Layers
from brain.training.messages import Done
from brain.training.onnx_file import read_layers, write_onnx
from brain.training.request import Order

PACKAGES = ("echelon-planner", "numpy", "ray", "torch")


def domain_of(chains: RandomChains) -> Domain:
    """What a brain that was trained on these chains may be asked about."""
    return Domain(
        ratio=chains.ratio,
        stages=chains.stages,
        lead_time=chains.lead_time,
        cv=(0.0, chains.cv[1]),
        unmet_demand=chains.unmet_demand,
        timeline=chains.timeline,
    )


def write_brain(order: Order, done: Done, path: Path) -> None:
    """Write what was trained, and what it was trained on, as one ONNX file."""
    assert done.layers is not None
    manifest = Manifest(
        name=done.name,
        domain=domain_of(order.source(order.brains[done.name])),
        algorithm=order.algorithm,
        seed=order.options.seed,
        steps=order.options.steps,
        scores={"validation chains, over analytic": round(done.history[-1].relative, 4)},
        versions={name: metadata.version(name) for name in PACKAGES}
        | {"python": platform.python_version()},
    )
    write_onnx(path, done.layers, manifest)


def layers_of(brain: str) -> Layers:
    """The weights of a brain, by its name or the path of its file.

    Raises
    ------
    InputError
        If there is none, or it is refused (:func:`brain.trained.runtime.load_brain`).
    """
    return read_layers(brain_path(brain))
