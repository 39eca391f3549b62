"""Training as a plain iterator: `for snapshot in train(run)`.

A `Run` is the question, plain values and frozen; the snapshots are the answer, and equal runs give equal snapshots to
the last bit on one machine, whatever other threads draw or train.

`Training` is the same one update at a time, for whoever must stop in between: to let others have a turn, to pause, to
change the learning rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.run import Run
from models.tasks import TASKS

__all__ = ["Run", "Snapshot", "Training", "restore", "train"]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A training seen after `step` updates. Loss and gradient belong to exactly these weights.

    Attributes:
        step: Updates made so far; 0 is the untrained network.
        loss: Of the next batch, which no update has seen yet. NaN or inf where training has broken down: it ends there.
        accuracy: Share of the task's held-out set that is right.
        gradient_norm: Norm of that batch's gradient over all weights, before clipping.
        weights: A copy of every weight by its `state_dict` name.
        losses: The loss at each step since the snapshot before, this one's last, (N,).
        gradient_norms: The norm of the gradient before clipping at the same steps, (N,).
        clipped: Share of these steps whose gradient was longer than `Run.clip`; 0 where nothing is clipped.
    """

    step: int
    loss: float
    accuracy: float
    gradient_norm: float
    weights: Mapping[str, np.ndarray]
    losses: NDArray[np.float64]
    gradient_norms: NDArray[np.float64]
    clipped: float

    @property
    def broken(self) -> bool:
        """Whether loss or gradient is no longer a number: no update can follow."""
        return not (math.isfinite(self.loss) and math.isfinite(self.gradient_norm))


class Training:
    """A training that goes on one update at a time.

    Attributes:
        run: The question; `change_rate` writes its change of mind into it.
        step: Updates made so far.
        done: Whether it has come to its end, or broken down.
        loss: Of the newest batch; NaN before the first.
        gradient_norm: Of the same batch, before clipping; NaN before the first.

    Args:
        run: The question.

    Raises:
        KeyError, ValueError: What the task's network raises.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.step, self.done = run, 0, False
        self.loss, self.gradient_norm = math.nan, math.nan
        self._task, self._generator = TASKS[run.task], torch.Generator().manual_seed(run.seed)
        self._network = self._task.network(run, self._generator)
        self._weights = list(self._network.parameters())
        self._optimizer = _optimizer(run, self._weights)
        self._losses: list[float] = []
        self._norms: list[float] = []
        self._ready = False  # whether loss and gradient are those of the present weights
        self._last: Snapshot | None = None

    def look(self) -> Snapshot:
        """A snapshot of now, due or not. It changes nothing that follows: the batch looked at is that of the next update."""
        if self._last is not None:
            return self._last
        self._prepare()
        return self._snapshot([*self._losses, self.loss], [*self._norms, self.gradient_norm])

    def update(self) -> Snapshot | None:
        """Makes one update; the snapshot of before that update if one is due.

        The last call makes no update: it looks at a batch after the last one, and is `done`.

        Raises:
            RuntimeError: It is done.
        """
        if self.done:
            raise RuntimeError(f"the training is done after {self.step} updates, expected one that goes on")
        self._prepare()
        self._losses.append(self.loss)
        self._norms.append(self.gradient_norm)
        broken = not (math.isfinite(self.loss) and math.isfinite(self.gradient_norm))
        self.done = broken or self.step == self.run.steps
        snapshot = None
        if self.done or self.step % self.run.every == 0:
            snapshot = self._snapshot(self._losses, self._norms)
            self._losses, self._norms = [], []
        if self.done:
            self._last = snapshot
        else:
            self._apply()
        return snapshot

    def change_rate(self, rate: float) -> None:
        """From the next update on another learning rate holds, instead of all that was planned; `run` says since when.

        Raises:
            ValueError: The rate is not above 0.
        """
        earlier = tuple(change for change in self.run.rates if change[0] < self.step)
        self.run = replace(self.run, rates=(*earlier, (self.step, rate)))

    def _prepare(self) -> None:
        """Draws the next batch, and finds its loss and its clipped gradient, unless that has been done."""
        if self._ready:
            return
        inputs, targets = self._task.batch(self.run.batch, self.run.lengths, self._generator)
        self._optimizer.zero_grad()
        loss = self._task.loss(self._network(inputs), targets)
        loss.backward()
        limit = math.inf if self.run.clip is None else self.run.clip
        self.gradient_norm = nn.utils.clip_grad_norm_(self._weights, limit).item()
        self.loss = loss.item()
        self._ready = True

    def _apply(self) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = self.run.rate(self.step)
        self._optimizer.step()
        self.step += 1
        self._ready = False

    def _snapshot(self, losses: Sequence[float], norms: Sequence[float]) -> Snapshot:
        weights = {name: weight.detach().numpy().copy() for name, weight in self._network.state_dict().items()}
        clipped = 0.0 if self.run.clip is None else float((np.array(norms) > self.run.clip).mean())
        return Snapshot(
            self.step,
            self.loss,
            self._task.accuracy(self._network, self.run.lengths),
            self.gradient_norm,
            weights,
            np.array(losses),
            np.array(norms),
            clipped,
        )


def train(run: Run) -> Iterator[Snapshot]:
    """Trains, gradient by backpropagation through the whole sequence, and yields snapshots on the way.

    It ends after `run.steps` updates, or with the first snapshot that is `broken`. Nothing runs far ahead: between two
    snapshots that are asked for, nothing is computed.
    """
    training = Training(run)
    while not training.done:
        snapshot = training.update()
        if snapshot:
            yield snapshot


def restore(run: Run, snapshot: Snapshot) -> nn.Module:
    """The network of a run as it was at a snapshot, for looking: in eval mode, without gradients."""
    network = TASKS[run.task].network(run, torch.Generator())
    network.load_state_dict({name: torch.from_numpy(weight) for name, weight in snapshot.weights.items()})
    return network.eval().requires_grad_(requires_grad=False)


def _optimizer(run: Run, weights: list[nn.Parameter]) -> torch.optim.Optimizer:
    from torch import optim  # noqa: PLC0415  an optimizer costs 73 MB and 1.5 s: only who trains pays

    if run.optimizer == "adam":
        return optim.Adam(
            weights, lr=run.learning_rate, weight_decay=run.weight_decay, decoupled_weight_decay=run.weight_decay > 0
        )
    return optim.SGD(weights, lr=run.learning_rate, weight_decay=run.weight_decay)
