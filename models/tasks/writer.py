"""Writer: what every grammar of ours begins with, choices by chance from one generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import torch

Item = TypeVar("Item")

_BLOCK = 64  # chances drawn at once: one call of torch costs as much as a whole sentence


class Writer:
    """Draws chances for a grammar that writes texts. Equal generators give equal texts.

    A writer draws ahead: after its texts the generator has moved further than they needed.

    Args:
        generator: Where every choice comes from.
    """

    def __init__(self, generator: torch.Generator) -> None:
        self._generator = generator
        self._chances: list[float] = []

    def pick(self, options: Sequence[Item]) -> Item:
        """One of the options, all equally probable; one that stands twice is twice as probable."""
        return options[int(self._chance() * len(options))]

    def often(self, share: float) -> bool:
        """Yes, in so large a share of the cases."""
        return self._chance() < share

    def _chance(self) -> float:
        """A number in [0, 1), all equally probable."""
        if not self._chances:
            self._chances = torch.rand(_BLOCK, generator=self._generator).tolist()
        return self._chances.pop()
