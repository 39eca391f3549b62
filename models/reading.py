"""Reading: a small network reads a text, word by word, and everything that happened is kept.

The question is a few plain values, so it can be a link and a cache key; equal questions have equal answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from models.cells import GRU, Cell, open_cell
from models.network import WordModel, fresh
from models.tasks.agreement import VOCABULARY
from models.text import words
from models.trace import Trace, deviation, trace
from models.zoo import load

LONGEST = 512
"""Words that a network reads at most; the rest of a longer text is left out, and the answer says so."""

GUESSES = 6
"""Next words that are kept at each step, the most probable first."""

VARIANTS: dict[str, dict[str, str]] = {
    "RNN": {
        "torch": "tanh (PyTorch)",
        "relu": "ReLU",
        "sigmoid": "sigmoid",
        "identity": "linear",
    },
    "LSTM": {"torch": "h = o ∘ tanh(c) (PyTorch)", "no-tanh": "h = o ∘ c (Yang)"},
    "GRU": {
        "torch": "z keeps, reset after the product (PyTorch)",
        "turned": "z writes, reset after the product",
        "before": "z keeps, reset before the product",
        "lecture": "z writes, reset before the product (lectures)",
    },
}
"""Forms of each cell that papers and lectures use: key and what it says. "torch" is the form of `torch.nn`."""


@dataclass(frozen=True)
class Question:
    """Which network reads what.

    Attributes:
        text: any text; `models.text.words` splits it.
        cell: "RNN", "LSTM" or "GRU".
        trained: the network that ships, trained on number agreement; else an untrained one.
        hidden: H of an untrained network, 1 to 64; a trained one brings its own.
        seed: of an untrained network.
        variant: a key of `VARIANTS[cell]`.

    Raises:
        ValueError: a value is outside what is said here.
    """

    text: str
    cell: str = "LSTM"
    trained: bool = True
    hidden: int = 16
    seed: int = 0
    variant: str = "torch"

    def __post_init__(self) -> None:
        if self.cell not in VARIANTS:
            raise ValueError(f"cell is {self.cell!r}, expected one of {', '.join(VARIANTS)}")
        if self.variant not in VARIANTS[self.cell]:
            raise ValueError(f"variant is {self.variant!r}, expected one of {', '.join(VARIANTS[self.cell])}")
        if not 1 <= self.hidden <= 64:
            raise ValueError(f"hidden is {self.hidden}, expected 1 to 64")
        if not 0 <= self.seed < 2**31:
            raise ValueError(f"seed is {self.seed}, expected 0 to {2**31 - 1}")


@dataclass(frozen=True, eq=False)
class Reading:
    """What happened while a network read a text of T words.

    Attributes:
        tokens: the words read, in order, (T); `known` says which of them are in the vocabulary.
        left_out: words at the end of the text that were not read.
        trace: every value of every step.
        guesses: the most probable next words after each step, T lists, the most probable first.
        probabilities: of those words, (T, `GUESSES`).
        deviation: largest |difference| between the h of these equations and that of `torch.nn`; None where torch has
            no layer that computes this variant.
        apart: largest |difference| between the h of this variant and that of PyTorch's form with the same weights.
    """

    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    left_out: int
    trace: Trace
    guesses: list[list[str]]
    probabilities: NDArray[np.floating]
    deviation: float | None
    apart: float


def read(question: Question) -> Reading:
    """Let the network read the text.

    Raises:
        ValueError: the text holds no word at all.
    """
    tokens = words(question.text)
    if not tokens:
        raise ValueError("the text has no words: letters, digits or punctuation are needed")
    tokens, left_out = tokens[:LONGEST], max(0, len(tokens) - LONGEST)
    network = network_of(question)
    ids = network.encode(tokens)
    with torch.no_grad():
        x = network.embed(ids)  # (T, D)
        plain = trace(network.recurrent, x)
        shown = plain if question.variant == "torch" else trace(variant_of(network, question), x)
        scores = torch.softmax(network.head(torch.tensor(shown["h"])), -1)  # (T, K)
        best = scores.topk(min(GUESSES, scores.shape[1]))
    differs = float(np.abs(shown["h"] - plain["h"]).max())
    same = question.variant in ("torch", "turned")  # the same function of the text, so torch.nn is its oracle
    return Reading(
        tokens=tuple(tokens),
        known=tuple(token in network.vocabulary for token in tokens),
        left_out=left_out,
        trace=shown,
        guesses=[[network.vocabulary[k] for k in row] for row in best.indices.tolist()],
        probabilities=best.values.numpy(),
        deviation=max(differs, deviation(network.recurrent, x)) if same else None,
        apart=differs,
    )


def network_of(question: Question) -> WordModel:
    """The network that a question is about."""
    if question.trained:
        return load(f"agreement-{question.cell.lower()}")
    generator = torch.Generator().manual_seed(question.seed)
    return fresh(question.cell, VOCABULARY, question.hidden, question.hidden, generator).eval()


def variant_of(network: WordModel, question: Question) -> Cell:
    """The network's open cell in the form that the question asks for, with the same weights.

    Where z is turned round its weights change sign, as 1 - σ(a) = σ(-a): the same network, in the other notation.
    """
    cell, variant = open_cell(network.recurrent), question.variant
    if variant == "torch":
        return cell
    if isinstance(cell, GRU):
        cell = cell if variant == "before" else cell.turned()
        return cell if variant == "turned" else replace(cell, reset="before")
    return replace(cell, output="identity") if variant == "no-tanh" else replace(cell, nonlinearity=variant)
