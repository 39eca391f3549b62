"""Embeddings: the vectors that a trained network gave its words, before and after training, in a plane and as neighbours.

    found = embedded("LSTM")
    look_up(found.after, 24)            # one-hot times matrix, and the row: the same numbers
    plane(found.after).points           # (V, 2), the best view that a plane can give
    neighbours(found.after, 24, 5)      # the nearest words by cosine
    together(found)                     # of each group: how often the nearest word is of the same group

The networks are those of `models.zoo` that learned number agreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from models.network import WordModel
from models.tasks import TASKS, agreement
from models.zoo import ZOO, load

GROUPS: Mapping[str, tuple[str, ...]] = {
    "one animal": tuple(agreement.ANIMALS),
    "many animals": tuple(agreement.ANIMALS.values()),
    "one place": tuple(agreement.PLACES),
    "many places": tuple(agreement.PLACES.values()),
    "verbs without an object": agreement.RESTED,
    "verbs with an animal": agreement.CHASED,
    "verbs with food": agreement.ATE,
    "food": agreement.FOOD,
    "adjectives": agreement.ADJECTIVES,
    "prepositions": agreement.PREPOSITIONS,
    "predicates": agreement.PREDICATES,
    "adverbs": (*agreement.ADVERBS, *agreement.MANNERS),
}
"""The words of the language by what they do in it; articles, signs, "was" and "were" are in none."""

GROUPED: tuple[str, ...] = tuple(word for words in GROUPS.values() for word in words)
"""The words of all groups."""

_GROUP = {word: name for name, words in GROUPS.items() for word in words}


@dataclass(frozen=True, eq=False)
class Embedded:
    """The embedding of one network.

    Attributes:
        words: The V words; a word's row is its place.
        before: (V, D), as training found them: N(0, 1) from the run's seed.
        after: (V, D), as training left them.
    """

    words: tuple[str, ...]
    before: NDArray[np.float32]
    after: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Plane:
    """The best view that a plane gives of vectors (principal component analysis).

    Attributes:
        points: (N, 2), where each vector falls on the plane, its mean at 0.
        shares: (D,), the share of the variance along each axis, the largest first.
    """

    points: NDArray[np.float64]
    shares: NDArray[np.float64]


def embedded(cell: str) -> Embedded:
    """The words of the trained network of a cell, before and after training.

    Raises:
        KeyError: There is no such network.
    """
    name = f"agreement-{cell.lower()}"
    model, run = load(name), ZOO[name].run
    untrained = cast(WordModel, TASKS[run.task].network(run, torch.Generator().manual_seed(run.seed)))
    rows = [network.embedding.weight.detach().numpy() for network in (untrained, model)]
    for row in rows:
        row.flags.writeable = False
    return Embedded(model.vocabulary, *rows)


def look_up(matrix: NDArray[np.float32], place: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A one-hot row times the matrix (V, D), and the row itself, (D,) each.

    Raises:
        IndexError: There is no such row.
    """
    if not 0 <= place < len(matrix):
        raise IndexError(f"place is {place}, expected 0 to {len(matrix) - 1}")
    one_hot = torch.zeros(1, len(matrix))
    one_hot[0, place] = 1
    product = one_hot @ torch.tensor(matrix)  # (1, V) (V, D): all other rows times 0
    return product[0].numpy(), matrix[place]


def plane(vectors: NDArray) -> Plane:
    """Principal component analysis by the singular value decomposition of the centred vectors (N, D).

    The axes' signs are free; each is turned so that its largest number is positive.

    Raises:
        ValueError: Fewer than two vectors or two dimensions, a number that is none, or all vectors alike.
    """
    values = np.asarray(vectors, dtype=float)
    if values.ndim != 2 or min(values.shape) < 2 or not np.isfinite(values).all():
        raise ValueError(f"vectors has shape {values.shape}, expected (N, D) finite numbers, 2 or more of each")
    centred = values - values.mean(0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    variance = sizes**2
    if not variance.sum() > 0:
        raise ValueError("all vectors are alike, expected some that differ")
    points = centred @ axes[:2].T
    points *= np.sign(points[np.abs(points).argmax(0), [0, 1]])
    return Plane(points, variance / variance.sum())


def cosines(vectors: NDArray) -> NDArray[np.float64]:
    """The cosine between every two rows of (N, D): (N, N)."""
    values = np.asarray(vectors, dtype=float)
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    return unit @ unit.T


def neighbours(vectors: NDArray, place: int, count: int) -> list[tuple[int, float]]:
    """The rows nearest to a row by cosine, the nearest first, each with its cosine; the row itself is left out."""
    row = cosines(vectors)[place]
    order = [int(k) for k in np.argsort(-row, kind="stable") if k != place]
    return [(k, float(row[k])) for k in order[:count]]


def group(word: str) -> str:
    """The group of a word; "" if it has none."""
    return _GROUP.get(word, "")


def together(found: Embedded, *, trained: bool = True) -> dict[str, float]:
    """Of each group, the share of its words whose nearest word by cosine is of the same group, in [0, 1].

    Only words that have a group are looked at. Whoever throws dice gets about the group's share of all words.
    """
    places = [found.words.index(word) for word in GROUPED]
    near = cosines((found.after if trained else found.before)[places])
    np.fill_diagonal(near, -2)
    names = np.array([_GROUP[word] for word in GROUPED])
    same = names[near.argmax(1)] == names
    return {name: float(same[names == name].mean()) for name in GROUPS}


def gap(found: Embedded, one: str, other: str, *, trained: bool = True) -> float:
    """How far the means of two groups are from each other, measured in the mean distance of their words from them.

    Raises:
        KeyError: There is no such group.
    """
    matrix = found.after if trained else found.before
    means, spreads = [], []
    for name in (one, other):
        rows = matrix[[found.words.index(word) for word in GROUPS[name]]].astype(float)
        means.append(rows.mean(0))
        spreads.append(np.linalg.norm(rows - rows.mean(0), axis=1).mean())
    return float(np.linalg.norm(means[0] - means[1]) / np.mean(spreads))
