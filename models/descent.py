"""Descent: one update after the other down a gradient, the same way for every network that is not trained in the lab.

    descent = Descent(network.parameters(), rate=0.01, updates=300)
    while not descent.done:
        descent.update(loss_of(network))

The lab's own trainings, whose every setting may be changed, are in `models/training.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from torch import Tensor, nn

Decay = Literal["cosine", "linear", "none"]
"""How the learning rate falls to 0 by the last update: along half a cosine, in a straight line, or not at all."""


class Descent:
    """Adam (Kingma & Ba 2015) on clipped gradients, with a learning rate that falls.

    Attributes:
        step: Updates made so far.
        updates: How many there will be.
        loss: That of the newest update, before it; NaN before the first.

    Args:
        parameters: What is learned.
        rate: The learning rate at the start.
        updates: How many there will be.
        clip: Largest norm of the gradient, a longer one is shortened to it; None takes every gradient as it is.
        decay: How the rate falls.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        rate: float,
        updates: int,
        *,
        clip: float | None = 1.0,
        decay: Decay = "cosine",
    ) -> None:
        from torch import optim  # noqa: PLC0415  an optimizer costs 73 MB and 1.5 s: only who trains pays

        self.step, self.updates, self.loss = 0, updates, math.nan
        self._parameters, self._rate = list(parameters), rate
        self._decay: Decay = decay
        self._clip = math.inf if clip is None else clip
        self._optimizer = optim.Adam(self._parameters, lr=rate)

    @property
    def done(self) -> bool:
        """Whether all updates have been made."""
        return self.step >= self.updates

    def update(self, loss: Tensor) -> None:
        """Makes one update: a step against the gradient of a loss.

        Raises:
            RuntimeError: It is done.
        """
        if self.done:
            raise RuntimeError(f"the training is done after {self.step} updates, expected one that goes on")
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._parameters, self._clip)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * _share(self._decay, self.step, self.updates)
        self._optimizer.step()
        self.loss, self.step = loss.item(), self.step + 1


class Descending:
    """A training by a `Descent`: how far it is.

    Args:
        descent: Which one.
    """

    def __init__(self, descent: Descent) -> None:
        self._descent = descent

    @property
    def step(self) -> int:
        """Updates made so far."""
        return self._descent.step

    @property
    def done(self) -> bool:
        """Whether all updates have been made."""
        return self._descent.done

    @property
    def loss(self) -> float:
        """That of the newest update, before it; NaN before the first."""
        return self._descent.loss


def _share(decay: Decay, step: int, updates: int) -> float:
    """The part of the learning rate that is left after some of the updates, in (0, 1]."""
    if decay == "none":
        return 1.0
    return 1 - step / updates if decay == "linear" else (1 + math.cos(math.pi * step / updates)) / 2
