"""The reference grid: what brains cost relative to textbook safety stocks.

Three stages, lead times 2, 3, 4, lost sales, two-sinusoid demand, holding 1 : 0.8 : 0.5, at each
missed-sale/holding ratio and each bound of the std, 200 days; orders in closed form. Every policy
meets the same demand, drawn from a seed that no training used. Costs of the brain relative to
planning on the means, to the newsvendor's safety stock at the retailer only and at all stages,
and to the analytic split, each with half its 95% interval.

    python -m benchmarks.brains [--brain auto] [--chains 1000] [--seed 4711]
    python -m benchmarks.brains --train     (a brain for each ratio, trained on this case
    alone)
"""

from __future__ import annotations

import argparse

from benchmarks.brains.long_run_cost import trained_for
from benchmarks.machine import machine
from brain.environments.training_chains import STD_BOUNDS, ReferenceChains
from brain.trained.registry import automatic, trained_brain
from brain.training.scores import RATIOS, SIGMAX, grid_point


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--brain", default="auto", help="auto, a name, or a file")
    parser.add_argument("--chains", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=4711)
    parser.add_argument("--ratios", type=float, nargs="+", default=RATIOS)
    parser.add_argument("--train", action="store_true", help="train for this case")
    parser.add_argument("--steps", type=int, default=500, help="of such a training")
    args = parser.parse_args()
    policy = automatic() if args.brain == "auto" else trained_brain(args.brain)
    if policy is None:
        raise SystemExit("no brain is shipped: python -m brain.training.ship")
    print(machine())
    rules = ("means", "retailer", "all stages", "analytic")
    print("\n| ratio | std < | " + " | ".join(f"over {rule}" for rule in rules) + " |")
    print("|" + "---|" * (2 + len(rules)))
    for ratio in args.ratios:
        if args.train:
            brain = trained_for(ReferenceChains(ratio, STD_BOUNDS), args.steps, seed=1)
        else:
            brain = policy.at(ratio)
        for sigmax in SIGMAX:
            point = grid_point(brain, ratio, sigmax, args.chains, args.seed)
            cells = [f"{share:.3f} ± {half:.3f}" for share, half in map(point.relative, rules)]
            print(f"| {ratio:g} | {sigmax} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
