"""What a training has written down about itself: cost over steps and time, by brain."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from scenarios.errors import Finding, InputError

FIELDS = ("cost", "relative", "seconds")
MORE = ("perfect_days", "overstock_days", "understock_days")
"""Told where the training wrote it down; earlier versions did not."""


def learning_curves(folder: Path) -> list[tuple[str, pd.DataFrame]]:
    """Curves of all brains of a training.

    Parameters
    ----------
    folder : Path
        As ``planner train --out`` writes it: TensorBoard events in a folder for each brain.

    Returns
    -------
    list of (name, DataFrame)
        Columns: step, cost (per chain and period), relative (to analytic), seconds; and shares
        of days, where they are known.

    Raises
    ------
    InputError
        If nothing was written down there, or what reads it is not installed.
    """
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        remedy = "pip install 'echelon-planner[train]'"
        raise InputError([Finding("train", "tensorboard is not installed", remedy)]) from None
    curves = []
    for events in sorted({path.parent for path in folder.glob("*/events.out.tfevents.*")}):
        told = EventAccumulator(str(events)).Reload()
        if not set(FIELDS) <= set(told.Tags()["scalars"]):
            continue
        names = [*FIELDS, *(name for name in MORE if name in told.Tags()["scalars"])]
        columns = {
            name: {event.step: event.value for event in told.Scalars(name)} for name in names
        }
        table = pd.DataFrame(columns).sort_index().rename_axis("step").reset_index()
        curves.append((events.name, table.dropna(subset=list(FIELDS))))
    if not curves:
        problem, remedy = "there is no training", "name a folder that planner train has written"
        raise InputError([Finding(str(folder), problem, remedy)])
    return curves
