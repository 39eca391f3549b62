"""A language model of somebody's own text: the text cut in two, n-grams counted on one part, a network trained on it.

    corpus = Corpus.of(text, letters=True)
    fitting = Fitting(TextRecipe("LSTM"), corpus)
    while not fitting.done:
        fitting.update()
    fitting.held_out(), corpus.counted(5)       # nats per token on the tenth that neither has seen

`python -m models.own_text FILE [CELL] [UPDATES] [HIDDEN]` does that for the characters of a file and prints both.
"""

from __future__ import annotations

import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.descent import Descending, Descent
from models.language_model import Sampling, sample
from models.network import RECURRENT, UNKNOWN
from models.next_token import START, NextToken
from models.ngrams import NGram
from models.text import words
from models.told import Told

LEAST = {True: 500, False: 120}
"""Tokens of a text at least: characters, or words."""

KEPT_WORDS = 2000
"""Words of a vocabulary at most; the rarer ones are `<unk>`."""

KEPT_LETTERS = 200
"""Characters of a vocabulary at most."""

SHARE = 0.1
"""The end of a text that is held out."""

LOOKS, LOOKED_AT = 20, 4000
"""How often a training is measured on its way, and on how many held-out tokens; the last time on all of them."""

WARMTH, WRITTEN = 0.8, {True: 200, False: 40}
"""Temperature of what a network writes when it is measured, and how many tokens at most: characters, or words."""

_EVALUATED = 20_000  # held-out tokens at most on which a page measures
_STRETCH = 1000  # tokens of a stretch of these that is read at once, the state carried through


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text as token ids, cut in two.

    Attributes:
        vocabulary: The K tokens, `<unk>` first, then the most frequent first.
        past: What one may learn from, (N,).
        held: What is held out and measured, (M,): from where the end of the text begins.
        letters: Tokens are characters, not words.
        unknown: Share of the held-out tokens that are not in the vocabulary, which is that of the past.
        characters: Characters of the held-out part that is measured.
        left_out: Tokens beyond the most that are used.
    """

    vocabulary: tuple[str, ...]
    past: NDArray[np.int64]
    held: NDArray[np.int64]
    letters: bool
    unknown: float
    characters: int
    left_out: int

    @classmethod
    def of(cls, text: str, *, letters: bool, most: int = 500_000, measured: int = _EVALUATED) -> Corpus:
        """Cuts a text.

        Args:
            text: Any.
            letters: Tokens are characters, else words as `models.text.words` splits them.
            most: Tokens that are used; the rest is left out.
            measured: Tokens of the held-out part that are looked at, from its beginning on.

        Raises:
            ValueError: It is too short to learn from.
        """
        every = list(text) if letters else words(text)
        if len(every) < LEAST[letters]:
            raise ValueError(
                Told(
                    "The text has {count:,} characters, expected at least {least} to learn from"
                    if letters
                    else "The text has {count:,} words, expected at least {least} to learn from",
                    count=len(every),
                    least=LEAST[letters],
                )
            )
        used = every[:most]
        cut = round(len(used) * (1 - SHARE))
        kept = Counter(used[:cut]).most_common((KEPT_LETTERS if letters else KEPT_WORDS) - 1)
        vocabulary = (UNKNOWN, *(token for token, _ in kept if token != UNKNOWN))
        places = {token: k for k, token in enumerate(vocabulary)}
        ids = np.array([places.get(token, 0) for token in used], dtype=np.int64)
        held = used[cut:][:measured]
        characters = len(held) if letters else sum(map(len, held)) + len(held)
        unknown = float((ids[cut:][:measured] == 0).mean())
        return cls(vocabulary, ids[:cut], ids[cut:][:measured], letters, unknown, characters, len(every) - len(used))

    def __getstate__(self) -> dict[str, object]:
        """What is sent to a process: the counts stay here, which are larger than the text and made from it."""
        return {name: value for name, value in self.__dict__.items() if name != "_counted"}

    @cached_property
    def _counted(self) -> NGram:
        return NGram.fit(self.past, len(self.vocabulary), 5)

    def counted(self, order: int) -> float:
        """Nats per held-out token of an n-gram counted on the past, orders 1 to 5."""
        return float(self._counted.shorter(order).surprise(self.held).mean())


@dataclass(frozen=True)
class TextRecipe:
    """How a network learns a text.

    Attributes:
        cell: "RNN", "LSTM" or "GRU".
        hidden: H.
        inputs: D.
        batch: B, stretches in an update.
        length: T, tokens of a stretch.
        learning_rate: Of Adam at the start; it falls to 0 in a straight line.
        updates: How many.
        seed: Of the initial weights and of every batch.

    Raises:
        ValueError: There is no such cell, or a number is out of its range.
    """

    cell: str = "LSTM"
    hidden: int = 64
    inputs: int = 32
    batch: int = 16
    length: int = 64
    learning_rate: float = 1e-2
    updates: int = 600
    seed: int = 0

    def __post_init__(self) -> None:
        if self.cell not in RECURRENT:
            raise ValueError(
                Told("cell is {cell}, expected one of {known}", cell=repr(self.cell), known=", ".join(RECURRENT))
            )
        for name in ("hidden", "inputs", "batch", "length", "updates"):
            if getattr(self, name) < 1:
                raise ValueError(Told("{name} is {value}, expected 1 or more", name=name, value=getattr(self, name)))
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(
                Told("{name} is {value}, expected more than 0", name="learning_rate", value=self.learning_rate)
            )
        if not 0 <= self.seed < 2**63:
            raise ValueError(Told("seed is {seed}, expected 0 or more", seed=self.seed))


class Fitting(Descending):
    """A training on a text that goes on one update at a time, each on stretches that begin anywhere in the past.

    Each stretch begins with the zero vector and knows nothing of what stood before it.

    Attributes:
        recipe: How.
        corpus: What.
        network: As it is now.
        losses: Nats per token of the batch of each update, before it.
        measured: Nats per held-out token, by updates made, where `held_out` was asked.
    """

    def __init__(self, recipe: TextRecipe, corpus: Corpus) -> None:
        self.recipe, self.corpus = recipe, corpus
        self.losses: list[float] = []
        self.measured: dict[int, float] = {}
        self._generator = torch.Generator().manual_seed(recipe.seed)
        self._ids = torch.from_numpy(corpus.past)
        self.network = NextToken(recipe.cell, corpus.vocabulary, recipe.hidden, recipe.inputs)
        self.network.initialise(self._generator, float(recipe.cell != "RNN"))
        super().__init__(Descent(self.network.parameters(), recipe.learning_rate, recipe.updates, decay="linear"))

    def update(self) -> None:
        """Draws stretches and makes one update.

        Raises:
            RuntimeError: It is done.
        """
        length = min(self.recipe.length, len(self._ids) - 1)
        places = torch.randint(len(self._ids) - length + 1, (self.recipe.batch, 1), generator=self._generator)
        targets = self._ids[places + torch.arange(length)]  # (B, T)
        self._descent.update(_surprise(self.network(_inputs(targets)), targets).mean())
        self.losses.append(self.loss)

    def held_out(self, most: int | None = None) -> float:
        """Nats per held-out token now. Stretches of 1,000 tokens are read from the zero vector on, the state carried through.

        Args:
            most: Tokens that are read, from the first held-out one on; all of them if not given.
        """
        ids = torch.from_numpy(self.corpus.held)[:most]
        total = 0.0
        with torch.no_grad():
            whole = len(ids) // _STRETCH * _STRETCH
            for rows in (ids[:whole].view(-1, _STRETCH), ids[whole:][None]):
                if rows.numel():
                    total += _surprise(self.network(_inputs(rows)), rows).double().sum().item()
        self.measured[self.step] = total / len(ids)
        return self.measured[self.step]


@dataclass(frozen=True, eq=False)
class Picture:
    """A network that learns a text, seen after `step` updates.

    Attributes:
        step: Updates made.
        measured: Nats per held-out token by updates made: see `LOOKS`.
        wrote: Tokens that the network wrote when it was last measured, `<eos>` at the end if it came; none at first.
    """

    step: int
    measured: Mapping[int, float]
    wrote: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Assignment:
    """Learn a text: see `models.pupil`."""

    recipe: TextRecipe
    corpus: Corpus

    @property
    def updates(self) -> int:
        """How many it takes."""
        return self.recipe.updates

    def begin(self) -> _Pupil:
        """The training, before its first update."""
        return _Pupil(self.recipe, self.corpus)


class _Pupil(Fitting):
    """It is measured on the way, at equal distances in updates."""

    def __init__(self, recipe: TextRecipe, corpus: Corpus) -> None:
        super().__init__(recipe, corpus)
        self._wrote: tuple[str, ...] = ()
        self.held_out(LOOKED_AT)

    def update(self) -> None:
        super().update()
        if self.step % max(self.recipe.updates // LOOKS, 1) == 0 and not self.done:
            self.held_out(LOOKED_AT)
            self._write()

    def look(self, *, last: bool) -> Picture:
        """What it knows now; `last` measures it on everything that is held out."""
        if last:
            self.held_out()
            self._write()
        return Picture(self.step, dict(self.measured), self._wrote)

    def _write(self) -> None:
        asked = Sampling(WARMTH, longest=WRITTEN[self.corpus.letters])
        self._wrote = sample(self.network, asked).tokens


def _inputs(targets: Tensor) -> Tensor:
    """What is read to say targets (B, T): the zero vector, then all of them but the last."""
    return torch.cat([torch.full((len(targets), 1), START), targets[:, :-1]], 1)


def _surprise(logits: Tensor, targets: Tensor) -> Tensor:
    """-log P of each target, (B · T,)."""
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")


def report(text: str, recipe: TextRecipe) -> Iterator[str]:
    """Trains on the characters of a text and says how it goes, a line at a time."""
    corpus = Corpus.of(text, letters=True, most=len(text), measured=len(text))
    yield f"{len(corpus.past):,} characters to learn from, {len(corpus.vocabulary)} different; {len(corpus.held):,} measured"
    for order in (1, 2, 5):
        yield f"{order}-gram: {corpus.counted(order):.3f} nats"
    fitting, begun = Fitting(recipe, corpus), time.process_time()
    while not fitting.done:
        fitting.update()
        if fitting.step % max(recipe.updates // 8, 1) == 0:
            spent = time.process_time() - begun
            yield f"{recipe.cell}, update {fitting.step}: {fitting.held_out():.3f} nats, {spent:.0f} CPU s"


if __name__ == "__main__":
    torch.set_num_threads(1)
    file, *rest = sys.argv[1:]
    cell, updates, hidden = (*rest, *("LSTM", "4000", "128")[len(rest) :])
    asked = TextRecipe(cell, int(hidden), updates=int(updates))
    sys.stdout.writelines(f"{line}\n" for line in report(Path(file).read_text("utf-8"), asked))
