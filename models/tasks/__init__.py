"""What a network is trained on: one task a file, each a function of a generator."""

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from models.tasks import agreement, memory_counter


class Task(Protocol):
    """What training asks of a task. A module with these four functions is one."""

    def network(self, cell: str, hidden: int, inputs: int, generator: torch.Generator, keep_bias: float) -> nn.Module:
        """An untrained network that fits the task."""
        ...

    def batch(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """What the network reads and what it should say, (B, ...) each."""
        ...

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """A scalar to be made small; targets that do not count are left out here."""
        ...

    # Each task knows its own kind of network, so the protocol cannot name it.
    def accuracy(self, model: Any) -> float:  # noqa: ANN401
        """Share of a fixed held-out set that the network gets right, in [0, 1]."""
        ...


TASKS: Mapping[str, Task] = {"agreement": agreement, "memory_counter": memory_counter}
"""The tasks by name."""
