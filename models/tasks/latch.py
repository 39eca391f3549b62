"""The long-lag latch: a class is shown at the first step, noise follows, and at the last step the class is asked for.

    x_1 = (±1, 0),   x_t = (0, N(0, 1)) for t = 2 … T,   answer after x_T: + or −?

The *lag* is T, the number of steps. The noise has a line of its own and knows nothing of the class, so a network needs no
cleverness to tell the two apart: it carries one bit over the noise, or says the class by a coin. It is solved, or at 50 %
(after Bengio et al. 1994, section III, and the noisy sequences of Hochreiter & Schmidhuber 1997, section 5.3).
"""

import math

import torch
from torch import Tensor, nn

from models.tasks.task import Example, Marks, Task, drawn_length, written

CLASSES = ("−", "+")


class Latch(Task):
    """See the head of this file."""

    title = "Long-lag latch"
    rule = (
        "The first step is + or −; all later ones bring noise, on a line of their own. After the last step the network "
        "says which sign the first one was."
    )
    why = (
        "The clearest lesson of all: solved in a few hundred updates or never. What decides is whether a gradient "
        "reaches the first step."
    )
    unit = "steps of lag"
    lengths = (30, 30)
    longest = 300
    tested = (5, 10, 20, 30, 50, 100)
    inputs = 2
    classes = CLASSES
    score = "share of sequences whose sign is said rightly"

    def chance(self) -> Marks:
        """A coin: half of the signs, log 2 nats."""
        return Marks(0.5, math.log(2))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Steps (B, T, 2), class and noise, and the class, 0 or 1, of each sequence, (B,). All of a batch have one lag."""
        lag = drawn_length(lengths, generator)
        x = torch.zeros(size, lag, 2)
        x[:, 1:, 1] = torch.randn(size, lag - 1, generator=generator)
        positive = torch.randint(2, (size,), generator=generator)
        x[:, 0, 0] = 2.0 * positive - 1
        return x, positive

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """-log P(class) after the last step, in nats, of logits (B, T, 2)."""
        return nn.functional.cross_entropy(outputs[:, -1], targets)

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the likelier class after the last step is the right one, (B,)."""
        return outputs[:, -1].argmax(-1) == targets

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence, asked at its end."""
        x, positive = self.batch(1, (length, length), generator)
        sign = CLASSES[int(positive)]
        return Example((sign, *map(written, x[0, 1:, 1].tolist())), x[0], (*[""] * (length - 1), sign))
