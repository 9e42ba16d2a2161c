"""A tiny input folder as text, to be spoiled by tests."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import Finding, InputError
from scenarios.model.scenario import Scenario

GOOD = {
    "products.csv": "product,missed_sale_cost,holding_cost\nA,5,1\nB,6,1\n",
    "locations.csv": "location,storage_capacity\nShop,10\nDepot,\n",
    "lanes.csv": "origin,destination,lead_time\nMaker,Depot,2\nDepot,Shop,1\n",
    "forecast.csv": (
        "product,location,date,mean,std\n"
        "A,Shop,2026-01-05,1,0.5\n"
        "A,Shop,2026-01-06,2,0.5\n"
        "A,Shop,2026-01-07,3,0.5\n"
        "B,Shop,2026-01-05,4,0\n"
        "B,Shop,2026-01-06,5,0\n"
        "B,Shop,2026-01-07,6,0\n"
    ),
    "inventory.csv": "product,location,on_hand\nA,Shop,7\nB,Depot,8\n",
    "settings.yaml": "period: D\ncurrency: EUR\n",
}


def write(folder: Path, **changes: str | bytes | None) -> Path:
    """Write the good input with some files changed (None: left out); ``a__csv`` is a.csv."""
    files: dict[str, str | bytes | None] = dict(GOOD)
    files |= {name.replace("__", "."): content for name, content in changes.items()}
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        if content is not None:
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(data)
    return folder


def findings(folder: Path) -> tuple[Finding, ...]:
    """All findings about an input that cannot be used."""
    try:
        Scenario.read(folder)
    except InputError as error:
        return error.findings
    raise AssertionError("the input was accepted")


def errors(folder: Path) -> list[Finding]:
    """Only the errors."""
    return [finding for finding in findings(folder) if finding.severity == "error"]
