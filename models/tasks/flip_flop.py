"""The flip-flop: one bit that is set, reset and held.

Each step says *set*, *reset* or nothing, and after each step the network says the bit:

    bit_t = 1 after set,   0 after reset,   bit_{t-1} after nothing

The first step always says set or reset; each later one says either with probability 1/20 and nothing otherwise, so that a
bit is held for ten steps on average. It is the one-bit memory of digital electronics (there called an SR latch).
"""

import math

import torch
from torch import Tensor

from models.tasks.task import Example, Labelling, Marks, drawn_length

PULSES = 0.1
"""Share of the steps, but for the first, that say set or reset: half of each."""

SET, RESET, NOTHING = "set", "reset", "·"


class FlipFlop(Labelling):
    """See the head of this file."""

    title = "Flip-flop"
    rule = "Each step says “set”, “reset” or nothing. After each step the network says the bit that holds now, 1 or 0."
    why = (
        "The smallest memory: write a bit, hold it, overwrite it. Every cell learns it, as holding needs no more than two "
        "stable states; look at which unit holds the bit."
    )
    lengths = (30, 30)
    longest = 300
    tested = (10, 30, 100, 300)
    inputs = 2
    classes = ("0", "1")
    score = "share of steps whose bit is said rightly"

    def chance(self) -> Marks:
        """A coin: each bit is 0 or 1 alike, log 2 nats."""
        return Marks(0.5, math.log(2))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Steps (B, T, 2), 1 in the first column for set and in the second for reset; and bits (B, T)."""
        length = drawn_length(lengths, generator)
        pulse = torch.rand(size, length, generator=generator) < PULSES  # (B, T)
        pulse[:, 0] = True
        ones = torch.randint(2, (size, length), generator=generator)
        x = torch.stack([pulse & (ones == 1), pulse & (ones == 0)], -1).float()  # (B, T, 2)
        latest = torch.where(pulse, torch.arange(length), 0).cummax(1).values  # the step of the last pulse so far
        return x, ones.gather(1, latest)

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence, the bit after each step."""
        x, bits = self.batch(1, (length, length), generator)
        tokens = tuple(SET if on else RESET if off else NOTHING for on, off in x[0].tolist())
        return Example(tokens, x[0], self.names(bits[0]))
