"""How long safety stocks take: 100,000 products at three locations over 28 days.

python -m benchmarks.brains.speed [--products 100000] [--brain auto]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter

from benchmarks.machine import machine
from brain import find_brain
from scenarios.examples.bundled import retail_chain


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--brain", default="auto")
    args = parser.parse_args()
    print(machine())
    scenario = retail_chain(args.products, seed=1)
    brain = find_brain(args.brain)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        decided = brain(scenario)
        seconds.append(time.perf_counter() - started)
    print(f"{scenario.n_points:,} stock points: median {statistics.median(seconds):.2f} s of 5")
    deciders = Counter(decided.source.tolist()).most_common()
    print("decided by " + ", ".join(f"{name}: {count:,}" for name, count in deciders))


if __name__ == "__main__":
    main()
