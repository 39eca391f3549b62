"""Copy memory: ten symbols, a long wait, and then all ten again, in order.

    input    s_1 … s_10   T - 1 blanks   go   9 blanks...
    answer   T + 10 blanks               s_1 … s_10

The lag T counts the steps between the last symbol and the first answer: T - 1 blanks and the sign to go. The symbols are
drawn from eight, so 30 bits have to wait. A sequence has T + 20 steps (Hochreiter & Schmidhuber 1997; Arjovsky et al.
2016, section 4.1). Who knows when to answer but not what says blank, then one of eight by chance: a mean surprise of
10 log 8 / (T + 20) nats a step.
"""

import math

import torch
from torch import Tensor, nn

from models.tasks.task import Example, Labelling, Marks, drawn_length

SYMBOLS = "ABCDEFGH"
"""What is to be copied; as classes they are 1 to 8."""

COUNT = 10
"""How many symbols a sequence shows."""

BLANK, GO = "·", "go"

_GO = len(SYMBOLS) + 1  # as an input; no network ever says it


class CopyMemory(Labelling):
    """See the head of this file."""

    title = "Copy memory"
    rule = (
        "Ten symbols come in, then blanks. After the sign “go” the network says the ten symbols in order; before, it says "
        "blank."
    )
    why = (
        "Thirty bits over a wait: much harder than one. The loss soon falls to the dull answer, “blank, then anything”, "
        "and stays there until the symbols are remembered, the first ones last."
    )
    unit = "steps of lag"
    lengths = (10, 10)
    longest = 200
    tested = (5, 10, 20, 50, 100)
    inputs = len(SYMBOLS) + 2
    classes = (BLANK, *SYMBOLS)
    score = "share of the ten symbols that are copied rightly"

    def chance(self) -> Marks:
        """Blank, then one of eight by chance: at the default lag."""
        return self.chance_at(self.lengths[1])

    def chance_at(self, length: int) -> Marks:
        """Blank, then one of eight by chance."""
        return Marks(1 / len(SYMBOLS), COUNT * math.log(len(SYMBOLS)) / (length + 2 * COUNT))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Steps (B, T + 20, 10), one-hot: blank, eight symbols, go; and the classes to say, (B, T + 20), 0 for blank."""
        lag = drawn_length(lengths, generator)
        symbols = torch.randint(1, len(SYMBOLS) + 1, (size, COUNT), generator=generator)
        read = torch.zeros(size, lag + 2 * COUNT, dtype=torch.long)
        said = read.clone()
        read[:, :COUNT] = said[:, -COUNT:] = symbols
        read[:, lag + COUNT - 1] = _GO
        return nn.functional.one_hot(read, self.inputs).float(), said

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the likeliest class is the right one, at the ten steps of the copy; blanks don't count, (B · 10,)."""
        return (outputs.argmax(-1) == targets)[targets != 0]

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence; what to say while it waits is blank."""
        x, said = self.batch(1, (length, length), generator)
        signs = (BLANK, *SYMBOLS, GO)
        return Example(tuple(signs[k] for k in x[0].argmax(-1).tolist()), x[0], self.names(said[0]))
