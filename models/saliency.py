"""Saliency of tokens: how strongly one logit feels each word that was read (Simonyan et al. 2014; Li et al. 2016).

What is measured is the size of the gradient of one logit with respect to the vector of each word. It says how far a small
change of the vector would move the logit now. It does not say what the network knows: a state that is held firmly hardly
answers to small changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from models.gradients import Gradients
from models.network import WordModel
from models.reading import LONGEST
from models.text import words
from models.zoo import load

VERBS = ("was", "were")
"""The words between which number agreement decides."""


@dataclass(frozen=True)
class Asked:
    """Which logit of which trained network, after which words.

    Attributes:
        cell: "RNN", "LSTM" or "GRU".
        text: any text with a word in it; its first `models.reading.LONGEST` words are read.
        word: a word of the network's vocabulary: the logit is its own.
        against: another one whose logit is taken away; empty for none.
        after: how many words have been read when the network is asked; None stands for all words before the verb.
    """

    cell: str
    text: str
    word: str = "was"
    against: str = ""
    after: int | None = None


@dataclass(frozen=True, eq=False)
class Saliency:
    """The answer.

    Attributes:
        tokens: the words of the text.
        log10: log10 of the norm of the gradient for the vector of each word, (T,); -inf for those not read yet.
        after: how many words had been read.
        logit: what was differentiated.
        probability: of the word, as the network says it there.
    """

    tokens: tuple[str, ...]
    log10: NDArray[np.float64]
    after: int
    logit: float
    probability: float

    @property
    def shares(self) -> NDArray[np.float64]:
        """Each size as a share of the largest, (T,), 0 to 1."""
        largest = self.log10.max()
        return 10.0 ** (self.log10 - largest) if np.isfinite(largest) else np.zeros_like(self.log10)


def saliency(asked: Asked) -> Saliency:
    """How strongly the logit feels each word.

    Raises:
        ValueError: a text without words; a word outside the vocabulary; a place outside the text.
        KeyError: there is no such network.
    """
    tokens = tuple(words(asked.text)[:LONGEST])
    if not tokens:
        raise ValueError("the text has no words: letters, digits or punctuation are needed")
    after = before_verb(tokens) if asked.after is None else asked.after
    if not 1 <= after <= len(tokens):
        raise ValueError(f"after is {after}, expected 1 to {len(tokens)}: the text has {len(tokens)} word(s)")
    return of_model(load(f"agreement-{asked.cell.lower()}"), tokens, asked.word, asked.against, after)


def of_model(model: WordModel, tokens: tuple[str, ...], word: str, against: str, after: int) -> Saliency:
    """How strongly a logit of any word model feels each of the words that it has read; see `saliency`."""
    for name in (word, against) if against else (word,):
        if name not in model.vocabulary:
            raise ValueError(f"word is {name!r}, expected one of the {len(model.vocabulary)} words of the network")
    with torch.no_grad():
        x = model.embed(model.encode(tokens[:after]))  # (t, D)
        h = model.recurrent(x)[0][-1]
        logits = model.head(h)
        row = model.head.weight[model.vocabulary.index(word)]  # (H,): dlogit/dh_t
        logit = logits[model.vocabulary.index(word)]
        if against:
            row = row - model.head.weight[model.vocabulary.index(against)]
            logit = logit - logits[model.vocabulary.index(against)]
        dh = torch.zeros(after, len(row))
        dh[-1] = row
        probability = torch.softmax(logits, -1)[model.vocabulary.index(word)]
    log10 = np.full(len(tokens), -np.inf)
    log10[:after] = Gradients(model.recurrent, x, dh).inputs().log10_norm
    log10.flags.writeable = False  # all sessions share an answer
    return Saliency(tokens, log10, after, float(logit), float(probability))


def before_verb(tokens: Sequence[str]) -> int:
    """How many words stand before the first "was" or "were" that has a word before it; all, if there is none."""
    return next((place for place, token in enumerate(tokens) if place and token in VERBS), len(tokens))
