"""How taggers fare on a collection: `python -m benchmarks.tagging TRAIN TEST [UPDATES]`; on those that ship without files.

Both files go through the loader of the page. Networks: a Bi-RNN on whole words and one on words and characters, the page's
own training. Prints accuracy of all, known and unknown words, and entity precision, recall and F1 in percent.
"""

import sys
import time
from pathlib import Path

import torch

from models import tagging
from models.loaders import columns
from models.tagging import Fitting, MostFrequent, Recipe, as_said, marks, says, words_of


def show(name: str, found: dict, seconds: float = 0.0) -> None:
    """Prints the marks of one tagger."""
    cells = (f"{100 * found.get(key, 0):6.2f}" for key in ("every", "known", "unknown", "precision", "recall", "f1"))
    print(f"{name:<16}", *cells, f"{seconds:6.1f} s" if seconds else "")


def collection(train: Path, test: Path, updates: int) -> None:
    """Prints how baselines and networks fare on a test file."""
    past, future = columns.read(train.read_bytes()), columns.read(test.read_bytes())
    texts, gold = [s.words for s in past.sentences], [s.tags for s in past.sentences]
    asked, truth = [s.words for s in future.sentences], [s.tags for s in future.sentences]
    known, what = words_of(texts, gold), "marks" if past.entities else "parts"
    simple = MostFrequent(texts, gold, known)
    common = max(known.heads[0], key=lambda tag: sum(row.count(tag) for row in gold))
    show(f"always {common}", marks(asked, truth, [(common,) * len(w) for w in asked], known))
    show("most frequent", marks(asked, truth, [as_said(simple.says(w), what) for w in asked], known))
    for kind in ("both", "characters"):
        start = time.process_time()
        fitting = Fitting(Recipe(kind, updates=updates, hide=0.1), known, texts, [gold])
        fitting.run()
        seconds = time.process_time() - start
        said = says(fitting.model.eval(), asked)[0]
        show(kind, marks(asked, truth, [as_said(tags, what) for tags in said], known), seconds)


def shipped() -> None:
    """Prints the marks of the networks that ship."""
    for name, found in tagging.baselines().items():
        show(name, found["marks"])
    for kind in tagging.KINDS:
        show(kind, tagging.facts(f"tagging-{kind}")["marks"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    if len(sys.argv) > 2:
        collection(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 900)
    else:
        shipped()
