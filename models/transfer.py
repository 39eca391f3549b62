"""How many labels does a language model save? Accuracy against the number of labelled reviews, with it and without.

    python -m models.transfer           # runs the experiment: some minutes on one core; writes checkpoints/transfer.json
    from models import transfer
    transfer.known()["accuracy"]["fine-tuned"]["10"]    # of each seed

The corpus was designed so that reading helps. A review names six things, each with an adjective behind it::

    food lalo room betu view nami ...

The adjectives are 160 made-up words, half of them friendly and half of them not. A review is friendly or not as a whole:
each adjective comes from its set, but for `NOISE` of them. Nobody says which word belongs to which set. Who has ten labelled
reviews has seen at most 60 of the 160 adjectives. But whoever wants to foretell the *next* adjective of a review has to
find out which words go together, and for that no label is needed.

A language model reads 20,000 reviews without labels (Dai & Le 2015; Howard & Ruder 2018). Then its embedding and its
recurrent layer are the start of a classifier ("fine-tuned"), or all that it has but for the head ("frozen"). The classifier
"from scratch" has the same size and the same updates. Naive Bayes counts words in the labelled reviews.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.descent import Descent
from models.network import UNKNOWN, WordModel

CHECKPOINTS = Path(__file__).parent / "checkpoints"

THINGS = ("food", "room", "view", "staff", "price", "music", "light", "garden")
"""What a review speaks of; they tell nothing."""

SET = 80
"""Made-up adjectives of each kind."""

OPINIONS, NOISE = 6, 0.03
"""Adjectives of a review, and the share of them that comes from the other set."""

UNLABELLED, HELD_OUT = 20_000, 2_000
"""Reviews that the language model reads, and those on which accuracy is measured."""

LABELS = (10, 30, 100, 300, 1_000)
SEEDS = range(5)
WAYS = ("fine-tuned", "frozen", "from scratch", "naive Bayes")

HIDDEN, INPUTS = 48, 24
READING, READING_BATCH, READING_RATE = 2_500, 64, 1e-2
UPDATES, BATCH, RATE = 150, 32, 5e-3

_DATA_SEED = 4_200_000


def _made_up() -> tuple[str, ...]:
    """160 words of two syllables, none of which is English but by chance; the order is shuffled, so no letter tells."""
    syllables = [c + v for c in "bdfklmnprst" for v in "aeiou"]
    pairs = [a + b for a in syllables for b in syllables if a != b]
    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(_DATA_SEED)).tolist()
    return tuple(pairs[k] for k in order[: 2 * SET])


ADJECTIVES = _made_up()
"""The first half is friendly, the second half is not."""

VOCABULARY = (UNKNOWN, *THINGS, *ADJECTIVES)

_FIRST = 1 + len(THINGS)  # the id of the first adjective


def reviews(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Word ids (N, 12) of reviews, and which of them are friendly, (N,) of 0 and 1."""
    friendly = torch.randint(2, (count,), generator=generator)
    wrong = torch.rand(count, OPINIONS, generator=generator) < NOISE
    kind = torch.where(wrong, friendly[:, None], 1 - friendly[:, None])  # 0: from the friendly set
    words = torch.randint(SET, (count, OPINIONS), generator=generator) + SET * kind + _FIRST
    things = torch.randint(len(THINGS), (count, OPINIONS), generator=generator) + 1
    return torch.stack([things, words], -1).flatten(1), friendly


def language_model(seed: int, updates: int = READING) -> tuple[WordModel, list[float]]:
    """A language model that has read the unlabelled reviews, and its loss in nats a word, mean of each tenth of the way."""
    generator = torch.Generator().manual_seed(seed)
    text, _ = reviews(UNLABELLED, torch.Generator().manual_seed(_DATA_SEED + 1))
    model = _fresh(generator)
    descent, losses = Descent(model.parameters(), READING_RATE, updates), []
    while not descent.done:
        rows = text[torch.randint(len(text), (READING_BATCH,), generator=generator)]
        logits = model(rows[:, :-1])
        descent.update(nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()))
        losses.append(descent.loss)
    return model, [float(part.mean()) for part in np.array_split(losses, min(10, updates))]


def classify(way: str, read: WordModel, labels: int, seed: int, updates: int = UPDATES) -> float:
    """Learn from labelled reviews, and give the share of held-out reviews that is right, in [0, 1].

    Args:
        way: One of `WAYS`.
        read: The language model; from scratch it gives the size only.
        labels: How many labelled reviews there are.
        seed: Which ones, and of all else that is drawn.
        updates: Of the weights.

    Raises:
        ValueError: There is no such way, or there are no labels.
    """
    if way not in WAYS or labels < 1:
        raise ValueError(f"way is {way!r} with {labels} labels, expected one of {', '.join(WAYS)} with 1 or more")
    generator = torch.Generator().manual_seed(1_000 + seed)
    text, friendly = reviews(labels, generator)
    tested, truth = reviews(HELD_OUT, torch.Generator().manual_seed(_DATA_SEED + 2))
    if way == "naive Bayes":
        said = _naive_bayes(text.numpy(), friendly.numpy())(tested.numpy())
        return float((said == truth.numpy()).mean())
    model = _trained_classifier(way, read, text, friendly, generator, updates)
    with torch.no_grad():
        return (model(tested).argmax(-1) == truth).double().mean().item()


class _Classifier(nn.Module):
    """The embedding and the recurrent layer of a language model, and a head that reads the last state."""

    def __init__(self, start: WordModel, generator: torch.Generator) -> None:
        super().__init__()
        self.embedding, self.recurrent = start.embedding, start.recurrent
        self.head = nn.utils.skip_init(nn.Linear, HIDDEN, 2)
        with torch.no_grad():
            for weight in self.head.parameters():
                weight.uniform_(-(HIDDEN**-0.5), HIDDEN**-0.5, generator=generator)

    def forward(self, ids: Tensor) -> Tensor:
        """Word ids (B, T) to logits (B, 2)."""
        return self.head(self.recurrent(self.embedding(ids))[0][:, -1])


def _trained_classifier(
    way: str, read: WordModel, text: Tensor, friendly: Tensor, generator: torch.Generator, updates: int
) -> _Classifier:
    start = _fresh(generator)
    if way != "from scratch":
        start.load_state_dict({name: weight.clone() for name, weight in read.state_dict().items()})
    model = _Classifier(start, generator)
    descent = Descent((model.head if way == "frozen" else model).parameters(), RATE, updates)
    while not descent.done:
        rows = torch.randint(len(text), (min(BATCH, len(text)),), generator=generator)
        descent.update(nn.functional.cross_entropy(model(text[rows]), friendly[rows]))
    return model


def _naive_bayes(text: NDArray, friendly: NDArray) -> Callable[[NDArray], NDArray]:
    """Counts of words in each class, one added to each; see `models.bag_classifiers` for the same on words."""
    counts = np.ones((2, len(VOCABULARY)))
    for kind in (0, 1):
        np.add.at(counts[kind], text[friendly == kind].ravel(), 1)
    log = np.log(counts / counts.sum(1, keepdims=True))
    prior = np.log((np.bincount(friendly, minlength=2) + 1) / (len(friendly) + 2))
    return lambda rows: (log[:, rows].sum(-1) + prior[:, None]).argmax(0)


def _fresh(generator: torch.Generator) -> WordModel:
    model = WordModel("LSTM", VOCABULARY, HIDDEN, INPUTS)
    model.initialise(generator, keep_bias=1.0)
    return model


def experiment(seeds: range = SEEDS, reading: int = READING, updates: int = UPDATES) -> dict[str, Any]:
    """All of it: see `known`."""
    found: dict[str, dict[str, list[float]]] = {way: {str(n): [] for n in LABELS} for way in WAYS}
    losses = []
    for seed in seeds:
        read, course = language_model(seed, reading)
        losses.append(course)
        for way in WAYS:
            for labels in LABELS:
                found[way][str(labels)].append(classify(way, read, labels, seed, updates))
    return {
        "command": "python -m models.transfer",
        "torch": torch.__version__,
        "reading": reading,
        "updates": updates,
        "losses": losses,
        "accuracy": found,
    }


def known(folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What the experiment found, from its file.

    Returns:
        `accuracy` by way and by number of labels, a share in [0, 1] for each seed; `losses` of the language models, nats
        a word in each tenth of their reading, by seed; `reading` and `updates`, how many updates.
    """
    return json.loads((folder / "transfer.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    torch.set_num_threads(1)
    CHECKPOINTS.joinpath("transfer.json").write_text(json.dumps(experiment(), indent=1) + "\n", encoding="utf-8")
