"""Brain files at work: from the state of a scenario to its safety stocks. No Torch, no Ray."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brain.analytic.newsvendor import Analytic, analytic_stock
from brain.policy import SafetyStocks
from brain.trained.applicability import Outside, by_ratio, serves
from brain.trained.features import N_FEATURES, RATIO_FEATURE, RATIO_SCALE, codec
from brain.trained.manifest import KEY, Manifest
from brain.trained.point_facts import PointFacts, point_facts
from scenarios.arguments import Arguments
from scenarios.arrays.types import Floats
from scenarios.demand.forecast_error import echelon_demand
from scenarios.errors import Finding, InputError
from scenarios.model.scenario import Scenario, check_scenario
from scenarios.simulation.step import compile_scenario, initial_state

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 5_000_000
"""Bytes of a brain file; ours are far below, so anything larger is something else."""
CHUNK = 65_536
"""Points evaluated at a time."""
BUILT_IN = ("auto", "analytic", "none", "override")
"""What is no file: nobody could name one that is called so, nor tell what it decided."""


@dataclass(frozen=True, eq=False)
class BrainFile:
    """One brain, loaded. Made by :func:`load_brain`."""

    name: str
    """That of its file, by which the user calls it; the manifest's is that of its training."""
    manifest: Manifest
    session: Any

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """[N] correction of z for features [N, N_FEATURES].

        A brain of one ratio, asked about a point of another, answers for its own.
        """
        low, high = np.log(self.manifest.domain.ratio) / RATIO_SCALE
        outside = (features[:, RATIO_FEATURE] < low) | (features[:, RATIO_FEATURE] > high)
        if outside.any():
            features = features.copy()
            features[:, RATIO_FEATURE] = np.clip(features[:, RATIO_FEATURE], low, high)
        parts = [
            self.session.run(None, {"features": features[start : start + CHUNK]})[0]
            for start in range(0, len(features), CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def load_brain(path: str | Path) -> BrainFile:
    """Load a brain file.

    Raises
    ------
    InputError
        In one line: no such file, no brain, damaged, of another feature version or shape, or
        called like something that is built in.
    """
    path = Path(path)
    remedy = "train the brain again with this version, or name another"

    def refuse(message: str) -> InputError:
        return InputError([Finding(path.name, message, remedy)])

    try:
        if path.stat().st_size > LARGEST:
            raise refuse(f"it is larger than {LARGEST // 1_000_000} MB, which no brain is")
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise refuse(f"the brain cannot be read: {reason}") from None
    if path.stem in BUILT_IN:
        problem = f"a brain cannot be called {path.stem}, for that is built in"
        raise InputError([Finding(path.name, problem, "rename the file")])
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        # From bytes: a file that points to others for its weights is refused.
        session = onnxruntime.InferenceSession(
            content, sess_options=options, providers=["CPUExecutionProvider"]
        )
        metadata = session.get_modelmeta().custom_metadata_map
    except Exception:  # the runtime has no common base for what it raises
        raise refuse("it is no ONNX file, or a damaged one") from None
    if KEY not in metadata:
        raise refuse("it is an ONNX file, but carries no manifest of a brain")
    try:
        manifest = Manifest.from_json(metadata[KEY])
    except ValueError as error:
        raise refuse(f"the brain is refused: {error}") from None
    inputs = [(port.name, port.type, port.shape[1:]) for port in session.get_inputs()]
    outputs = [(port.name, port.type, len(port.shape)) for port in session.get_outputs()]
    if inputs != [("features", "tensor(float)", [N_FEATURES])] or outputs != [
        ("delta", "tensor(float)", 1)
    ]:
        raise refuse(f"the brain does not take {N_FEATURES} features to one number")
    probe = session.run(None, {"features": np.zeros((2, N_FEATURES), dtype=np.float32)})[0]
    if probe.shape != (2,) or not np.isfinite(probe).all():
        raise refuse("the brain answers with what is not a number")
    return BrainFile(path.stem, manifest, session)


class TrainedBrains:
    """Trained brains as a safety stock policy.

    Parameters
    ----------
    brains : sequence of BrainFile
        A product is served by the brain of its missed-sale/holding ratio; between two brains the
        correction is interpolated in the logarithm of the ratio.
    name : str, optional
        Default: the name of the first brain.
    findings : sequence of Finding, optional
        What the user shall be told beside what is found here.

    Notes
    -----
    Safety stock of a point at the end of period s: analytic(s) + delta * std(s), with delta from
    the opening state and std over the protection interval, as in training. It may lie below zero,
    also where nobody buys (see :func:`brain.safety_stocks`). A product of which any point lies
    outside what the brains were trained on gets the analytic safety stock; a finding says so.
    """

    def __init__(
        self,
        brains: Sequence[BrainFile],
        name: str | None = None,
        findings: Sequence[Finding] = (),
    ):
        if not brains:
            raise ValueError("no brain given")
        self.findings = tuple(findings)
        self.brains = sorted(brains, key=lambda brain: brain.manifest.domain.centre)
        self.name = self.brains[0].name if name is None else name

    def at(self, ratio: float) -> Callable[[Floats], Floats]:
        """The correction of z [K] for features [K, N_FEATURES] of points of one ratio.

        Raises
        ------
        ValueError
            If the ratio is outside what the brains were trained on.
        """
        lower, upper, share = by_ratio(np.array([ratio]), [b.manifest.domain for b in self.brains])
        if lower[0] < 0:
            raise ValueError(f"no brain for a missed-sale/holding ratio of {ratio:g}")
        first, second = self.brains[lower[0]], self.brains[upper[0]]

        def brain(features: Floats) -> Floats:
            seen = np.ascontiguousarray(features, dtype=np.float32)
            if first is second:
                return first(seen).astype(np.float64)
            return (1.0 - share[0]) * first(seen) + share[0] * second(seen)

        return brain

    def __call__(self, scenario: Scenario) -> SafetyStocks:
        """Safety stocks of every point and period.

        Parameters
        ----------
        scenario : Scenario

        Returns
        -------
        SafetyStocks

        Raises
        ------
        InputError
            If demand is still to be forecast.
        """
        check = Arguments(f"brain {self.name}")
        check_scenario(check, scenario, forecast=True)
        check.refuse()
        facts = point_facts(scenario)
        demand = echelon_demand(scenario)
        quantity = analytic_stock(scenario, *demand)
        serving, outside = serves(scenario, facts, [b.manifest.domain for b in self.brains])
        delta = self._delta(scenario, facts, demand, serving)
        quantity = quantity + delta[:, None] * demand[1]
        source = np.full(scenario.n_points, Analytic.name, dtype=object)
        for (low, high), points in _groups(serving):
            first, second = self.brains[low].name, self.brains[high].name
            source[points] = first if low == high else f"{first} ~ {second}"
        found = tuple(_finding(o) for o in outside)
        return SafetyStocks(quantity, source, self.findings + found)

    def _delta(
        self,
        scenario: Scenario,
        facts: PointFacts,
        demand: tuple[Floats, Floats],
        serving: tuple[NDArray[np.int64], NDArray[np.int64], Floats],
    ) -> Floats:
        """[K] corrections of z, 0 where no brain serves."""
        lower, upper, share = serving
        delta = np.zeros(scenario.n_points)
        if not (lower >= 0).any():
            return delta
        net = compile_scenario(scenario, dtype=np.float32)
        seen = codec(scenario, dtype=np.float32, n_periods=1, demand=demand, facts=facts)
        features = seen(initial_state(scenario, net), 0)
        for index, brain in enumerate(self.brains):
            weight = np.where(lower == index, 1.0 - share, 0.0)
            weight += np.where(upper == index, share, 0.0)
            wanted = np.flatnonzero(weight)
            if wanted.size:
                mine = np.ascontiguousarray(features[wanted], dtype=np.float32)
                delta[wanted] += weight[wanted] * brain(mine)
        return delta


def _groups(
    serving: tuple[NDArray[np.int64], NDArray[np.int64], Floats],
) -> list[tuple[tuple[int, int], NDArray[np.int64]]]:
    """Points by the pair of brains that serve them."""
    lower, upper, _ = serving
    served = np.flatnonzero(lower >= 0)
    pairs, which = np.unique(
        np.stack([lower[served], upper[served]], axis=1), axis=0, return_inverse=True
    )
    return [
        ((int(low), int(high)), served[which.reshape(-1) == index])
        for index, (low, high) in enumerate(pairs)
    ]


def _finding(outside: Outside) -> Finding:
    return Finding(
        file="brain",
        message=f"{outside.reason}; the analytic safety stock is used",
        remedy=f"train a brain for it, or accept the analytic rule ({outside.allowed})",
        column=None,
        value=outside.example,
        severity="warning",
        count=outside.n_products,
    )
