"""Run: everything that decides how a training goes, as plain values: a key, a link and a line in a log at once."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from models.network import Start
from models.tasks import TASKS
from models.told import Told

Optimizer = Literal["adam", "sgd"]
Kind = Literal["default", "orthogonal", "identity", "chrono"]
Decay = Literal["cosine", "none"]
Nonlinearity = Literal["tanh", "relu"]


@dataclass(frozen=True)
class Run:
    """The question that a training answers; see `models.training`.

    Attributes:
        task: A name in `models.tasks.TASKS`.
        cell: "RNN", "LSTM" or "GRU".
        hidden: H, the number of hidden units of a layer.
        inputs: D, the size of what the cell reads at a step; 0 stands for the task's own and becomes it.
        batch: B, sequences in a step.
        learning_rate: Step size of the optimizer at the start.
        decay: "cosine" lowers it to 0 along half a cosine by the last step; "none" keeps it.
        steps: Updates of the weights.
        clip: Largest norm of the gradient, a longer one is shortened to it; None takes every gradient as it is.
        keep_bias: Head start of the gate that keeps the past: see `models.network.start_recurrent`.
        seed: Of the initial weights and of every batch.
        every: Steps between two snapshots; the first and the last step always have one.
        layers: Recurrent layers, one upon the other.
        lengths: Shortest and longest training sequence in the task's own unit; (0, 0) stands for the task's own and
            becomes it.
        optimizer: "adam" (Kingma & Ba 2015) or "sgd".
        weight_decay: Share of each weight, times the learning rate, that every update takes away, apart from the
            gradient (Loshchilov & Hutter 2019).
        start: How the recurrent weights begin: see `models.network.Start`; "chrono" looks at the longest length.
        gain: Factor on W_hh at the start.
        nonlinearity: Of an RNN: "tanh" or "relu".
        rates: Changes of mind: (step, rate) pairs in order; from that update on the rate takes the place of
            `learning_rate`.

    Raises:
        KeyError: There is no such task.
        ValueError: A value is out of its range, not a number, or does not fit the cell.
    """

    task: str = "agreement"
    cell: str = "LSTM"
    hidden: int = 16
    inputs: int = 0
    batch: int = 32
    learning_rate: float = 1e-2
    decay: Decay = "cosine"
    steps: int = 1000
    clip: float | None = 1.0
    keep_bias: float = 0.0
    seed: int = 0
    every: int = 100
    layers: int = 1
    lengths: tuple[int, int] = (0, 0)
    optimizer: Optimizer = "adam"
    weight_decay: float = 0.0
    start: Kind = "default"
    gain: float = 1.0
    nonlinearity: Nonlinearity = "tanh"
    rates: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise KeyError(f"task is {self.task!r}, expected one of {', '.join(TASKS)}")
        task = TASKS[self.task]
        self._set("inputs", self.inputs or task.inputs)
        self._set("lengths", tuple(self.lengths) if any(self.lengths) else task.lengths)
        self._set("rates", tuple((step, rate) for step, rate in self.rates))
        self._check_names()
        self._check_numbers()
        self._check_rates()
        shortest, longest = self.lengths
        if not task.shortest <= shortest <= longest <= task.longest:
            raise ValueError(
                Told(
                    "lengths is {lengths}, expected the shortest and the longest of {least} to {most} {unit}",
                    lengths=self.lengths,
                    least=task.shortest,
                    most=task.longest,
                    unit=Told(task.unit),
                )
            )

    def _check_names(self) -> None:
        for name, kind in {"decay": Decay, "optimizer": Optimizer, "start": Kind, "nonlinearity": Nonlinearity}.items():
            options = get_args(kind)
            if getattr(self, name) not in options:
                raise ValueError(
                    Told(
                        "{name} is {value}, expected one of {known}",
                        name=name,
                        value=repr(getattr(self, name)),
                        known=", ".join(map(repr, options)),
                    )
                )
        if self.start == "identity" and self.cell != "RNN":
            raise ValueError(
                Told("start is 'identity', expected another for {cell}: only an RNN has one W_hh", cell=self.cell)
            )

    def _check_numbers(self) -> None:
        for name, least in {"hidden": 1, "batch": 1, "steps": 0, "every": 1, "layers": 1, "seed": 0}.items():
            if not getattr(self, name) >= least:
                raise ValueError(
                    Told(
                        "{name} is {value}, expected {least} or more", name=name, value=getattr(self, name), least=least
                    )
                )
            if not isinstance(getattr(self, name), int):
                told = "{name} is {value}, expected a whole number"
                raise ValueError(Told(told, name=name, value=getattr(self, name)))  # noqa: TRY004 - of values
        if self.seed >= 2**63:
            raise ValueError(Told("seed is {seed}, expected less than 2 to the 63rd", seed=self.seed))
        for name in ("learning_rate", "clip", "gain"):
            if getattr(self, name) is not None and not 0 < getattr(self, name) < math.inf:
                raise ValueError(Told("{name} is {value}, expected more than 0", name=name, value=getattr(self, name)))
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError(
                Told(
                    "{name} is {value}, expected {least} or more", name="weight_decay", value=self.weight_decay, least=0
                )
            )
        if not math.isfinite(self.keep_bias):
            raise ValueError(Told("keep_bias is {value}, expected a finite number", value=self.keep_bias))

    def _check_rates(self) -> None:
        if [step for step, _ in self.rates] != sorted({max(step, 0) for step, _ in self.rates}):
            raise ValueError(
                Told(
                    "rates begin at steps {steps}, expected 0 or more, in order", steps=[step for step, _ in self.rates]
                )
            )
        for step, rate in self.rates:
            if not 0 < rate < math.inf:
                raise ValueError(
                    Told("rates has {rate} from step {step} on, expected more than 0", rate=rate, step=step)
                )

    @property
    def begin(self) -> Start:
        """How the recurrent weights begin."""
        return Start(self.start, self.gain, self.lengths[1])

    def rate(self, step: int) -> float:
        """The learning rate of the update after `step` updates."""
        rate = self.learning_rate
        for since, changed in self.rates:
            rate = changed if step >= since else rate
        if self.decay == "none":
            return rate
        return rate * (1 + math.cos(math.pi * step / self.steps)) / 2

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
