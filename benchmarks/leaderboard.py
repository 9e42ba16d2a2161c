"""The leaderboard of `docs/leaderboard.md`: one problem of each kind, with its command.

    python -m benchmarks.leaderboard [NAME ...] --out docs/leaderboard [--share 0.1]

writes a Markdown file and a picture for each problem. ``--share`` takes so many of the episodes.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.machine import machine
from planner.commands.text.bench import board_markdown
from planner.experiments.bench import bench
from planner.reporting.pictures import draw_leaderboard
from scenarios.catalogue import ENTRIES, MAIN


def page(name: str, policies: list[str], n_paths: int, workers: int, picture: Path) -> str:
    """Run a problem; what the page says about it."""
    command = f"planner bench {name} --policies {','.join(policies)} --seeds {n_paths}"
    result = bench([name], policies, n_paths, workers=workers)
    draw_leaderboard(result.leaderboard, picture)
    told = board_markdown(result).rstrip().removeprefix("#")
    return f"{told}\n\n{machine()}\n\n    {command}\n\n![{name}]({picture.name})\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--policies", help="with commas between; default: those of the entry")
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    unknown = [name for name in args.names if name not in ENTRIES]
    if unknown:
        sys.exit(f"no such problem: {', '.join(unknown)}")
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.names or MAIN:
        entry = ENTRIES[name]
        policies = args.policies.split(",") if args.policies else list(entry.policies)
        n_paths = max(2, round(args.share * entry.n_paths))
        told = page(name, policies, n_paths, args.workers, args.out / f"{name}.png")
        (args.out / f"{name}.md").write_text(told, encoding="utf-8")
        print(told, flush=True)


if __name__ == "__main__":
    main()
