"""The brains that can be named: a table of them, what each says about itself, and its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from brain.trained.manifest import Manifest
from brain.trained.registry import SHIPPED, brain_files, brain_path
from brain.trained.runtime import BUILT_IN, load_brain
from scenarios.arguments import Arguments
from scenarios.errors import InputError

COLUMNS = (
    "name", "origin", "ratio_low", "ratio_high", "stages", "lead_times", "cv_low", "cv_high",
    "unmet_demand", "algorithm", "file", "problem",
)  # fmt: skip


def brain_table() -> pd.DataFrame:
    """All brains that can be named: shipped ones and the user's own.

    Returns
    -------
    DataFrame
        One row per brain: name, origin (shipped or yours), the missed-sale/holding ratios it was
        trained for (ratio_low, ratio_high), stages, lead_times (periods, from .. to), cv_low,
        cv_high (std over mean of demand), unmet_demand, algorithm, file, and problem, which is
        blank unless the file is refused.

    Raises
    ------
    InputError
        If there is a file where the user's folder of brains should be.
    """
    rows = []
    for name, path in brain_files().items():
        row: dict[str, Any] = dict.fromkeys(COLUMNS)
        origin = "shipped" if path.parent == SHIPPED else "yours"
        row |= {"name": name, "origin": origin, "file": str(path), "problem": ""}
        try:
            row |= _domain(load_brain(path).manifest)
        except InputError as error:
            row["problem"] = error.findings[0].message
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _domain(manifest: Manifest) -> dict[str, Any]:
    domain = manifest.domain
    return {
        "ratio_low": domain.ratio[0],
        "ratio_high": domain.ratio[1],
        "stages": f"{domain.stages[0]} .. {domain.stages[1]}",
        "lead_times": f"{domain.lead_time[0]} .. {domain.lead_time[1]}",
        "cv_low": domain.cv[0],
        "cv_high": domain.cv[1],
        "unmet_demand": ", ".join(domain.unmet_demand),
        "algorithm": manifest.algorithm,
    }


def brain_manifest(name: str) -> Manifest:
    """What a brain says about itself: what it was trained on, how, and how it scored.

    Parameters
    ----------
    name : str
        Its name, or the path of its .onnx file.

    Returns
    -------
    Manifest

    Raises
    ------
    InputError
        If there is no such brain, or its file is refused.
    """
    return load_brain(_path("brain_manifest", name)).manifest


def export_brain(name: str, file: str | Path) -> Path:
    """Copy a brain to a file of its own: ONNX, with all about it in its metadata.

    Parameters
    ----------
    name : str
        Its name, or the path of its .onnx file.
    file : str or Path
        File to write; it must not exist.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If there is no such brain, its file is refused, or none can be called like ``file``.
    FileExistsError
        If the file is there already.
    """
    check = Arguments("export_brain")
    if check.path("file", file) and Path(file).stem in BUILT_IN:
        problem = f"a brain cannot be called {Path(file).stem}, for that is built in"
        check.add("file", problem, "choose another name", file)
    check.refuse()
    path = _path("export_brain", name)
    with Path(file).open("xb") as target:
        target.write(path.read_bytes())
    return Path(file)


def _path(call: str, name: str) -> Path:
    check = Arguments(call)
    check.text("name", name)
    check.refuse()
    return brain_path(name)
