"""The echo: say the bit of k steps ago.

    bit_t = 0 or 1 by a coin,   answer after step t: bit_{t-k},   for t = k + 1 … k + 20

The *lag* is k. New bits keep coming while the old ones wait, so a network has to hold k + 1 bits in order and move them
up by one place at every step: a queue, not a latch. A second input is 0 for the first k steps and 1 as soon as an answer
is due; it says what the lag is, so sequences of unlike lags are one well-posed task. (Jaeger's short-term memory task,
2001, with bits, and trained through time.)
"""

import math

import torch
from torch import Tensor

from models.tasks.task import NOT_ASKED, Example, Labelling, Marks, drawn_length

ASKED = 20
"""Steps of a sequence at which an answer is due, whatever the lag."""


class Echo(Labelling):
    """See the head of this file."""

    title = "Echo"
    rule = (
        "Bits come in. The network says the bit of k steps ago, from the first step that has one; a second input tells "
        "that an answer is due."
    )
    why = (
        "Many bits at once, in order, and no rest: what counts is how much the state can hold. A network learns the lags "
        "that it was trained with, and no other."
    )
    unit = "steps of lag"
    lengths = (5, 5)
    longest = 100
    tested = (1, 2, 3, 4, 5, 6, 8, 10)
    inputs = 2
    classes = ("0", "1")
    score = "share of echoed bits that are right"

    def chance(self) -> Marks:
        """A coin, log 2 nats."""
        return Marks(0.5, math.log(2))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Steps (B, k + 20, 2): the bit, and whether an answer is due; and the bit of k steps ago, (B, k + 20)."""
        lag = drawn_length(lengths, generator)
        bits = torch.randint(2, (size, lag + ASKED), generator=generator)
        due = (torch.arange(lag + ASKED) >= lag).expand_as(bits)
        x = torch.stack([bits, due], -1).float()
        return x, torch.where(due, bits.roll(lag, 1), NOT_ASKED)

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence, the echo below each bit that has one."""
        x, old = self.batch(1, (length, length), generator)
        return Example(tuple(f"{bit:.0f}" for bit in x[0, :, 0].tolist()), x[0], self.names(old[0]))
