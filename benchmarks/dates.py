"""How good the shipped translators are on a file of dates that somebody else wrote, as they are and after learning from it.

Run with `python -m benchmarks.dates FILE`: pairs as `models/loaders/pairs.py` reads them, two thousand or more. The last
tenth is held out; networks learn from the rest. Two minutes of computing.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from models.date_rules import by_rules
from models.loaders.pairs import iso_dates, read
from models.tasks.dates import Pair
from models.translator import Translator
from models.translators import Fitting, Recipe, load, marks

LEARN_ON, LEARN_ANEW = 500, {True: 1500, False: 4000}
"""Updates on the file: of the weights that ship, and of fresh ones, with attention and without."""


def main(path: Path) -> None:
    """Print the table."""
    torch.set_num_threads(1)
    pairs = [Pair(source, target) for source, target in _sides(path)]
    cut = len(pairs) - len(pairs) // 10
    learn, held_out = pairs[:cut], pairs[cut:]
    print(f"torch {torch.__version__}, one thread; {len(learn):,} pairs to learn from, {len(held_out):,} held out\n")
    print("| who | updates on the file | CPU s | exact match |\n|---|---:|---:|---:|")
    right = sum(by_rules(pair.source) == pair.target for pair in held_out) / len(held_out)
    print(f"| rules | 0 | 0 | {100 * right:.2f}% |")
    for attention in (False, True):
        name = f"dates-{'attention' if attention else 'plain'}-64"
        model = load(name)
        _row(f"`{name}` as it ships", 0, 0.0, model, held_out)
        begin = model.state_dict()
        for title, updates, weights in (
            (f"`{name}`, learning on", LEARN_ON, begin),
            ("the same from scratch", LEARN_ANEW[attention], None),
        ):
            fitting, start = Fitting(Recipe(attention, updates=updates), learn, weights), time.process_time()
            while not fitting.done:
                fitting.update()
            _row(title, updates, time.process_time() - start, fitting.model.eval(), held_out)


def _sides(path: Path) -> Sequence[tuple[str, str]]:
    found = iso_dates(read(path.read_bytes()))
    return list(zip(found.sources, found.targets, strict=True))


def _row(title: str, updates: int, seconds: float, model: Translator, held_out: Sequence[Pair]) -> None:
    print(f"| {title} | {updates:,} | {seconds:.0f} | {100 * marks(model, held_out).exact:.2f}% |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
