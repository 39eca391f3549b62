"""Training as a plain iterator: `for snapshot in train(run)`.

A `Run` is the question, plain values and frozen, so it can be a key, a link and a line in a log; the snapshots are the
answer, and equal runs give equal snapshots to the last bit on one machine, whatever other threads draw or train.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import nn

from models.tasks import TASKS


@dataclass(frozen=True)
class Run:
    """Everything that decides how a training goes.

    Attributes:
        task: A name in `models.tasks.TASKS`.
        cell: "RNN", "LSTM" or "GRU".
        hidden: H, the number of hidden units.
        inputs: D, the size of what the cell reads at a step.
        batch: B, sequences in a step.
        learning_rate: Step size of Adam at the start.
        decay: "cosine" lowers it to 0 along half a cosine by the last step; "none" keeps it.
        steps: Updates of the weights.
        clip: Largest norm of the gradient: a longer one is shortened to it.
        keep_bias: Head start of the gate that keeps the past: see `models.network.fresh`.
        seed: Of the initial weights and of every batch.
        every: Steps between two snapshots; the first and the last step always have one.
    """

    task: str = "agreement"
    cell: str = "LSTM"
    hidden: int = 16
    inputs: int = 16
    batch: int = 32
    learning_rate: float = 1e-2
    decay: Literal["cosine", "none"] = "cosine"
    steps: int = 1000
    clip: float = 1.0
    keep_bias: float = 0.0
    seed: int = 0
    every: int = 100

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise KeyError(f"task is {self.task!r}, expected one of {', '.join(TASKS)}")
        if self.decay not in {"cosine", "none"}:
            raise ValueError(f"decay is {self.decay!r}, expected 'cosine' or 'none'")
        for name, least in {"batch": 1, "steps": 0, "every": 1}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}, expected {least} or more")
        for name in ("learning_rate", "clip"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}, expected more than 0")

    def rate(self, step: int) -> float:
        """The learning rate of the update after `step` updates."""
        if self.decay == "none":
            return self.learning_rate
        return self.learning_rate * (1 + math.cos(math.pi * step / self.steps)) / 2


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A training seen after `step` updates. Loss and gradient belong to exactly these weights.

    Attributes:
        step: Updates made so far; 0 is the untrained network.
        loss: Of the next batch, which no update has seen yet.
        accuracy: Share of the task's held-out set that is right.
        gradient_norm: Norm of that batch's gradient over all weights, before clipping.
        weights: A copy of every weight by its `state_dict` name.
    """

    step: int
    loss: float
    accuracy: float
    gradient_norm: float
    weights: Mapping[str, np.ndarray]


def train(run: Run) -> Iterator[Snapshot]:
    """Trains with Adam, gradient by backpropagation through the whole sequence, and yields snapshots on the way.

    Nothing runs ahead: between two snapshots that are asked for, nothing is computed.
    """
    from torch.optim import Adam  # noqa: PLC0415  an optimizer costs 73 MB and 1.5 s: only who trains pays

    task, generator = TASKS[run.task], torch.Generator().manual_seed(run.seed)
    network = task.network(run.cell, run.hidden, run.inputs, generator, run.keep_bias)
    optimizer = Adam(network.parameters(), lr=run.learning_rate)
    for step in range(run.steps + 1):
        inputs, targets = task.batch(run.batch, generator)
        optimizer.zero_grad()
        loss = task.loss(network(inputs), targets)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(network.parameters(), run.clip)
        if step % run.every == 0 or step == run.steps:
            yield Snapshot(step, loss.item(), task.accuracy(network), norm.item(), _copy(network))
        if step < run.steps:
            optimizer.param_groups[0]["lr"] = run.rate(step)
            optimizer.step()


def restore(run: Run, snapshot: Snapshot) -> nn.Module:
    """The network of a run as it was at a snapshot, for looking: in eval mode, without gradients."""
    network = TASKS[run.task].network(run.cell, run.hidden, run.inputs, torch.Generator(), run.keep_bias)
    network.load_state_dict({name: torch.from_numpy(weight) for name, weight in snapshot.weights.items()})
    return network.eval().requires_grad_(requires_grad=False)


def _copy(network: nn.Module) -> dict[str, np.ndarray]:
    return {name: weight.detach().numpy().copy() for name, weight in network.state_dict().items()}
