"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Input = Annotated[Path, typer.Argument(help="Folder of tables, or an .xlsx workbook.")]
Brain = Annotated[str, typer.Option(help="Who decides the safety stocks: auto, analytic, none.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the random numbers.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
