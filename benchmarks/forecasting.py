"""How forecasts of public collections fare: `python -m benchmarks.forecasting FILE COLUMN [FILE COLUMN ...]`.

Each file goes through the loader and the backtest of the page: a window and a horizon of one season, the last fifth held out,
the page's own training. A third table trains the well-known tutorial's LSTM on monthly files: one month in, one out, 4 units,
100 times through the first two thirds, all values scaled to 0 to 1.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch

from models.backtest import Backtest
from models.baselines import Errors, last_value
from models.forecasting import KINDS, Recipe, fit
from models.loaders.numbers import column, read
from models.series import season_of
from models.windows import windows
from playground.forecast_words import live_recipe


def measure(name: str, values: np.ndarray) -> None:
    """Prints the backtest of one series."""
    season = season_of(values)
    test = Backtest(values, season, season, season)
    rows = {who: (0.0, e.absolute) for who, e in test.errors(test.naive).items()}
    for kind in KINDS:
        start = time.process_time()
        model = fit(live_recipe(kind, season, season, "window", 0), test.past)
        seconds = time.process_time() - start
        rows[kind] = (seconds, test.errors({kind: model.forecast})[kind].absolute)
    print(f"\n{name}: {len(values):,} values, season {season}\n")
    print("| forecast | 1 step | all steps, mean | last step | CPU s |\n|---|---:|---:|---:|---:|")
    for who, (seconds, e) in rows.items():
        print(f"| {who} | {e[0]:.2f} | {e.mean():.2f} | {e[-1]:.2f} | {seconds:.1f} |")


def tutorial(name: str, values: np.ndarray) -> None:
    """Prints the well-known tutorial's LSTM beside the last value."""
    cut = round(len(values) * 0.67)
    inputs, targets = windows(values[cut - 1 :], 1, 1)
    recipe = Recipe("LSTM", "direct", 1, 1, 4, "range", batch=1, learning_rate=1e-3, updates=100 * (cut - 1))
    said = {
        f"LSTM, seed {seed}": fit(Recipe(**{**vars(recipe), "seed": seed}), values[:cut], values) for seed in range(3)
    }
    print(f"\n{name}, the tutorial's recipe: root of the mean squared error one step ahead")
    print(f"last value {Errors.of(last_value(inputs, 1), targets).squared[0]:.1f}")
    for who, model in said.items():
        print(f"{who} {Errors.of(model.forecast(inputs), targets).squared[0]:.1f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for file, wanted in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        found = column(read(Path(file).read_bytes()), wanted)
        measure(f"{Path(file).name}, {wanted}", found.values)
        if season_of(found.values) == 12:
            tutorial(Path(file).name, found.values)
