"""How often does each cell learn number agreement? Prints a table: the shipped recipe with other seeds.

Run from the repository's root: `python -m benchmarks.seeds` (four seeds a cell, about 7 minutes on one core), or
`python -m benchmarks.seeds 8` for eight.
"""

import sys
from dataclasses import replace
from typing import cast

import torch

from models.network import WordModel
from models.tasks.agreement import accuracy_at
from models.training import restore, train
from models.zoo import ZOO

DISTANCES = (3, 5, 10, 15, 30)


def main() -> None:
    """Train every cell from every seed and print its accuracy by distance, row by row."""
    torch.set_num_threads(1)
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    print(f"torch {torch.__version__}, one thread; 500 held-out sentences at each distance\n")
    print("| cell | seed | shipped | " + " | ".join(f"{distance} words" for distance in DISTANCES) + " |")
    print("|---|---:|---|" + "---:|" * len(DISTANCES))
    for shipped in ZOO.values():
        for seed in range(seeds):
            run = replace(shipped.run, seed=seed)
            *_, last = train(run)
            model = cast(WordModel, restore(run, last))
            shares = [accuracy_at(model, distance)["all"] for distance in DISTANCES]
            mark = "yes" if run == shipped.run else ""
            print(
                f"| {run.cell} | {seed} | {mark} | " + " | ".join(f"{share:.1%}" for share in shares) + " |", flush=True
            )


if __name__ == "__main__":
    main()
