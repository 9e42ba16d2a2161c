"""From a finished training to one ONNX file with its manifest, and from a brain file to where
training starts. Needs the package onnx."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from brain.environments.training_chains import RandomChains
from brain.trained.features import COVER_FEATURE, COVER_SHARE, GATE_FEATURE, MOST_COVER, N_FEATURES
from brain.trained.manifest import KEY, Domain, Manifest
from brain.trained.registry import brain_path
from brain.trained.weights import Layers, check_layers
from brain.training.messages import TrainingEnd
from brain.training.request import TrainingRequest
from scenarios.writing.atomic import write_atomic

OPSET = 17
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


def write_brain(request: TrainingRequest, done: TrainingEnd, path: Path) -> None:
    """Write what was trained, and what it was trained on, as one ONNX file."""
    assert done.layers is not None
    manifest = Manifest(
        name=done.name,
        domain=domain_of(request.source(request.brains[done.name])),
        algorithm=request.algorithm,
        seed=request.options.seed,
        steps=request.options.steps,
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


def onnx_bytes(layers: Layers, manifest: Manifest) -> bytes:
    """The file as bytes: features [points, N_FEATURES] -> delta [points], float32.

    Parameters
    ----------
    layers : sequence of (weight [out, in], bias [out])
        SiLU stands between them; the last has two outputs.

    Raises
    ------
    ValueError
        If the layers do not fit each other or the features, or hold nan.
    """
    check_layers(layers)
    nodes, weights, value = [], [], "features"
    for index, (weight, bias) in enumerate(layers):
        out = f"layer{index}"
        for name, array in ((f"weight{index}", weight), (f"bias{index}", bias)):
            weights.append(numpy_helper.from_array(np.asarray(array, dtype=np.float32), name))
        inputs = [value, f"weight{index}", f"bias{index}"]
        nodes.append(helper.make_node("Gemm", inputs, [out], transB=1))
        value = out
        if index < len(layers) - 1:
            nodes.append(helper.make_node("Sigmoid", [out], [f"gate{index}"]))
            nodes.append(helper.make_node("Mul", [out, f"gate{index}"], [f"silu{index}"]))
            value = f"silu{index}"
    nodes += _sum_of_outputs(value, weights)
    graph = helper.make_graph(
        nodes,
        "brain",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["points", N_FEATURES])],
        [helper.make_tensor_value_info("delta", TensorProto.FLOAT, ["points"])],
        weights,
    )
    model = helper.make_model(
        graph, producer_name=KEY, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8
    )
    helper.set_model_props(model, {KEY: manifest.to_json()})
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def _sum_of_outputs(value: str, weights: list[TensorProto]) -> list[onnx.NodeProto]:
    """delta = out[:, 0] + share * gate * out[:, 1] / max(std over mean demand, 1 / most)."""
    constants: dict[str, np.ndarray] = {
        "first": np.array(0, dtype=np.int64),
        "second": np.array(1, dtype=np.int64),
        "cover": np.array(COVER_FEATURE, dtype=np.int64),
        "at_gate": np.array(GATE_FEATURE, dtype=np.int64),
        "share": np.array(COVER_SHARE, dtype=np.float32),
        "least": np.array(1.0 / MOST_COVER, dtype=np.float32),
    }
    weights += [numpy_helper.from_array(array, name) for name, array in constants.items()]
    return [
        helper.make_node("Gather", [value, "first"], ["in_std"], axis=1),
        helper.make_node("Gather", [value, "second"], ["in_mean"], axis=1),
        helper.make_node("Gather", ["features", "cover"], ["asinh"], axis=1),
        helper.make_node("Sinh", ["asinh"], ["raw_spread"]),
        helper.make_node("Max", ["raw_spread", "least"], ["spread"]),
        helper.make_node("Gather", ["features", "at_gate"], ["gate"], axis=1),
        helper.make_node("Mul", ["in_mean", "gate"], ["gated"]),
        helper.make_node("Mul", ["gated", "share"], ["shared"]),
        helper.make_node("Div", ["shared", "spread"], ["in_units_of_std"]),
        helper.make_node("Add", ["in_std", "in_units_of_std"], ["delta"]),
    ]


def write_onnx(path: str | Path, layers: Layers, manifest: Manifest) -> Path:
    """Write a brain file whole; a file of that name is replaced."""
    path = Path(path)
    write_atomic(path, onnx_bytes(layers, manifest))
    return path


def read_layers(path: str | Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """The weights in a brain file, to go on training from."""
    model = onnx.load_model_from_string(Path(path).read_bytes())
    arrays = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    count = sum(name.startswith("weight") for name in arrays)
    layers = [(arrays[f"weight{i}"], arrays[f"bias{i}"]) for i in range(count)]
    check_layers(layers)
    return layers
