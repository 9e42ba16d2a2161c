"""The leaderboard as text."""

from __future__ import annotations

from math import isnan
from typing import Any

from planner.experiments.bench import BenchResult
from planner.text.numbers import half, score
from scenarios.catalogue import ENTRIES, MAIN


def entries_text() -> str:
    """What problems there are; a star marks those that run by default."""
    width = max(map(len, ENTRIES))
    return "\n".join(
        f"{'*' if name in MAIN else ' '} {name:{width}}  {entry.about}"
        for name, entry in ENTRIES.items()
    )


def board_text(result: BenchResult) -> str:
    """A block for each problem, the best first."""
    blocks = []
    for problem, board in result.leaderboard.groupby("problem", sort=False):
        entry = ENTRIES[str(problem)]
        aim = "" if entry.aim is None else f"; aim {entry.aim:,g}"
        head = (
            "",
            "policy",
            entry.unit,
            "95% interval",
            "of oracle",
            "to first",
            "fill rate",
            "perfect",
            "s",
        )
        rows = [head, *(_row(row) for row in board.to_dict("records"))]
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        lines = [f"{problem}: {entry.about}", f"  {entry.unit}, {entry.better}{aim}"]
        for cells in rows:
            texts = [
                text.ljust(width) if i == 1 else text.rjust(width)
                for i, (text, width) in enumerate(zip(cells, widths, strict=True))
            ]
            lines.append("  " + "  ".join(texts).rstrip())
        blocks.append("\n".join(lines))
    for failed in result.failed.to_dict("records"):
        blocks.append(f"failed: {failed['problem']}, {failed['policy']}: {failed['error']}")
    return "\n\n".join(blocks)


def _row(row: dict[Any, Any]) -> tuple[str, ...]:
    note = f" ({row['note']})" if row["note"] else ""
    gap = ""
    if not isnan(row["difference"]):
        gap = score(row["difference"], "+")
        gap += half(row["difference_high"] - row["difference"], score)
    return (
        str(row["rank"]) if row["rank"] else "-",
        f"{row['policy']}{note}",
        score(row["score"]),
        half(row["high"] - row["score"], score).strip(),
        "" if isnan(row["of_oracle"]) else f"{row['of_oracle']:.3f}",
        gap,
        "" if isnan(row["fill_rate"]) else f"{row['fill_rate']:.1%}",
        "" if isnan(row["perfect_days"]) else f"{row['perfect_days']:.0%}",
        "" if isnan(row["seconds"]) else f"{row['seconds']:,.0f}",
    )


def board_markdown(result: BenchResult) -> str:
    """A Markdown table for each problem, the best first."""
    blocks = []
    for problem, board in result.leaderboard.groupby("problem", sort=False):
        entry = ENTRIES[str(problem)]
        aim = "" if entry.aim is None else f" Aim: {entry.aim:,g}."
        head = ["", "policy", f"{entry.unit} ({entry.better})", "95% interval", "of oracle"]
        head += ["to the first asked", "fill rate", "perfect days", "seconds"]
        rows = [head, ["---:", "---", *["---:"] * (len(head) - 2)]]
        rows += [list(_row(row)) for row in board.to_dict("records")]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
        blocks.append(f"## {problem}\n\n{entry.about}{aim} Source: {entry.source}.\n\n{table}")
    for failed in result.failed.to_dict("records"):
        blocks.append(f"{failed['problem']}, {failed['policy']} failed: {failed['error']}")
    return "\n\n".join(blocks) + "\n"
