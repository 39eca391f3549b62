"""Temperature, one hour ahead: after each hour of a window, what will the next hour bring?

    z_t = (x_t - m) / s,   h_t = cell(z_t, h_{t-1}),   y_t = m + s (W h_t + b),   answer after hour t: x_{t+1}

The series is the generated one of `models/series.py`, three years of hours in °C; m and s are the mean and the standard
deviation of its first two years. Windows for training are cut from these two years, windows for measuring from the third.

An answer after every hour counts in the loss, for training gets 24 answers out of a window that way. In the score counts the
answer after the *last* hour, where a window of 24 holds a whole day: there every baseline can be asked the same question.

The loss is the mean squared error divided by s²: the share of the variance that is left. Always saying m has a loss of
about 1. The best loss is not 0, as each hour brings something new that nobody can foresee, and it is not known: so are no
perfect marks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.baselines import LinearAutoregression
from models.network import SequenceModel
from models.series import generated
from models.tasks.task import Example, Marks, Measure, Task, drawn_length, written
from models.windows import windows

if TYPE_CHECKING:
    from models.run import Run

DAY = 24
"""Hours of a day."""

LEARNED = 2 * 365 * DAY
"""Hours of the series to learn from; the third year is held out."""

TOLERANCE = 1.0
"""How far from the next hour's value an answer may be, in °C."""

_TESTED = 1_000  # held-out windows of each length, evenly over the third year

Array = NDArray[np.float64]


@cache
def scale() -> tuple[float, float]:
    """Mean and standard deviation of the two years to learn from, in °C."""
    past = generated("hourly").values[:LEARNED]
    return float(past.mean()), float(past.std())


class TemperatureModel(SequenceModel):
    """Temperatures in, temperatures out; inside, numbers of a usual size: see the head of this file."""

    def forward(self, x: Tensor) -> Tensor:
        """Reads °C (B, T, 1); returns what it expects of the next hour after each, °C (B, T, 1)."""
        mean, spread = scale()
        return mean + spread * super().forward(self.vectors(x))

    def vectors(self, x: Tensor) -> Tensor:
        """What the recurrent layer reads for °C (..., T, 1): minus the mean, divided by the standard deviation."""
        mean, spread = scale()
        return (x - mean) / spread


def cut(starts: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """Windows that begin at these hours: values (B, T, 1) and the next one after each, (B, T), in °C."""
    values = _values()[starts[:, None] + torch.arange(length + 1)]  # (B, T + 1)
    return values[:, :-1, None], values[:, 1:]


@cache
def _values() -> Tensor:
    return torch.from_numpy(generated("hourly").values.astype(np.float32))


def held_out_starts(length: int) -> Tensor:
    """Where the windows for measuring begin, evenly over the third year, (N,)."""
    last = len(_values()) - length - 1
    return torch.linspace(LEARNED, last, _TESTED).long()


# ---- without a network: each says the next hour from all hours of a window so far, (N, t) -> (N,) ---------------------


def same_hour_yesterday(past: Array) -> Array:
    """The value of 24 hours before; where that has not been read, the last value."""
    return past[:, -DAY] if past.shape[1] >= DAY else past[:, -1]


def linear(past: Array) -> Array:
    """A weighted sum of all hours so far, at most a day of them, fitted to the two years by least squares."""
    known = past[:, -DAY:]
    return _fitted(known.shape[1]).direct(known)[:, 0]


@cache
def _fitted(length: int) -> LinearAutoregression:
    """The weights of the last `length` hours of a day, by the normal equations: one product of matrices serves all."""
    products = _products()
    places = [*range(DAY - length, DAY), DAY]  # hours, and the constant
    found = np.linalg.solve(products[np.ix_(places, places)], products[places, -1]).astype(np.float64)
    return LinearAutoregression(found[:-1, None], found[-1:])


@cache
def _products() -> Array:
    """Every sum over the two years of a product of two of: 24 hours of a window, 1, and the next hour, (26, 26)."""
    inputs, targets = windows(generated("hourly").values[:LEARNED], DAY, 1)
    columns = np.concatenate([inputs, np.ones((len(inputs), 1)), targets], axis=1)
    return columns.T @ columns


NAIVE: Mapping[str, Callable[[Array], Array]] = {
    "last value": lambda past: past[:, -1],
    "same hour yesterday": same_hour_yesterday,
    "linear autoregression": linear,
}
"""The baselines by name."""


def marks_of(says: Callable[[Array], Array], length: int = DAY) -> Marks:
    """What a forecaster scores on the held-out windows."""
    x, after = cut(held_out_starts(length), length)
    values, truth = x[..., 0].double().numpy(), after.double().numpy()
    off = np.stack([says(values[:, :t]) - truth[:, t - 1] for t in range(1, length + 1)], axis=1)  # (N, T)
    return Marks(float((np.abs(off[:, -1]) < TOLERANCE).mean()), float((off**2).mean()) / scale()[1] ** 2)


class Temperature(Task):
    """See the head of this file."""

    title = "Temperature, one hour ahead"
    rule = (
        "The network reads a generated temperature hour by hour, in °C, and says after each hour what the next one will "
        "bring."
    )
    why = (
        "Forecasting with noise: nobody can be right always. Not chance is to be beaten but the last value, and a linear "
        "autoregression on the same 24 hours, which needs no training lab."
    )
    unit = "hours read"
    lengths = (DAY, DAY)
    shortest = 2
    longest = 168
    tested = (2, 6, 12, 24, 48, 96)
    inputs = 1
    score = "share within 1 °C, after the last hour"
    loss_name = "squared error as a share of the variance"
    perfect = Marks(math.nan, math.nan)

    def network(self, run: Run, generator: torch.Generator) -> TemperatureModel:
        """An untrained network for this task.

        Raises:
            ValueError: D is not 1.
        """
        if run.inputs != self.inputs:
            raise ValueError(f"inputs is {run.inputs}, expected {self.inputs}: what the task has at a step")
        model = TemperatureModel(run.cell, 1, run.hidden, 1, layers=run.layers, nonlinearity=run.nonlinearity)
        model.initialise(generator, run.keep_bias, run.begin)
        return model

    def chance(self) -> Marks:
        """Always the mean of the two years, measured on the third."""
        return _chance()

    def baselines(self) -> Mapping[str, Marks]:
        """The last value, the same hour yesterday, and linear autoregression on a day, measured on the third year."""
        return {name: _naive(name) for name in NAIVE}

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Windows of the two years: °C (B, T, 1), and what the next hour brought after each, °C (B, T)."""
        length = drawn_length(lengths, generator)
        return cut(torch.randint(LEARNED - length, (size,), generator=generator), length)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean squared error over all hours as a share of the variance, of outputs (B, T, 1)."""
        return nn.functional.mse_loss(outputs[..., 0], targets) / scale()[1] ** 2

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether the answer after the last hour is within 1 °C, (B,)."""
        return (outputs[:, -1, 0] - targets[:, -1]).abs() < TOLERANCE

    def held_out(self, length: int) -> tuple[Tensor, Tensor]:
        """Windows of the third year, evenly over it."""
        return _held_out(length)

    def further(self, model: nn.Module, lengths: tuple[int, int]) -> tuple[Measure, ...]:
        """How far the answer after the last hour is off, the mean over the held-out windows, in °C."""
        x, after = self.held_out(lengths[1])
        with torch.no_grad():
            return (Measure("mean |error|", (model(x)[:, -1, 0] - after[:, -1]).abs().mean().item(), "°C"),)

    def example(self, length: int, generator: torch.Generator) -> Example:
        """A window of the third year, the value of the next hour below each."""
        start = torch.randint(LEARNED, len(_values()) - length, (1,), generator=generator)
        x, after = cut(start, length)
        return Example(
            tuple(written(value, ".1f") for value in x[0, :, 0].tolist()),
            x[0],
            tuple(written(value, ".1f") for value in after[0].tolist()),
        )


@cache
def _held_out(length: int) -> tuple[Tensor, Tensor]:
    return cut(held_out_starts(length), length)


@cache
def _chance() -> Marks:
    return marks_of(lambda past: np.full(len(past), scale()[0]))


@cache
def _naive(name: str) -> Marks:
    return marks_of(NAIVE[name])
