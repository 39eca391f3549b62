"""Parity: has the number of ones so far been even or odd?

    bit_t = 0 or 1 by a coin,   answer after each step: (bit_1 + … + bit_t) mod 2

A memory of one bit is enough, but every 1 must turn it over and every 0 must leave it alone: an XOR of input and memory
at each step. One mistake, and all later answers are wrong. No bit may be overlooked, so half a solution is worth nothing.
"""

import math

import torch
from torch import Tensor

from models.tasks.task import Example, Labelling, Marks, drawn_length


class Parity(Labelling):
    """See the head of this file."""

    title = "Parity"
    rule = "Bits come in. After each one the network says whether the number of ones so far is even or odd."
    why = (
        "One bit of memory that the input must turn over: the memory is computed with, not only kept. The curve stays at "
        "chance, then falls all at once."
    )
    lengths = (20, 20)
    longest = 300
    tested = (10, 20, 50, 100, 200, 300)
    inputs = 1
    classes = ("even", "odd")
    score = "share of steps whose parity is said rightly"

    def chance(self) -> Marks:
        """A coin: even and odd are equally frequent after every step, log 2 nats."""
        return Marks(0.5, math.log(2))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Bits (B, T, 1) as 0.0 and 1.0, and the parity after each, (B, T), 1 for odd."""
        bits = torch.randint(2, (size, drawn_length(lengths, generator)), generator=generator)
        return bits[..., None].float(), bits.cumsum(1) % 2

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence, the parity after each bit."""
        x, parity = self.batch(1, (length, length), generator)
        return Example(tuple(f"{bit:.0f}" for bit in x[0, :, 0].tolist()), x[0], self.names(parity[0]))
