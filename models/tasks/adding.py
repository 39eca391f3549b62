"""The adding problem: two of many numbers are marked; what is their sum?

    value_t ~ U(0, 1),   mark_t = 1 at one step of the first half and at one of the second, else 0
    answer after step T: the sum of the two marked values

All other values are noise. Always saying 1 has a mean squared error of 1/6, the variance of a sum of two U(0, 1); who
keeps one value and guesses the other has half of that (Hochreiter & Schmidhuber 1997, experiment 4; values in [0, 1] and
one mark in each half as in Le et al. 2015, section 4.1). An answer counts as right within 0.08: the 0.04 of Hochreiter and
Schmidhuber, whose answers span 1 where ours span 2.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.tasks.task import Example, Marks, Task, drawn_length, written

TOLERANCE = 0.08
"""How far from the true sum an answer may be."""


class Adding(Task):
    """See the head of this file."""

    title = "Adding problem"
    rule = (
        "Each step has a number between 0 and 1. Two of them are marked, one in each half. After the last step the network "
        "says the sum of the two."
    )
    why = (
        "A number, not a bit, must be kept over many steps. The loss waits at 1/6, the error of always saying 1; GRU and "
        "LSTM break away from it, a plain RNN hardly ever does."
    )
    lengths = (50, 50)
    shortest = 2
    longest = 300
    tested = (10, 20, 50, 75, 100, 200)
    inputs = 2
    score = "share of sums within 0.08"
    loss_name = "mean squared error"

    def chance(self) -> Marks:
        """Always 1: right where the sum, whose density is a triangle over 0 to 2, is within 0.08 of its peak."""
        return Marks(1 - (1 - TOLERANCE) ** 2, 1 / 6)

    def baselines(self) -> Mapping[str, Marks]:
        """Who remembers one value and guesses 1/2 for the other."""
        return {"one value and a half": Marks(2 * TOLERANCE, 1 / 12)}

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Steps (B, T, 2): the value and its mark; and the sums, (B,)."""
        length = drawn_length(lengths, generator)
        half = length // 2
        values = torch.rand(size, length, generator=generator)
        first = torch.randint(half, (size, 1), generator=generator)
        second = torch.randint(half, length, (size, 1), generator=generator)
        marks = torch.zeros(size, length).scatter_(1, torch.cat([first, second], 1), 1)
        return torch.stack([values, marks], -1), (values * marks).sum(1)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean squared error after the last step, of outputs (B, T, 1)."""
        return nn.functional.mse_loss(outputs[:, -1, 0], targets)

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the answer after the last step is within 0.08 of the sum, (B,)."""
        return (outputs[:, -1, 0] - targets).abs() < TOLERANCE

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence, a star behind each marked value, the sum at its end."""
        x, total = self.batch(1, (length, length), generator)
        tokens = tuple(written(value, ".2f") + "*" * int(mark) for value, mark in x[0].tolist())
        return Example(tokens, x[0], (*[""] * (length - 1), written(total.item(), ".2f")))
