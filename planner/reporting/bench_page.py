"""The report of the named problems: a leaderboard of policies for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from planner.reporting import charts
from planner.reporting.frame import Charts, page, tiles
from planner.reporting.html import Html, join, table, tag
from planner.results.read_result import lines_of, read_json, read_table, read_tables
from planner.text.numbers import count_text, difference_text, half, percent, short
from scenarios.catalogue import ENTRIES

NEEDED: dict[str, tuple[str, ...]] = {
    "leaderboard": (
        "problem", "rank", "policy", "n", "score", "low", "high", "of_oracle", "difference",
        "difference_low", "difference_high", "fill_rate", "perfect_days", "seconds", "note",
    ),
}  # fmt: skip


def bench_page(folder: Path) -> str:
    """The whole page, from the tables in the folder.

    Raises
    ------
    InputError
        If a table is missing or not as it was written.
    """
    facts = folder / "bench.json"
    if facts.is_file():  # before version 2 there was none
        read_json(facts)
    board = read_tables(folder, NEEDED, "planner bench")["leaderboard"]
    for name in ("problem", "policy", "note"):
        board[name] = board[name].astype(str)
    drawn = Charts()
    problems = list(board["problem"].drop_duplicates())
    sections = []
    for place, name in enumerate(problems):
        here = board[board["problem"] == name]
        sections.append((f"problem-{place}", name, _problem(name, here, drawn)))
    failed = folder / "failed.csv"
    if failed.is_file():
        sections.append(("failed", "Runs that failed", _failed(read_table(failed))))
    lead = _headline(board, problems) if problems else tag("p", "Every run failed.", class_="lead")
    footer = "All numbers are in leaderboard.csv and scores.csv beside this page."
    return page("Leaderboard", lead, sections, footer=footer, parts=drawn.parts)


def _headline(board: pd.DataFrame, problems: list[str]) -> Html:
    best = board[board["rank"] == 1]
    first = best["policy"].value_counts()
    told: list[object] = ["On ", count_text(len(problems), "problem"), ", "]
    if len(first):
        told += [tag("b", str(first.index[0])), f" is best on {first.iloc[0]}."]
    else:
        told += ["no policy was run."]
    facts = [
        (str(row.problem), str(row.policy), f"{short(row.score)} ({_unit(str(row.problem))})")
        for row in lines_of(best)
    ]
    return join([tag("p", *told, class_="lead"), tiles(*facts)])


def _unit(name: str) -> str:
    entry = ENTRIES.get(name)
    return "score" if entry is None else f"{entry.unit}, {entry.better}"


def _problem(name: str, board: pd.DataFrame, drawn: Charts) -> Html:
    entry = ENTRIES.get(name)
    rows = [
        charts.row(
            f"{row['policy']} (known)" if row["n"] == 0 else row["policy"], row["score"],
            row["low"], row["high"], colour=_colour(row), note=row["note"],
        )
        for row in board.to_dict("records")
    ]  # fmt: skip
    more: dict[str, Any] = {"cut": True}
    if entry is not None and entry.aim is not None:
        more |= {"aim": {"name": "aim", "value": float(entry.aim)}}
    chart = drawn.add(charts.bars("Score with its 95% interval", _unit(name), rows, **more))
    head = ["", "Policy", "Score", "Of the oracle's", "Paired difference to the first",
            "Demand met", "Seconds", "Source"]  # fmt: skip
    lines = [
        (
            int(row.rank) or "–", row.policy,
            short(row.score) + half(row.score - row.low),
            percent(row.of_oracle), _difference(row), percent(row.fill_rate), short(row.seconds),
            row.note,
        )
        for row in lines_of(board)
    ]  # fmt: skip
    said = "Light grey: published scores; dark grey: the oracle, who knows the demand ahead."
    grid = table(head, lines, numbers=[2, 3, 4, 5, 6])
    return join([chart, tag("p", said, class_="quiet"), grid])


def _difference(row: Any) -> str:
    if row.difference != row.difference:
        return "–"
    return f"{difference_text(row.difference)}{half(row.difference - row.difference_low)}"


def _colour(row: dict[Any, Any]) -> str:
    if row["n"] == 0:
        return "others"
    return "grey" if row["policy"] == "oracle" else "blue"


def _failed(failed: pd.DataFrame) -> Html:
    rows = [(row.problem, row.policy, row.error) for row in lines_of(failed)]
    return table(["Problem", "Policy", "Error"], rows)
