"""Prints what naive Bayes and small networks make of a file of labelled texts: `python -m benchmarks.sentiment FILE`.

Seeds 0 to 2; each draws another fifth of the texts to be kept back. `UPDATES` are about half a minute of computing each.
"""

import sys
import time
from pathlib import Path
from statistics import mean

import torch

from models.loaders.labelled import read
from models.own_reviews import Course, Recipe

UPDATES = 8_000


def main(path: str) -> None:
    """Prints a line for each pooling."""
    torch.set_num_threads(1)
    found = read(Path(path).read_bytes())
    print(f"{len(found.texts)} texts; accuracy on the fifth kept back, seeds 0 to 2")
    for pooling in ("last", "mean"):
        rows = []
        for seed in range(3):
            course = Course(found.texts, found.labels, Recipe(pooling=pooling, seed=seed, updates=UPDATES))
            began = time.process_time()
            while not course.done:
                course.update()
            rows.append((course.split.baseline, course.accuracy(), time.process_time() - began))
        bayes, network, seconds = (mean(column) for column in zip(*rows, strict=True))
        each = " ".join(f"{a:.2f}/{b:.2f}" for a, b, *_ in rows)
        print(
            f"LSTM, {pooling}: {network:.3f}; naive Bayes {bayes:.3f} ({seconds:.0f} CPU s); "
            f"naive Bayes/LSTM by seed {each}"
        )


if __name__ == "__main__":
    main(sys.argv[1])
