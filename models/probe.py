"""Probe: a network at one point of its training reads one sequence, and everything that happens is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.fairness import parameters
from models.run import Run
from models.tasks import TASKS, Measure
from models.tasks.task import Example
from models.trace import Trace, trace
from models.training import Snapshot, restore

ANSWERS = 6
"""Answers that are kept at a step of those a network chooses from, the most probable first."""


@dataclass(frozen=True)
class Probe:
    """One sequence of a task.

    Attributes:
        task: A name in `models.tasks.TASKS`.
        length: In the task's own unit.
        seed: Which sequence of this length.

    Raises:
        KeyError: There is no such task.
        ValueError: Length or seed is out of its range.
    """

    task: str
    length: int
    seed: int = 0

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise KeyError(f"task is {self.task!r}, expected one of {', '.join(TASKS)}")
        task = TASKS[self.task]
        if not task.shortest <= self.length <= task.longest:
            raise ValueError(f"length is {self.length}, expected {task.shortest} to {task.longest} {task.unit}")
        if not 0 <= self.seed < 2**31:
            raise ValueError(f"seed is {self.seed}, expected 0 to {2**31 - 1}")

    def example(self) -> Example:
        """The sequence, with its right answers."""
        return TASKS[self.task].example(self.length, torch.Generator().manual_seed(self.seed))


@dataclass(frozen=True, eq=False)
class Seen:
    """What a network made of a sequence of T steps.

    Attributes:
        example: The sequence.
        trace: Every value of every step of one layer.
        answers: The names of the likeliest classes at each step, T lists; empty where the answer is a number.
        values: Their probabilities (T, k), or the numbers (T,) that the network says.
    """

    example: Example
    trace: Trace
    answers: tuple[tuple[str, ...], ...]
    values: NDArray[np.floating]


def look(run: Run, snapshot: Snapshot, probe: Probe, layer: int = 0) -> Seen:
    """Lets the network of a snapshot read a sequence.

    Args:
        run: The training.
        snapshot: A point of it.
        probe: The sequence.
        layer: Which recurrent layer is traced, from 0.

    Raises:
        ValueError: The sequence belongs to another task, or there is no such layer.
    """
    if probe.task != run.task:
        raise ValueError(f"the sequence is of {probe.task!r}, expected {run.task!r} as in training")
    task, example = TASKS[run.task], probe.example()
    model: Any = restore(run, snapshot)  # each task knows its own network
    with torch.no_grad():
        outputs = model(example.inputs[None])[0]  # (T, K), or (T,) of a network that counts
        traced = trace(model.recurrent, task.vectors(model, example.inputs), layer=layer)
        if not task.classes:
            return Seen(example, traced, (), outputs.reshape(len(example.tokens)).numpy())
        best = torch.softmax(outputs, -1).topk(min(ANSWERS, outputs.shape[1]))
    answers = tuple(tuple(task.classes[k] for k in row) for row in best.indices.tolist())
    return Seen(example, traced, answers, best.values.numpy())


def by_length(run: Run, snapshot: Snapshot) -> dict[int, float]:
    """Accuracy at every length that the task tests, most of which no training sequence had."""
    task, model = TASKS[run.task], restore(run, snapshot)
    return {length: task.accuracy_at(model, length) for length in task.tested}


def measures(run: Run, snapshot: Snapshot) -> tuple[Measure, ...]:
    """What its task measures beside accuracy and loss, at the trained lengths."""
    return TASKS[run.task].further(restore(run, snapshot), run.lengths)


def recurrent_weights(run: Run, snapshot: Snapshot, layer: int = 0) -> dict[str, NDArray[np.floating]]:
    """W_hh of a layer, (H, H) for each gate by its letter in the order of torch; rows receive, columns send."""
    weight = snapshot.weights[f"recurrent.weight_hh_l{layer}"]
    gates = {"RNN": ("h",), "LSTM": ("i", "f", "g", "o"), "GRU": ("r", "z", "n")}[run.cell]
    return dict(zip(gates, np.split(weight, len(gates)), strict=True))


def fingerprint(snapshot: Snapshot) -> str:
    """The same for equal weights, another one for others."""
    digest = hashlib.blake2b(digest_size=16)
    for name, weight in sorted(snapshot.weights.items()):
        digest.update(name.encode() + weight.tobytes())
    return digest.hexdigest()


def cost(run: Run) -> int:
    """How much `by_length` has to compute: weights times steps. At 20 million it takes about a second."""
    return parameters(run) * sum(TASKS[run.task].tested)
