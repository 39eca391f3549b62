"""Series made for this project from a seed: an hourly one like a temperature, a monthly one that grows.

Both are generated, and every page that shows them says so. They have what makes such series hard or easy to forecast: a
daily and a yearly cycle, weather that comes and goes, growth in percent. What made them is in this file, so one can also
know what no forecaster can foresee: the noise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

HOURS, MONTHS = 3 * 365 * 24, 144
"""Lengths of the two series that ship: three years of hours, twelve years of months."""

_CLEAR = 0.2  # autocorrelation from which changes are said to repeat


@dataclass(frozen=True, eq=False)
class Series:
    """A series of numbers, evenly spaced.

    Attributes:
        title: What it is, in a few words.
        unit: Of its values.
        step: What one step is: "hour", "month".
        season: Steps after which the pattern repeats; 1 where there is none.
        values: (n,), float64, read-only.
        moments: What an axis calls each step, n of them; empty where steps are just counted.
    """

    title: str
    unit: str
    step: str
    season: int
    values: NDArray[np.float64]
    moments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.values.flags.writeable = False


def hourly(seed: int = 0, hours: int = HOURS) -> NDArray[np.float64]:
    """Temperature-like: a year, a day, clouds that flatten the day, weather that drifts, a little noise; (hours,), °C.

    The clouds *multiply* the daily cycle, so the best forecast is not a linear function of the past.

    Args:
        seed: Of the clouds, the weather and the noise.
        hours: From midnight of 1 January on.

    Raises:
        ValueError: There is no hour.
    """
    if hours < 1:
        raise ValueError(f"hours is {hours}, expected 1 or more")
    generator = np.random.default_rng(seed)
    hour = np.arange(hours)
    summer = -np.cos(2 * np.pi * (hour / 24 - 20) / 365)  # -1 on 21 January, +1 half a year later
    clear = 1 / (1 + np.exp(-2 * autoregressive(generator, hours, 30.0)))  # 0 overcast, 1 clear sky
    daily = np.cos(2 * np.pi * (hour - 15) / 24) + 0.25 * np.cos(4 * np.pi * (hour - 14) / 24)  # warmest at three
    weather = 3.0 * autoregressive(generator, hours, 60.0) + 0.35 * autoregressive(generator, hours, 2.0)
    return np.round(12 + 10 * summer + (2 + (5 + 2 * summer) * clear) * daily + weather, 1)


def monthly(seed: int = 0, months: int = MONTHS) -> NDArray[np.float64]:
    """Passenger-like: growth in percent times a season of twelve months times a little noise; (months,), thousands.

    Args:
        seed: Of the noise.
        months: From a January on.

    Raises:
        ValueError: There is no month.
    """
    if months < 1:
        raise ValueError(f"months is {months}, expected 1 or more")
    generator = np.random.default_rng(seed)
    month = np.arange(months)
    season = 0.16 * np.cos(2 * np.pi * (month - 6.5) / 12) + 0.06 * np.cos(4 * np.pi * (month - 0.5) / 12)
    noise = 0.035 * autoregressive(generator, months, 4.0)
    return np.round(120 * np.exp(0.0105 * month + season + noise)).astype(np.float64)


def autoregressive(generator: np.random.Generator, steps: int, memory: float) -> NDArray[np.float64]:
    """AR(1) noise of variance 1: each value is exp(-1 / memory) times the one before, and something new; (steps,)."""
    keep = np.exp(-1 / memory)
    new = generator.standard_normal(steps) * np.sqrt(1 - keep**2)
    new[0] /= np.sqrt(1 - keep**2)
    values = new.astype(np.float64)
    for k in range(1, steps):
        values[k] += keep * values[k - 1]
    return values


def _hourly() -> Series:
    return Series("Generated temperature", "°C", "hour", 24, hourly())


def _monthly() -> Series:
    return Series("Generated passengers", "thousands", "month", 12, monthly())


_MADE: Mapping[str, Callable[[], Series]] = {"hourly": _hourly, "monthly": _monthly}

GENERATED = tuple(_MADE)
"""The series that ship, by name."""


@cache
def generated(name: str) -> Series:
    """One of the series that ship, seed 0.

    Raises:
        KeyError: There is no such series.
    """
    if name not in _MADE:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(_MADE)}")
    return _MADE[name]()


def season_of(values: NDArray[np.float64], longest: int = 400) -> int:
    """After how many steps a series repeats, as far as one can tell; 1 where it does not.

    The first clear peak of the autocorrelation of its changes, which growth does not disturb.

    Args:
        values: (n,).
        longest: The longest season that is looked for; never more than a third of the series.
    """
    changes = np.diff(values)
    most = min(longest, len(values) // 3)
    if most < 3 or not changes.std():
        return 1
    changes = changes - changes.mean()
    size = 1 << (2 * len(changes) - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(changes, size)) ** 2
    alike = np.fft.irfft(spectrum, size)[: most + 2]
    alike = alike / alike[0]
    peaks = [k for k in range(2, most + 1) if alike[k] >= max(alike[k - 1], alike[k + 1])]
    highest = max((alike[k] for k in peaks), default=0.0)
    clear = max(_CLEAR, 4 / np.sqrt(len(changes)))
    return next((k for k in peaks if alike[k] >= 0.85 * highest), 1) if highest > clear else 1
