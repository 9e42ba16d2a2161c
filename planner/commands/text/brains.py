"""Brains as text and as pictures, for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from brain.training.curves import MORE

if TYPE_CHECKING:
    from brain.trained.manifest import Manifest
    from brain.training.responses import Chain, Response
    from scenarios.arrays.types import Floats

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60


def domain_text(manifest: Manifest) -> str:
    """What a brain was trained on, in a line."""
    domain = manifest.domain
    low, high = domain.ratio
    ratio = f"ratio {low:g}" if low == high else f"ratios {low:g} to {high:g}"
    return (
        f"{ratio}; {_span(domain.stages)} stages; lead times {_span(domain.lead_time)};"
        f" std/mean {domain.cv[0]:g} to {domain.cv[1]:g}; {' or '.join(domain.unmet_demand)}"
    )


def _span(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def manifest_text(manifest: Manifest, path: Path) -> str:
    """All that a brain says about itself."""
    domain = manifest.domain
    renamed = manifest.name != path.stem
    lines = [
        f"name            {path.stem}",
        *([f"trained as      {manifest.name}"] if renamed else []),
        f"file            {path}",
        f"domain          {domain_text(manifest)}",
        f"                timeline {' or '.join(domain.timeline)};"
        f" review period {_span(domain.review_period)}",
        f"trained with    {manifest.algorithm}, {manifest.steps:,} steps, seed {manifest.seed}",
        f"features        version {manifest.feature_version}",
    ]
    scores = [f"  {value:8.4f}  {name}" for name, value in manifest.scores.items()]
    lines += ["scores (cost relative to other policies)", *scores] if scores else []
    made = ", ".join(f"{name} {version}" for name, version in manifest.versions.items())
    return "\n".join([*lines, *([f"versions        {made}"] if made else [])])


def chain_text(chain: Chain) -> str:
    """The chain that responses were drawn for."""
    leads = ", ".join(str(lead) for lead in chain.lead_time)
    return (
        f"ratio {chain.ratio:g}, lead times {leads} from the store up, forecast std"
        f" {chain.cv:g} of the mean, unmet demand {chain.unmet_demand}"
    )


def responses_text(responses: list[Response]) -> str:
    """Responses as lines of bars with their lowest and highest value."""
    lines = []
    for response in responses:
        lines += ["", f"{response.profile} ({int(response.missed.sum())} units missed)"]
        lines.append(_bars("demand", response.demand))
        for stage in range(len(response.safety_stock)):
            lines.append(_bars(f"safety stock, stage {stage}", response.safety_stock[stage]))
            lines.append(_bars("  textbook's", response.analytic[stage]))
            lines.append(_bars("  on hand", response.on_hand[stage]))
    return "\n".join(lines)


def _bars(name: str, values: Floats, digits: int = 1) -> str:
    some = values[np.linspace(0, len(values) - 1, min(WIDTH, len(values))).astype(int)]
    low, high = float(values.min()), float(values.max())
    level = (some - low) / (high - low) if high > low else np.zeros(len(some))
    drawn = "".join(BARS[round(float(x) * (len(BARS) - 1))] for x in level)
    return f"  {name:<22}{drawn}  {low:8.{digits}f} to {high:8.{digits}f}"


def curves_text(curves: list[tuple[str, pd.DataFrame]]) -> str:
    """Learning curves as bars, from the first to the last step."""
    lines = []
    for name, curve in curves:
        last = curve.iloc[-1]
        spent = f"{int(last['step']):,} steps in {last['seconds'] / 60:.1f} min"
        lines.append(f"{name}: {spent}, cost {last['relative']:.3f} of analytic")
        lines.append(_bars("cost over analytic", curve["relative"].to_numpy(), digits=3))
        for name in MORE:
            if name in curve:
                shares = 100 * curve[name].dropna().to_numpy()
                lines.append(_bars(f"{name.replace('_', ' ')}, %", shares))
    return "\n".join(lines)


def draw_responses(responses: list[Response], title: str, path: Path) -> None:
    """Draw responses as a picture (.png, .svg or .pdf); needs matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    n_stages = len(responses[0].safety_stock)
    figure = Figure(figsize=(3.6 * len(responses), 2.2 * (n_stages + 1)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(n_stages + 1, len(responses), sharex=True, sharey="row", squeeze=False)
    for column, response in enumerate(responses):
        top = axes[0][column]
        top.plot(response.demand, color="black", label="demand")
        top.plot(response.missed, color="tab:red", label="missed")
        top.set_title(response.profile)
        for stage in range(n_stages):
            axis = axes[stage + 1][column]
            axis.plot(response.on_hand[stage], color="tab:gray", alpha=0.6, label="on hand")
            axis.plot(response.analytic[stage], color="tab:blue", ls="--", label="textbook")
            axis.plot(response.safety_stock[stage], color="tab:orange", label="safety stock")
        axes[-1][column].set_xlabel("day")
    axes[0][0].set_ylabel("units")
    for stage in range(n_stages):
        axes[stage + 1][0].set_ylabel(f"stage {stage}, units")
    # "best", unless it is said, warns where looking for it takes a second, as on a busy machine.
    axes[0][0].legend(fontsize="small", loc="best")
    axes[1][0].legend(fontsize="small", loc="best")
    figure.suptitle(title)
    figure.savefig(path)
