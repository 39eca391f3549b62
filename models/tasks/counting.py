"""Counting: strings a^n b^n, and after each letter, what may come next?

    a   a   a   b   b   b          n = 3
    any any any b   b   end

After an a both letters may follow; after a b, another b as long as there were fewer than a's, and then the end. Only at
the last step does the answer depend on n, so a network must count up with every a and down with every b (Gers &
Schmidhuber 2001, who accept a string if the network is right at each of its steps, as we do). There is one string for
each n, so the strings of trained n are all known from training; the question is what happens at larger n.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from models.tasks.task import NOT_ASKED, Example, Labelling, Marks

LETTERS = "ab"
ANY, MORE, END = "a or b", "b", "end"


class Counting(Labelling):
    """See the head of this file."""

    title = "Counting"
    rule = (
        "The network reads some a's and as many b's. After each letter it says what may follow: “a or b”, “b” or “end”."
    )
    why = (
        "A counter that nobody built: the memory of an LSTM goes up with each a and down with each b, and goes on doing so "
        "beyond the lengths of training. A GRU and an RNN have no memory without a bound; watch where they lose count."
    )
    unit = "a's"
    lengths = (1, 10)
    longest = 200
    tested = (1, 2, 5, 8, 10, 12, 15, 20, 30, 50)
    inputs = len(LETTERS)
    classes = (ANY, MORE, END)
    score = "share of strings that are right at every step"

    def chance(self) -> Marks:
        """One distribution over the three classes at all steps, their frequencies for n = 1 to 10: never a whole string."""
        return self._chance(range(self.lengths[0], self.lengths[1] + 1))

    def chance_at(self, length: int) -> Marks:
        """The frequencies of the three classes for one n."""
        return self._chance(range(length, length + 1))

    def _chance(self, counts: range) -> Marks:
        steps = 2 * sum(counts)
        shares = (0.5, 0.5 - len(counts) / steps, len(counts) / steps)
        return Marks(0.0, -sum(p * math.log(p) for p in shares if p > 0))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Letters (B, T, 2), one-hot, and classes (B, T). Each row has its own n; zeros behind it, nothing asked."""
        return strings(torch.randint(lengths[0], lengths[1] + 1, (size,), generator=generator))

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the likeliest class is the right one at every step of a string, (B,)."""
        return ((outputs.argmax(-1) == targets) | (targets == NOT_ASKED)).all(1)

    def accuracy(self, model: Any, lengths: tuple[int, int]) -> float:  # noqa: ANN401 - as in Task
        """Share of the trained n whose string is right at every step."""
        return self._share(model, torch.arange(lengths[0], lengths[1] + 1))

    def accuracy_at(self, model: Any, length: int) -> float:  # noqa: ANN401 - as in Task
        """1 if the string of this n is right at every step, else 0."""
        return self._share(model, torch.tensor([length]))

    def _share(self, model: nn.Module, counts: Tensor) -> float:
        letters, classes = strings(counts)
        with torch.no_grad():
            return self.right(model(letters), classes).double().mean().item()

    def example(self, length: int, generator: torch.Generator) -> Example:  # noqa: ARG002 - there is only one
        """The string of one n."""
        letters, classes = strings(torch.tensor([length]))
        return Example(tuple(LETTERS[k] for k in letters[0].argmax(-1).tolist()), letters[0], self.names(classes[0]))


def strings(counts: Tensor) -> tuple[Tensor, Tensor]:
    """The strings a^n b^n for n in `counts`, (B,): letters (B, T, 2) and classes (B, T), T twice the largest n."""
    n = counts[:, None]  # (B, 1)
    step = torch.arange(1, 2 * int(counts.max()) + 1)  # (T,)
    letters = torch.stack([step <= n, (step > n) & (step <= 2 * n)], -1).float()
    classes = torch.where(step <= n, 0, torch.where(step < 2 * n, 1, 2))
    return letters, classes.masked_fill(step > 2 * n, NOT_ASKED)
