"""N-grams: the next token from the few before it, by counting. The baseline of every language model.

    model = NGram.fit(ids, classes=65, order=5)
    model.surprise(ids).mean()              # nats per token
    model.distribution([3, 1, 4])           # (K,), sums to 1

Counts are smoothed by interpolation (Witten & Bell 1991; Chen & Goodman 1998, section 2.5): with c(ctx, w) how often a token
followed a context and n(ctx) how many *different* tokens did,

    P(w | ctx) = (c(ctx, w) + n(ctx) P(w | shorter ctx)) / (c(ctx) + n(ctx)),

down to 1 / K under the unigram. A context never met adds nothing: the shorter one speaks. No number has to be chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Level:
    """The n-grams of one order. Each has a number, its place in `keys`; as a context of the next order it goes by that.

    Attributes:
        keys: number of the context · (K + 1) + token, sorted, (G,). The empty context is number 0.
        counts: How often each was met, (G,).
        totals: Of each context, how many tokens followed it, (C,).
        kinds: Of each context, how many different ones, (C,).
    """

    keys: Ids
    counts: Ids
    totals: Ids
    kinds: Ids

    def number(self, keys: Ids) -> Ids:
        """The numbers of n-grams by their keys, (N,); -1 for one that was never met."""
        places = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        return np.where(self.keys[places] == keys, places, -1)


class NGram:
    """A smoothed n-gram model over K tokens; `fit` makes one.

    Attributes:
        order: n: it looks at the n - 1 tokens before. 1 is the unigram, 2 the bigram.
        classes: K.
    """

    def __init__(self, order: int, classes: int, levels: Sequence[_Level]) -> None:
        self.order, self.classes, self._levels = order, classes, tuple(levels)

    @classmethod
    def fit(cls, ids: ArrayLike, classes: int, order: int) -> NGram:
        """Counts a text.

        Args:
            ids: (N,), each from 0 to K. K itself marks a place where a text begins: it is seen as context and never said.
            classes: K.
            order: n, 1 or more.

        Raises:
            ValueError: The order is below 1, there is no id, or one is out of range.
        """
        tokens = _checked(ids, classes)
        if order < 1 or not tokens.size:
            raise ValueError(f"order is {order} and there are {tokens.size} ids, expected 1 or more of each")
        model, contexts = cls(order, classes, ()), np.zeros(tokens.size, dtype=np.int64)
        for _ in range(order):
            there = contexts >= 0
            if not there.any():  # the text is shorter than the order: longer contexts have nothing to add
                break
            keys, counts = np.unique(contexts[there] * (classes + 1) + tokens[there], return_counts=True)
            owners, said = keys // (classes + 1), keys % (classes + 1) < classes
            size = model._levels[-1].keys.size if model._levels else 1  # every n-gram one shorter is a context
            totals = np.bincount(owners[said], weights=counts[said], minlength=size).astype(np.int64)
            level = _Level(keys, counts, totals, np.bincount(owners[said], minlength=size))
            model._levels = (*model._levels, level)
            contexts = model._after(contexts, tokens, level)
        return model

    def shorter(self, order: int) -> NGram:
        """The same counts, fewer tokens before.

        Raises:
            ValueError: The order is not between 1 and its own.
        """
        if not 1 <= order <= self.order:
            raise ValueError(f"order is {order}, expected 1 to {self.order}")
        return NGram(order, self.classes, self._levels[:order])

    def surprise(self, ids: ArrayLike) -> NDArray[np.float64]:
        """-log P of each token given those before it, in nats, (N,); NaN where a text begins."""
        tokens = _checked(ids, self.classes)
        chance, contexts = np.full(tokens.size, 1 / self.classes), np.zeros(tokens.size, dtype=np.int64)
        for level in self._levels:
            chance = self._mixed(level, contexts, tokens, chance)
            contexts = self._after(contexts, tokens, level)
        return np.where(tokens < self.classes, -np.log(chance), np.nan)

    def distribution(self, before: ArrayLike) -> NDArray[np.float64]:
        """P of every token after these, (K,)."""
        tokens = np.append(_checked(before, self.classes), 0)  # what stands at the last place does not matter
        every, chance = np.arange(self.classes), np.full(self.classes, 1 / self.classes)
        contexts = np.zeros(tokens.size, dtype=np.int64)
        for level in self._levels:
            chance = self._mixed(level, np.full(self.classes, contexts[-1]), every, chance)
            contexts = self._after(contexts, tokens, level)
        return chance

    @property
    def size(self) -> int:
        """Different n-grams counted, of all orders."""
        return sum(level.keys.size for level in self._levels)

    def _after(self, contexts: Ids, tokens: Ids, level: _Level) -> Ids:
        """The contexts of the next order: of each token, the n-gram that ends right before it; -1 where it is unknown."""
        keys = np.where(contexts >= 0, contexts * (self.classes + 1) + tokens, -1)
        return np.concatenate([[-1], level.number(keys)[:-1]])

    def _mixed(self, level: _Level, contexts: Ids, tokens: Ids, chance: NDArray[np.float64]) -> NDArray[np.float64]:
        """P of tokens by one order more: counts of this order, mixed with what the shorter one says."""
        known = np.where(contexts >= 0, contexts, 0)
        totals = np.where(contexts >= 0, level.totals[known], 0)
        kinds = np.where(contexts >= 0, level.kinds[known], 0)
        found = level.number(np.where(contexts >= 0, contexts * (self.classes + 1) + tokens, -1))
        counts = np.where(found >= 0, level.counts[found], 0)
        return np.where(totals > 0, (counts + kinds * chance) / np.maximum(totals + kinds, 1), chance)


def _checked(ids: ArrayLike, classes: int) -> Ids:
    tokens = np.asarray(ids, dtype=np.int64)
    if tokens.ndim != 1 or (tokens.size and not 0 <= tokens.min() <= tokens.max() <= classes):
        raise ValueError(f"ids have shape {tokens.shape}, expected (N,), each from 0 to K = {classes}")
    return tokens
