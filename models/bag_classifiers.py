"""Bags of words as judges: naive Bayes and logistic regression. They know which words a text has, not in which order.

    judge = naive_bayes(counts(texts, vocabulary), labels)
    judge.log_odds(counts([text], vocabulary))      # log P(1 | bag) - log P(0 | bag)

Both are straight lines: a weight for each word, added up over the bag, plus one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Judge:
    """A weight for each word.

    Attributes:
        weights: (V,), what each occurrence of a word adds to the log-odds of class 1, in nats.
        bias: What stands there before any word.
    """

    weights: NDArray[np.float64]
    bias: float

    def log_odds(self, bags: NDArray) -> NDArray[np.float64]:
        """Of bags (N, V) or (V,): above 0 says class 1; (N,) or a number, in nats."""
        return bags @ self.weights + self.bias

    def accuracy(self, bags: NDArray, labels: NDArray) -> float:
        """Share of the bags (N, V) whose label (N,) of 0 and 1 it says, in [0, 1]."""
        return float(((self.log_odds(bags) > 0) == (labels == 1)).mean())


def counts(texts: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> NDArray[np.float32]:
    """How often each word of a vocabulary stands in each text, (N, V); other words are left out."""
    places = {word: k for k, word in enumerate(vocabulary)}
    found = np.zeros((len(texts), len(vocabulary)), np.float32)
    for row, text in enumerate(texts):
        for word in text:
            if word in places:
                found[row, places[word]] += 1
    return found


def naive_bayes(bags: NDArray, labels: NDArray) -> Judge:
    """Multinomial naive Bayes on single words, one added to every count (Manning et al. 2008, chapter 13).

    Args:
        bags: (N, V).
        labels: (N,) of 0 and 1.

    Raises:
        ValueError: A class has no text.
    """
    sizes = np.array([(labels == k).sum() for k in (0, 1)])
    if not sizes.all():
        raise ValueError(f"the classes have {sizes[0]} and {sizes[1]} texts, expected 1 or more of each")
    likelihood = np.stack([bags[labels == k].sum(0, dtype=float) + 1 for k in (0, 1)])  # (2, V)
    log = np.log(likelihood / likelihood.sum(1, keepdims=True))
    return Judge(log[1] - log[0], float(np.log(sizes[1] / sizes[0])))


def logistic(bags: NDArray, labels: NDArray, penalty: float = 1.0, most: int = 25) -> Judge:
    """Logistic regression by Newton's steps, with `penalty` / 2 times the squared weights; fit for some hundred words.

    Args:
        bags: (N, V).
        labels: (N,) of 0 and 1.
        penalty: On the weights, not on the bias.
        most: Steps at most; it ends where a step moves no weight by more than 1e-8.
    """
    x = np.concatenate([bags, np.ones((len(bags), 1))], 1).astype(float)  # (N, V + 1)
    ridge = np.full(x.shape[1], float(penalty))
    ridge[-1] = 1e-9
    w = np.zeros(x.shape[1])
    for _ in range(most):
        p = 1 / (1 + np.exp(-x @ w))
        slope = x.T @ (p - labels) + ridge * w
        bend = (x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    return Judge(w[:-1], float(w[-1]))
