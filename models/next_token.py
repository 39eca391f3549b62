"""A network that says the next token, and also the first one: it begins by reading the zero vector.

    x_1 = 0,   x_{t+1} = E[token t],   h_t = cell(x_t, h_{t-1}),   P(token t) = softmax(W h_t + b)

So every token of a text has a probability, and their product is the probability of the text.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from models.network import WordModel

START = -1
"""Stands where the network reads the zero vector: before the first token. It is in no vocabulary and is never said."""


class NextToken(WordModel):
    """A `WordModel` that may read `START`."""

    def embed(self, ids: Tensor) -> Tensor:
        """The vectors (..., D) for ids (...): zeros for `START`."""
        return self.embedding(ids.clamp(min=0)) * (ids >= 0)[..., None]

    def read(self, tokens: Sequence[str]) -> Tensor:
        """What it reads to say these tokens and one more: `START`, then their ids, (T + 1,)."""
        return torch.cat([torch.tensor([START]), self.encode(tokens)])
