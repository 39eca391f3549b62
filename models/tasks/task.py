"""Task: what training, and whoever looks at it, asks of a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from models.network import SequenceModel

if TYPE_CHECKING:
    from models.run import Run

HELD_OUT = 200
"""Sequences of each length on which accuracy is measured, unless a task says otherwise."""

NOT_ASKED = -100
"""The target of a step at which nothing is asked: what the cross-entropy of torch leaves out."""

_HELD_OUT_SEED = 9_000_000  # plus the length: far from the seed of any run


@dataclass(frozen=True)
class Marks:
    """What an answer scores.

    Attributes:
        accuracy: Share of the asked outputs that are right, in [0, 1].
        loss: What training would report for it, in the task's own unit.
    """

    accuracy: float
    loss: float


@dataclass(frozen=True)
class Measure:
    """Something else that a network is measured by, beside accuracy and loss.

    Attributes:
        name: What it is, in a few words.
        value: How much.
        unit: Of the value; empty where it is a share in [0, 1].
    """

    name: str
    value: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.value:.2f} {self.unit}" if self.unit else f"{self.name} {self.value:.1%}"


@dataclass(frozen=True, eq=False)
class Example:
    """One sequence to look at.

    Attributes:
        tokens: What stands at each step, as one would write it, T of them.
        inputs: What the network gets, (T, D) numbers or (T,) ids.
        targets: What it should say at each step, as one would write it; empty where it is not asked.
    """

    tokens: tuple[str, ...]
    inputs: Tensor
    targets: tuple[str, ...]


class Task(ABC):
    """What a network is to learn: sequences drawn from a generator, with their right answers.

    Attributes:
        title: What a menu calls it.
        rule: What the network reads and what it should say, in a sentence or two.
        why: What the task is known to show.
        unit: What a length counts, as in "10 to 50 steps".
        lengths: Shortest and longest training sequence, unless a run says otherwise.
        shortest, longest: What a run may ask for.
        tested: Lengths at which accuracy is measured: trained ones and longer ones.
        inputs: D, of a step; for a task with words the usual size of a word's vector.
        classes: The answers by name, where the answer is one of K; empty where it is a number.
        score: What accuracy is the share of.
        loss_name: What the loss is, with its unit.
        perfect: What the right answer scores; NaN where nobody knows it.
    """

    title: str
    rule: str
    why: str
    unit: str = "steps"
    lengths: tuple[int, int]
    shortest: int = 1
    longest: int
    tested: tuple[int, ...]
    inputs: int
    classes: tuple[str, ...] = ()
    score: str
    loss_name: str = "cross-entropy in nats"
    perfect: Marks = Marks(1.0, 0.0)

    @property
    def outputs(self) -> int:
        """K, the numbers that the network gives at a step: one for each class, or one."""
        return len(self.classes) or 1

    @property
    def embeds(self) -> bool:
        """Whether inputs are ids, of which the network learns vectors of any size: then a run decides D."""
        inputs, _ = self.batch(1, self.lengths, torch.Generator())
        return not inputs.is_floating_point()

    def network(self, run: Run, generator: torch.Generator) -> nn.Module:
        """An untrained network for a run of this task: B sequences in, (B, T, K) out.

        It has a layer `recurrent` and a read-out `head`.

        Raises:
            KeyError: There is no such cell.
            ValueError: D is not the task's own.
        """
        if run.inputs != self.inputs:
            raise ValueError(f"inputs is {run.inputs}, expected {self.inputs}: what the task has at a step")
        model = SequenceModel(
            run.cell, self.inputs, run.hidden, self.outputs, layers=run.layers, nonlinearity=run.nonlinearity
        )
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    @abstractmethod
    def chance(self) -> Marks:
        """What the best answer scores that does not look at the inputs, at the default lengths."""

    def chance_at(self, length: int) -> Marks:  # noqa: ARG002 - of most tasks chance knows nothing of the length
        """What the best answer scores that does not look at the inputs, on sequences of one length."""
        return self.chance()

    def baselines(self) -> Mapping[str, Marks]:
        """What simple answers score that do look at the inputs, by name, at the default lengths."""
        return {}

    @abstractmethod
    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """What the network reads and what it should say, (B, ...) each; lengths as in `Run.lengths`."""

    @abstractmethod
    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """A scalar to be made small; targets that do not count are left out here."""

    @abstractmethod
    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Which of the asked outputs are right: bool, one for each, (N,)."""

    @abstractmethod
    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence of a length, to look at."""

    def accuracy(self, model: Any, lengths: tuple[int, int]) -> float:  # noqa: ANN401 - each task knows its own network
        """Share of a fixed held-out set that the network gets right, in [0, 1], at the longest trained length."""
        return self.accuracy_at(model, lengths[1])

    def accuracy_at(self, model: Any, length: int) -> float:  # noqa: ANN401 - each task knows its own network
        """Share of the held-out sequences of one length that the network gets right, in [0, 1]."""
        inputs, targets = self.held_out(length)
        with torch.no_grad():
            return self.right(model(inputs), targets).double().mean().item()

    def held_out(self, length: int) -> tuple[Tensor, Tensor]:
        """The batch of one length on which `accuracy_at` measures, unless a task has its own: always the same."""
        return _held_out(self, length)

    def further(self, model: Any, lengths: tuple[int, int]) -> tuple[Measure, ...]:  # noqa: ANN401, ARG002 - most have none
        """Other measures on what `accuracy` is measured on."""
        return ()

    def vectors(self, model: Any, inputs: Tensor) -> Tensor:  # noqa: ANN401 - each task knows its own network
        """What the recurrent layer reads for inputs (..., T) or (..., T, D): vectors (..., T, D)."""
        return model.vectors(inputs)


class Labelling(Task):
    """A task that asks for one of K classes, at some of the steps or at all of them: targets (B, T) are class numbers.

    At a step with the target `NOT_ASKED` the network may say what it likes.
    """

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean of -log P(class) over all steps that are asked, in nats, of logits (B, T, K)."""
        return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), ignore_index=NOT_ASKED)

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the likeliest class is the right one, at each step that is asked, (N,)."""
        return (outputs.argmax(-1) == targets)[targets != NOT_ASKED]

    def names(self, targets: Tensor) -> tuple[str, ...]:
        """The classes (T,) of one sequence as one would write them."""
        return tuple("" if k == NOT_ASKED else self.classes[k] for k in targets.tolist())


def drawn_length(lengths: tuple[int, int], generator: torch.Generator) -> int:
    """One length for a whole batch, so that nothing has to be padded: uniform from the shortest to the longest."""
    return int(torch.randint(lengths[0], lengths[1] + 1, (), generator=generator))


def written(number: float, form: str = "+.2f") -> str:
    """A number as a token, with a proper minus sign."""
    return format(number, form).replace("-", "−")


@lru_cache(maxsize=32)
def _held_out(task: Task, length: int) -> tuple[Tensor, Tensor]:
    return task.batch(HELD_OUT, (length, length), torch.Generator().manual_seed(_HELD_OUT_SEED + length))
