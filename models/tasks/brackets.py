"""Brackets of two kinds: after each one, which bracket would close what is open?

    (   [   ]   (   )   )   [
    )   ]   )   )   )   -   ]          - means: nothing is open

A sequence is the beginning of a well-formed one: with nothing open a bracket opens; else a coin says whether one opens or
the last one closes; a second coin chooses ( or [. The answer is the top of a stack that holds all open brackets, so a
network without a stack must find something that works as one (the language Dyck-2; Skachkova et al. 2018 asked this
question of LSTMs). How deep the brackets nest grows with the length, like its square root.
"""

import math

import torch
from torch import Tensor, nn

from models.tasks.task import Example, Labelling, Marks, drawn_length

OPENING, CLOSING = "([", ")]"
NOTHING_OPEN = "–"


class Brackets(Labelling):
    """See the head of this file."""

    title = "Brackets"
    rule = (
        "Round and square brackets open and close, well nested. After each one the network says which bracket would close "
        "the innermost open one, or that none is open."
    )
    why = (
        "Not a bit, not a number, but a stack. Small networks get the shallow ones right and guess at the deep ones, and "
        "longer sequences nest deeper."
    )
    lengths = (20, 20)
    longest = 300
    tested = (5, 10, 20, 30, 50, 100)
    inputs = len(OPENING + CLOSING)
    classes = (*CLOSING, NOTHING_OPEN)
    score = "share of steps whose closing bracket is said rightly"

    def chance(self) -> Marks:
        """The frequencies of the three answers, at the default length."""
        return self.chance_at(self.lengths[1])

    def chance_at(self, length: int) -> Marks:
        """The frequencies of the three answers.

        The depth is |S_t| of a random walk S, which after an even number t of steps is at 0 with probability
        C(t, t/2) / 2^t; otherwise both kinds are alike.
        """
        empty = sum(math.comb(t, t // 2) / 2**t for t in range(2, length + 1, 2)) / length
        shares = (*[(1 - empty) / 2] * 2, empty)
        return Marks(max(shares), -sum(p * math.log(p) for p in shares if p > 0))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Brackets (B, T, 4), one-hot over “([)]”, and the answers, (B, T): 0 for ), 1 for ], 2 for none."""
        length = drawn_length(lengths, generator)
        opens = torch.randint(2, (size, length), generator=generator) == 1
        kinds = torch.randint(2, (size, length), generator=generator)
        stack = torch.zeros(size, length + 1, dtype=torch.long)  # the kinds that are open, the innermost at depth - 1
        depth = torch.zeros(size, dtype=torch.long)
        rows = torch.arange(size)
        read, answers = torch.empty(size, length, dtype=torch.long), torch.empty(size, length, dtype=torch.long)
        for t in range(length):
            opening = opens[:, t] | (depth == 0)
            closed = stack[rows, depth - 1]
            read[:, t] = torch.where(opening, kinds[:, t], len(OPENING) + closed)
            stack[rows, depth] = torch.where(opening, kinds[:, t], stack[rows, depth])
            depth = depth + torch.where(opening, 1, -1)
            answers[:, t] = torch.where(depth == 0, len(CLOSING), stack[rows, depth - 1])
        return nn.functional.one_hot(read, self.inputs).float(), answers

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence, the closing bracket after each step."""
        x, answers = self.batch(1, (length, length), generator)
        signs = OPENING + CLOSING
        return Example(tuple(signs[k] for k in x[0].argmax(-1).tolist()), x[0], self.names(answers[0]))
