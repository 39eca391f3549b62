"""A visitor's labelled texts: naive Bayes, and a network trained on them little by little, measured on texts kept back.

course = Course(texts, labels, Recipe(...))
while not course.done: course.update()
course.accuracy(), course.split.baseline
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from models.bag_classifiers import counts, naive_bayes
from models.descent import Descending, Descent
from models.loaders.labelled import Labelled
from models.network import UNKNOWN
from models.tasks.reviews import FARTHEST, LABELS, PAD, SentimentModel, written
from models.text import words
from models.told import Told

KEPT_BACK = 0.2
"""Share of the texts on which accuracy is measured; drawn by the seed."""

LONGEST, LARGEST_VOCABULARY = 60, 2_000
"""Words of a text that are read, and words that are known: the most frequent of the training texts."""


def example(count: int = 400) -> Labelled:
    """Reviews of our own language as if a visitor had brought them."""
    found = written(count, (1, FARTHEST), torch.Generator().manual_seed(4))
    return Labelled(
        tuple(" ".join(review.words) for review in found), tuple(review.label for review in found), LABELS, ()
    )  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """How the network is trained.

    Attributes:
        cell: "RNN", "LSTM" or "GRU".
        pooling: One of `models.tasks.reviews.POOLINGS`.
        hidden, inputs: H and D.
        updates, batch, rate: Of the training with Adam; the rate falls to 0 along half a cosine.
        seed: Of the texts that are kept back, the initial weights and the batches.
    """

    cell: str = "LSTM"
    pooling: str = "last"
    hidden: int = 32
    inputs: int = 24
    updates: int = 400
    batch: int = 32
    rate: float = 5e-3
    seed: int = 0


class Split:
    """Labelled texts, cut in two by a seed, as a network reads them.

    Attributes:
        vocabulary: Pad, `<unk>`, and the most frequent words of the texts for training.
        train, test: Ids (N, T), padded behind, lengths (N,) and labels (N,) of the texts for training and of those kept
            back: the same share of each label.

    Args:
        texts: As they were written.
        labels: 0 or 1 of each.
        generator: Draws which ones are kept back.

    Raises:
        ValueError: There are too few texts with words of one label.
    """

    def __init__(self, texts: Sequence[str], labels: Sequence[int], generator: torch.Generator) -> None:
        split = [words(text)[:LONGEST] for text in texts]
        pairs = [(tokens, label) for tokens, label in zip(split, labels, strict=True) if tokens]
        train, test = _divided(pairs, generator)
        seen = Counter(word for tokens, _ in train for word in tokens)
        self.vocabulary = (PAD, UNKNOWN, *(word for word, _ in seen.most_common(LARGEST_VOCABULARY)))
        self._tokens = train, test
        ids = {word: k for k, word in enumerate(self.vocabulary)}
        self.train, self.test = _rows(train, ids), _rows(test, ids)

    @cached_property
    def baseline(self) -> float:
        """Share of the texts kept back that naive Bayes judges rightly, in [0, 1]."""
        bags = [counts([tokens for tokens, _ in part], self.vocabulary) for part in self._tokens]
        truths = [np.array([label for _, label in part]) for part in self._tokens]
        return naive_bayes(bags[0], truths[0]).accuracy(bags[1], truths[1])

    @property
    def always(self) -> float:
        """The same for who always says the more frequent label."""
        truth = self.test[2].double().mean().item()
        return max(truth, 1 - truth)

    @property
    def trained_on(self) -> int:
        """How many texts there are to learn from."""
        return len(self.train[0])

    @property
    def tested(self) -> int:
        """How many are kept back."""
        return len(self.test[0])


def split(texts: Sequence[str], labels: Sequence[int], seed: int) -> Split:
    """The split that a training with this seed has: see `Split`."""
    return Split(texts, labels, torch.Generator().manual_seed(seed))


def _divided(pairs: list[tuple[list[str], int]], generator: torch.Generator) -> tuple[list, list]:
    train, test = [], []
    for label in (0, 1):
        own = [pair for pair in pairs if pair[1] == label]
        if len(own) < 2:
            raise ValueError(
                Told("Only {count} text(s) of one label have words, expected 2 or more of each label", count=len(own))
            )
        order = torch.randperm(len(own), generator=generator).tolist()
        kept = max(1, round(KEPT_BACK * len(own)))
        test += [own[k] for k in order[:kept]]
        train += [own[k] for k in order[kept:]]
    return train, test


def _rows(pairs: Sequence[tuple[list[str], int]], known: Mapping[str, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids (N, T), lengths (N,) and labels (N,)."""
    ids = [torch.tensor([known.get(word, 1) for word in tokens]) for tokens, _ in pairs]
    lengths = torch.tensor([len(row) for row in ids])
    return nn.utils.rnn.pad_sequence(ids, batch_first=True), lengths, torch.tensor([label for _, label in pairs])


class Course(Descending):
    """A training that goes on one update at a time.

    Attributes:
        recipe: What was asked.
        split: Which texts are learned and which are kept back.
        losses: One for each update, in nats.

    Args:
        texts, labels: See `Split`.
        recipe: How.

    Raises:
        ValueError: See `Split`.
    """

    def __init__(self, texts: Sequence[str], labels: Sequence[int], recipe: Recipe) -> None:
        self.recipe, self.losses = recipe, []
        self._generator = torch.Generator().manual_seed(recipe.seed)
        self.split = Split(texts, labels, self._generator)
        self._model = SentimentModel(
            recipe.cell, recipe.hidden, recipe.inputs, pooling=recipe.pooling, words=len(self.split.vocabulary)
        )
        self._model.initialise(self._generator, keep_bias=0.0 if recipe.cell == "RNN" else 1.0)
        super().__init__(Descent(self._model.parameters(), recipe.rate, recipe.updates))

    def update(self) -> None:
        """Makes one update.

        Raises:
            RuntimeError: It is done.
        """
        ids, lengths, labels = self.split.train
        rows = torch.randint(len(ids), (min(self.recipe.batch, len(ids)),), generator=self._generator)
        batch = ids[rows, : int(lengths[rows].max())]
        logits = self._model(batch)[torch.arange(len(rows)), lengths[rows] - 1]
        self._descent.update(nn.functional.cross_entropy(logits, labels[rows]))
        self.losses.append(self.loss)

    def accuracy(self) -> float:
        """Share of the texts kept back that the network judges rightly now, in [0, 1]."""
        ids, lengths, labels = self.split.test
        with torch.no_grad():
            logits = self._model(ids)[torch.arange(len(ids)), lengths - 1]
        return (logits.argmax(-1) == labels).double().mean().item()


@dataclass(frozen=True)
class Picture:
    """A training on a visitor's texts, seen after `step` updates.

    Attributes:
        step: Updates made.
        accuracy: Share of the texts kept back that are judged rightly, where no update followed; else None.
    """

    step: int
    accuracy: float | None


@dataclass(frozen=True)
class Assignment:
    """Learn labelled texts: see `models.pupil`; texts and labels are those of a `Split`."""

    texts: tuple[str, ...]
    labels: tuple[int, ...]
    recipe: Recipe

    @property
    def updates(self) -> int:
        """How many it takes."""
        return self.recipe.updates

    def begin(self) -> _Pupil:
        """The training, before its first update."""
        return _Pupil(self.texts, self.labels, self.recipe)


class _Pupil(Course):
    def look(self, *, last: bool) -> Picture:
        """How far it is; `last` measures it."""
        return Picture(self.step, self.accuracy() if last else None)
