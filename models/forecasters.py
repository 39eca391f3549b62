"""The forecasting networks that ship, how they were made, and how far off they are on data that none of them saw.

    from models import forecasters

    forecasters.load("forecasting-lstm")["direct"]            # a models.forecasting.Model
    forecasters.facts("forecasting-lstm")["errors"]["direct"] # its errors by horizon on the held-out year

Four files hold networks for the generated hourly series, trained on its first two years and measured on the third: every
window of 24 hours, 24 hours ahead. One file holds small networks for the generated monthly series, trained on eight years and
measured on the last four, one month ahead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch

from models.baselines import Errors, naive
from models.forecasting import CHECKPOINTS, KINDS, SCALINGS, STRATEGIES, Array, Model, Recipe, Scale, fit, network
from models.series import generated
from models.windows import windows

SEEDS = (0, 1, 2, 3)
"""Seeds from which the direct network of each kind is trained for the hourly series: how much is due to chance. 0 ships."""

DAY, YEAR = 24, 12
"""Steps in a season of the two series."""

CUTS: Mapping[str, int] = {"hourly": 2 * 365 * DAY, "monthly": 8 * YEAR}
"""Steps of each series to learn from; what follows is held out."""


@dataclass(frozen=True)
class Shipped:
    """Networks that ship in one file.

    Attributes:
        series: A name in `models.series.GENERATED`.
        recipes: How each was made, by name.
    """

    series: str
    recipes: Mapping[str, Recipe]


def _hourly(kind: str) -> Shipped:
    """All strategies that a kind allows.

    The dense net has so many units that it has about as many weights as an LSTM of 32. The encoder and decoder go in
    smaller steps, or the RNN's comes to nothing.
    """
    recipes = {s: Recipe(kind, s, DAY, DAY, 96 if kind == "dense" else 32) for s in STRATEGIES[:2]}
    if kind != "dense":
        recipes[STRATEGIES[2]] = Recipe(kind, STRATEGIES[2], DAY, DAY, 32, learning_rate=5e-3, updates=1000)
    return Shipped("hourly", recipes)


def monthly_name(kind: str, length: int, scaling: str) -> str:
    """What one of the networks for the monthly series is called in its file."""
    return f"{kind}, {length}, {scaling}"


_MONTHLY = {
    monthly_name(kind, length, scaling): Recipe(
        kind, "direct", length, 1, 16, scaling, batch=32, learning_rate=5e-3, updates=1200
    )
    for kind in ("dense", "LSTM")
    for length in (1, YEAR)
    for scaling in SCALINGS
}

HOURLY: Mapping[str, str] = {kind: f"forecasting-{kind.lower()}" for kind in KINDS}
"""The files of the networks for the hourly series, by kind."""

MONTHLY = "forecasting-monthly"
"""The file of the networks for the monthly series."""

FORECASTERS: Mapping[str, Shipped] = {
    **{name: _hourly(kind) for kind, name in HOURLY.items()},
    MONTHLY: Shipped("monthly", _MONTHLY),
}
"""The files by name."""


def past(series: str) -> Array:
    """What the networks of a generated series learned from, (n,)."""
    return generated(series).values[: CUTS[series]]


def held_out(series: str, length: int, horizon: int) -> tuple[Array, Array]:
    """The windows that no network learned from: inputs (N, T) and targets (N, K).

    The first target is the first held-out value; its window ends with the last value that was learned from.
    """
    return windows(generated(series).values[CUTS[series] - length :], length, horizon)


def errors(series: str, length: int, horizon: int, strategy: str = "direct") -> dict[str, Errors]:
    """How far the forecasts without a network are off on the held-out part of a generated series, by name."""
    inputs, targets = held_out(series, length, horizon)
    said = naive(past(series), length, horizon, generated(series).season, fed_back=strategy == "fed back")
    return {name: Errors.of(forecaster(inputs), targets) for name, forecaster in said.items()}


def day_ahead(strategy: str, window: int) -> tuple[dict[str, Array], Array, Array]:
    """What everybody says of the 24 hours after one held-out window.

    Args:
        strategy: One of `STRATEGIES`; a dense network has no state to hand on, and is left out there.
        window: Its number, from 0; the last hour of window 1 is the first held-out one.

    Returns:
        Forecasts by name, (24,) each; the window, (24,); what came, (24,).
    """
    inputs, targets = (part[window : window + 1] for part in held_out("hourly", DAY, DAY))
    said = naive(past("hourly"), DAY, DAY, DAY, fed_back=strategy == "fed back")
    said |= {kind: load(name)[strategy].forecast for kind, name in HOURLY.items() if strategy in _shipped(name).recipes}
    return {name: forecaster(inputs)[0] for name, forecaster in said.items()}, inputs[0], targets[0]


@dataclass(frozen=True, eq=False)
class MonthAhead:
    """Forecasts of every held-out month, each made one month before.

    Attributes:
        said: By name, (M,) each.
        truth: What came, (M,).
        before: The month before each, (M,): what the last value says.
    """

    said: Mapping[str, Array]
    truth: Array
    before: Array

    def off(self, name: str) -> float:
        """Root of the mean squared difference from what came."""
        return _distance(self.said[name], self.truth)

    def off_shifted(self, name: str) -> float:
        """The same from what had come one month *earlier*: small where a forecast is the series, shifted by one."""
        return _distance(self.said[name], self.before)


def month_ahead(kind: str, length: int, scaling: str) -> MonthAhead:
    """What a network for the monthly series says of the held-out months, and the forecasts without a network."""
    inputs, targets = held_out("monthly", length, 1)
    said = naive(past("monthly"), length, 1, YEAR)
    said[kind] = load(MONTHLY)[monthly_name(kind, length, scaling)].forecast
    found = {name: forecaster(inputs)[:, 0] for name, forecaster in said.items()}
    return MonthAhead(found, targets[:, 0], inputs[:, -1])


def _distance(one: Array, other: Array) -> float:
    return float(np.sqrt(((one - other) ** 2).mean()))


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains the networks of a file and writes their weights and facts to `folder`.

    Raises:
        KeyError: There is no such file.
    """
    shipped = _shipped(name)
    models = {
        each: fit(recipe, past(shipped.series), generated(shipped.series).values)
        for each, recipe in shipped.recipes.items()
    }
    known = {
        "command": f"python -m models.zoo {name}",
        "torch": torch.__version__,
        "series": shipped.series,
        "recipes": {each: asdict(recipe) for each, recipe in shipped.recipes.items()},
        "scales": {each: asdict(model.scale) for each, model in models.items()},
        "parameters": {each: sum(w.numel() for w in model.net.parameters()) for each, model in models.items()},
        "errors": {each: measured(model, shipped.series) for each, model in models.items()},
        "seeds": {} if name == MONTHLY else by_seed(models["direct"]),
    }
    weights = {f"{each}/{w}": value for each, model in models.items() for w, value in model.net.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    (folder / f"{name}.safetensors").write_bytes(safetensors.torch.save(weights, {"facts": json.dumps(known)}))


def by_seed(shipped: Model) -> dict[str, float]:
    """Mean |error| over all hours ahead on the held-out year, by the seed of the training."""
    recipe = shipped.recipe
    models = {
        seed: shipped if seed == recipe.seed else fit(replace(recipe, seed=seed), past("hourly")) for seed in SEEDS
    }
    return {str(seed): float(np.mean(measured(model, "hourly")["absolute"])) for seed, model in models.items()}


def measured(model: Model, series: str) -> dict[str, list[float]]:
    """The errors of a network on the held-out part: `absolute` and `squared` as in `models.baselines.Errors`, (K,) each."""
    inputs, targets = held_out(series, model.recipe.length, model.recipe.horizon)
    found = Errors.of(model.forecast(inputs), targets)
    return {"absolute": found.absolute.round(6).tolist(), "squared": found.squared.round(6).tolist()}


def load(name: str, folder: Path = CHECKPOINTS) -> dict[str, Model]:
    """The networks of a file by name, for looking.

    Raises:
        KeyError: There is no such file.
    """
    known, weights = facts(name, folder), safetensors.torch.load_file(folder / f"{name}.safetensors")
    models = {}
    for each, recipe in _shipped(name).recipes.items():
        net = network(recipe)
        net.load_state_dict({weight: weights[f"{each}/{weight}"] for weight in net.state_dict()})
        scale = Scale(**known["scales"][each])
        models[each] = Model(recipe, scale, net.eval().requires_grad_(requires_grad=False))
    return models


def facts(name: str, folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What is known of the networks of a file, read from its head; the weights stay on the disk.

    Returns:
        `command` and `torch`, what made it; `series`; and by network `recipes`, `scales`, `parameters` and `errors`: see
        `measured`; `seeds` of a file for the hourly series: see `by_seed`.

    Raises:
        KeyError: There is no such file.
    """
    _shipped(name)
    with safetensors.safe_open(folder / f"{name}.safetensors", framework="numpy") as file:
        return json.loads(file.metadata()["facts"])


def _shipped(name: str) -> Shipped:
    if name not in FORECASTERS:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(FORECASTERS)}")
    return FORECASTERS[name]
