"""Planning at scale: whole commands on chains of 200 to 100,000 products, three stages, 28 days.

    python -m benchmarks.scale [--sizes 200 1000 10000 100000] [--repeat 3] [--out
    docs/scale] python -m benchmarks.scale --against-monolith        # the same orders as
    the whole program? python -m benchmarks.scale --ray                     # 1 and 2
    workers, 100 on paper

Each size is a fresh `planner init` and fresh `planner plan` processes, the page for people
included; a figure is that of the plan of median time. Memory is the most that a command and all
that it starts hold at once. Results are kept in scale.json: sizes measured before stay if the
machine is the same. Tables go into docs/scale.md, where --out has it beside.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.scale import checks, text
from benchmarks.scale.picture import draw_scale
from benchmarks.scale.runs import Failed, Row, measure


class Results:
    """Results of this machine in ``scale.json``; written after each measurement."""

    def __init__(self, folder: Path | None):
        self.results: dict[str, Any] = {"machine": machine(), "sizes": []}
        self._folder = folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / "scale.json"
            found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
            if found.get("machine") == self.results["machine"]:
                self.results = found

    def keep(self, part: str, value: Any) -> None:
        """Keep a part, and bring table and picture up to date."""
        self.results[part] = value
        if self._folder is None:
            return
        told = json.dumps(self.results, indent=1)
        (self._folder / "scale.json").write_text(told + "\n", encoding="utf-8")
        if self.results["sizes"]:
            draw_scale(self.results["sizes"], self._folder / "scale.png")
        page = self._folder.parent / f"{self._folder.name}.md"
        if page.exists():
            page.write_text(pages(page.read_text(encoding="utf-8"), self.results), encoding="utf-8")

    def size(self, row: Row) -> None:
        """Keep a size in the place of an older measurement of it."""
        others = [old for old in self.results["sizes"] if old["products"] != row["products"]]
        self.keep("sizes", sorted([*others, row], key=lambda row: row["products"]))


def pages(page: str, results: dict[str, Any]) -> str:
    """The document with its tables up to date."""
    sizes = results["sizes"]
    page = text.fill(page, "machine", results["machine"])
    if sizes:
        told = [text.sizes_table(sizes), text.growth_text(sizes)]
        page = text.fill(page, "sizes", "\n\n".join(part for part in told if part))
        page = text.fill(page, "phases", text.phases_table(sizes))
    if results.get("monolith"):
        page = text.fill(page, "monolith", text.monolith_table(results["monolith"]))
    if results.get("workers"):
        page = text.fill(page, "workers", text.workers_table(results["workers"]))
    if paper := text.paper_table(sizes[-1]) if sizes else "":
        page = text.fill(page, "paper", paper)
    return page


def main() -> None:

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N")
    parser.add_argument("--repeat", type=int, default=3, help="plans of each size")
    parser.add_argument("--limit", type=float, default=3600, help="seconds that a command may take")
    parser.add_argument("--out", type=Path, help="folder of scale.json and scale.png")
    parser.add_argument("--plan", default="", help="more options of planner plan, in one word")
    parser.add_argument("--against-monolith", action="store_true")
    parser.add_argument("--ray", action="store_true")
    args = parser.parse_args()
    kept, options = Results(args.out), args.plan.split()
    print(kept.results["machine"], flush=True)
    try:
        if args.against_monolith:
            pairs = checks.against_monolith(args.sizes or checks.SIZES, options)
            kept.keep("monolith", pairs)
            print(text.monolith_table(pairs))
        if args.ray:
            size = max(args.sizes or [10_000])
            runs = checks.by_workers(size, options, args.repeat, args.limit)
            kept.keep("workers", runs)
            print(text.workers_table(runs))
            print(text.paper_table(runs[0]))
        if args.against_monolith or args.ray:
            return
        for size in args.sizes or list(text.YARDSTICKS):
            row = measure(size, options, args.repeat, args.limit)
            kept.size(row)
            print(text.sizes_table([row]), flush=True)
    except Failed as error:
        sys.exit(str(error))
    sizes = kept.results["sizes"]
    told = [
        text.sizes_table(sizes), text.growth_text(sizes), text.phases_table(sizes),
        text.paper_table(sizes[-1]),
    ]  # fmt: skip
    print("", *(part for part in told if part), sep="\n\n")


if __name__ == "__main__":
    main()
