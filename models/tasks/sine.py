"""Sines: what is the next value? One sine of unknown period and phase, or the sum of two.

    x_t = sin(2π t / P + φ),   P ~ U(10, 40) steps,   φ ~ U(0, 2π),   answer after step t: x_{t+1}

Without noise the answer is certain as soon as enough values are known. A sine obeys x_{t+1} = a x_t - x_{t-1} with
a = 2 cos(2π / P), which three values determine; the sum of two such sines obeys a recurrence of order four with two
unknown factors, which six values determine. Nothing is asked before that.

Saying the mean, 0, has a mean squared error of 1/2 for one sine and of 1 for two. The last value again is a much better
answer, as always with smooth series: `baselines` has its marks, and a network is worth something below that.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models.tasks.task import Example, Marks, Task, drawn_length, written

SHORTEST_PERIOD, LONGEST_PERIOD = 10.0, 40.0
"""Steps of a period."""

TOLERANCE = 0.05
"""How far from the true next value an answer may be; a sine spans 2."""

_GRID = 2000  # points of each integral below: midpoints, so a smooth one is good to about 1e-7


class Sine(Task):
    """One sine: see the head of this file."""

    title = "Sine"
    rule = "A sine whose period and phase nobody tells. After each step the network says the next value."
    why = (
        "Forecasting in its purest form: the state must find out the period. Always saying the last value again is the "
        "answer to beat, not chance."
    )
    lengths = (40, 40)
    shortest = 10
    longest = 300
    tested = (20, 40, 80, 160, 300)
    inputs = 1
    score = "share of next values within 0.05"
    loss_name = "mean squared error"
    waves = 1
    known = 3
    """Values that determine the next one."""

    def chance(self) -> Marks:
        """Always 0, the mean."""
        return self._marks([1.0])

    def baselines(self) -> Mapping[str, Marks]:
        """The last value again: x_{t+1} - x_t is a sine too, of amplitude 2 sin(π / P)."""
        span = LONGEST_PERIOD - SHORTEST_PERIOD
        periods = [SHORTEST_PERIOD + (k + 0.5) / _GRID * span for k in range(_GRID)]
        return {"the last value": self._marks([2 * math.sin(math.pi / period) for period in periods])}

    def _marks(self, amplitudes: list[float]) -> Marks:
        """What errors score that are sines of these amplitudes, equally often, with any phase."""
        right = [_within(TOLERANCE / amplitude) for amplitude in amplitudes]
        return Marks(sum(right) / len(right), sum(a**2 for a in amplitudes) / 2 / len(amplitudes))

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Values (B, T, 1) and the value after each, (B, T), NaN where nothing is asked."""
        length = drawn_length(lengths, generator)
        period = torch.empty(size, 1, self.waves).uniform_(SHORTEST_PERIOD, LONGEST_PERIOD, generator=generator)
        phase = torch.empty(size, 1, self.waves).uniform_(0, 2 * math.pi, generator=generator)
        x = (2 * math.pi * torch.arange(length + 1)[:, None] / period + phase).sin().sum(-1)  # (B, T + 1)
        targets = x[:, 1:].clone()
        targets[:, : self.known - 1] = math.nan
        return x[:, :-1, None], targets

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean squared error over the steps that are asked, of outputs (B, T, 1)."""
        asked = ~targets.isnan()
        return nn.functional.mse_loss(outputs[..., 0][asked], targets[asked])

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Whether an answer is within 0.05 of the next value, at each step that is asked, (N,)."""
        asked = ~targets.isnan()
        return (outputs[..., 0][asked] - targets[asked]).abs() < TOLERANCE

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence, the next value below each."""
        x, after = self.batch(1, (length, length), generator)
        said = tuple("" if math.isnan(number) else written(number) for number in after[0].tolist())
        return Example(tuple(map(written, x[0, :, 0].tolist())), x[0], said)


class Sines(Sine):
    """Half the sum of two sines: see the head of this file."""

    title = "Sum of two sines"
    rule = (
        "The sum of two sines whose periods and phases nobody tells. After each step the network says the next value."
    )
    why = (
        "Two periods at once: the last values alone no longer tell where the curve goes, and two that lie close together "
        "beat slowly."
    )
    waves = 2
    known = 6

    def _marks(self, amplitudes: list[float]) -> Marks:
        """What errors score that are the sum of two sines of these amplitudes, all pairs equally often."""
        some = amplitudes[:: max(1, len(amplitudes) // 40)]  # pairs: 40² of them are exact to about 1e-4
        phases = [math.sin(math.pi * ((k + 0.5) / 200 - 0.5)) for k in range(200)]
        right = 0.0
        for a in some:
            for b in some:
                ends = [((TOLERANCE - a * s) / b, (-TOLERANCE - a * s) / b) for s in phases]
                right += sum(_below(high) - _below(low) for high, low in ends) / len(phases)
        return Marks(right / len(some) ** 2, sum(a**2 for a in amplitudes) / len(amplitudes))


def _below(x: float) -> float:
    """P(sin φ < x) for φ ~ U(0, 2π)."""
    return 0.5 + math.asin(max(-1.0, min(1.0, x))) / math.pi


def _within(x: float) -> float:
    """P(|sin φ| < x) for φ ~ U(0, 2π)."""
    return 2 * _below(x) - 1
