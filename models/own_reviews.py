"""A visitor's labelled texts: naive Bayes, and a network trained on them little by little, measured on texts kept back.

course = Course(texts, labels, Recipe(...))
while not course.done: course.update()
course.accuracy(), course.baseline
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from models.bag_classifiers import counts, naive_bayes
from models.loaders.labelled import Labelled
from models.network import UNKNOWN
from models.tasks.reviews import FARTHEST, LABELS, PAD, SentimentModel, written
from models.text import words

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


class Course:
    """A training that goes on one update at a time.

    Attributes:
        recipe: What was asked.
        step: Updates made.
        losses: One for each, in nats.
        baseline: Share of the texts kept back that naive Bayes judges rightly, in [0, 1].
        always: The same for who always says the more frequent label.
        tested: How many texts are kept back; `trained_on`, how many are not.

    Raises:
        ValueError: There are too few texts with words of one label.
    """

    def __init__(self, texts: Sequence[str], labels: Sequence[int], recipe: Recipe) -> None:
        split = [words(text)[:LONGEST] for text in texts]
        pairs = [(tokens, label) for tokens, label in zip(split, labels, strict=True) if tokens]
        self.recipe, self.step, self.losses = recipe, 0, []
        self._generator = torch.Generator().manual_seed(recipe.seed)
        train, test = self._divided(pairs)
        seen = Counter(word for tokens, _ in train for word in tokens)
        self._vocabulary = (PAD, UNKNOWN, *(word for word, _ in seen.most_common(LARGEST_VOCABULARY)))
        self._ids = {word: k for k, word in enumerate(self._vocabulary)}
        self._train, self._test = self._rows(train), self._rows(test)
        self.trained_on, self.tested = len(train), len(test)
        truth = np.array([label for _, label in test])
        bags = [counts([tokens for tokens, _ in part], self._vocabulary) for part in (train, test)]
        self.baseline = naive_bayes(bags[0], np.array([label for _, label in train])).accuracy(bags[1], truth)
        self.always = float(max(truth.mean(), 1 - truth.mean()))
        self._model, self._optimizer = self._started()

    def _divided(self, pairs: list[tuple[list[str], int]]) -> tuple[list, list]:
        """Texts for training and texts kept back, the same share of each label."""
        train, test = [], []
        for label in (0, 1):
            own = [pair for pair in pairs if pair[1] == label]
            if len(own) < 2:
                raise ValueError(f"Only {len(own)} text(s) of one label have words, expected 2 or more of each label")
            order = torch.randperm(len(own), generator=self._generator).tolist()
            kept = max(1, round(KEPT_BACK * len(own)))
            test += [own[k] for k in order[:kept]]
            train += [own[k] for k in order[kept:]]
        return train, test

    def _rows(self, pairs: Sequence[tuple[list[str], int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Ids (N, T), lengths (N,) and labels (N,)."""
        ids = [torch.tensor([self._ids.get(word, 1) for word in tokens]) for tokens, _ in pairs]
        lengths = torch.tensor([len(row) for row in ids])
        return nn.utils.rnn.pad_sequence(ids, batch_first=True), lengths, torch.tensor([label for _, label in pairs])

    def _started(self) -> tuple[SentimentModel, torch.optim.Optimizer]:
        from torch import optim  # noqa: PLC0415  an optimizer costs 73 MB and 1.5 s: only who trains pays

        recipe = self.recipe
        model = SentimentModel(
            recipe.cell, recipe.hidden, recipe.inputs, pooling=recipe.pooling, words=len(self._vocabulary)
        )
        model.initialise(self._generator, keep_bias=0.0 if recipe.cell == "RNN" else 1.0)
        return model, optim.Adam(model.parameters(), lr=recipe.rate)

    @property
    def done(self) -> bool:
        """Whether all updates are made."""
        return self.step >= self.recipe.updates

    def update(self) -> None:
        """Makes one update.

        Raises:
            RuntimeError: It is done.
        """
        if self.done:
            raise RuntimeError(f"the training is done after {self.step} updates, expected one that goes on")
        for group in self._optimizer.param_groups:
            group["lr"] = self.recipe.rate * (1 + math.cos(math.pi * self.step / self.recipe.updates)) / 2
        ids, lengths, labels = self._train
        rows = torch.randint(len(ids), (min(self.recipe.batch, len(ids)),), generator=self._generator)
        batch = ids[rows, : int(lengths[rows].max())]
        self._optimizer.zero_grad()
        logits = self._model(batch)[torch.arange(len(rows)), lengths[rows] - 1]
        loss = nn.functional.cross_entropy(logits, labels[rows])
        loss.backward()
        nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self.losses.append(loss.item())
        self.step += 1

    def accuracy(self) -> float:
        """Share of the texts kept back that the network judges rightly now, in [0, 1]."""
        ids, lengths, labels = self._test
        with torch.no_grad():
            logits = self._model(ids)[torch.arange(len(ids)), lengths - 1]
        return (logits.argmax(-1) == labels).double().mean().item()
