"""The attribute table as text, in several formats."""

from __future__ import annotations

import io
import json

import pandas as pd

from scenarios.schema import schema_table

SHOWN = ("name", "type", "unit", "default", "meaning")


def schema_text(how: str = "table") -> str:
    """``planner schema`` in one of the formats table, markdown, csv and json."""
    table = schema_table().astype(str)
    if how == "csv":
        return table.to_csv(index=False).rstrip("\n")
    if how == "json":
        return json.dumps(table.to_dict("records"), indent=2, ensure_ascii=False)
    return _markdown(table) if how == "markdown" else _boxed(table)


def _markdown(table: pd.DataFrame) -> str:
    lines = []
    for name, part in table.groupby("table", sort=False):
        rows = part.drop(columns="table")
        lines += [f"## {name}", "", f"| {' | '.join(rows.columns)} |"]
        lines.append("|" + " --- |" * len(rows.columns))
        for row in rows.itertuples(index=False):
            cells = (str(cell).replace("|", "\\|") for cell in row)
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines).rstrip()


def _boxed(table: pd.DataFrame) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    text = io.StringIO()
    console = Console(file=text, width=max(100, Console().width))
    for name, part in table.groupby("table", sort=False):
        grid = Table(box=box.SIMPLE_HEAD, show_edge=False, title=str(name), title_justify="left")
        for column in SHOWN:
            grid.add_column(
                column, no_wrap=column == "name", ratio=1 if column == "meaning" else None
            )
        for row in part.to_dict("records"):
            mark = " (key)" if row["key"] else ""
            grid.add_row(*(Text(row[c] + (mark if c == "name" else "")) for c in SHOWN))
        console.print(grid)
        console.print()
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()).rstrip("\n")
