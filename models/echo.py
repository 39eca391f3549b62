"""An echo state network: a recurrent layer that is never trained, and a read-out that is trained in one go.

    h_t = (1 - a) h_{t-1} + a tanh(W h_{t-1} + w u_t + b)        the reservoir, all random, with leak a
    u_{t+1} = v · (1, u_t, h_t)                                  the read-out, the only thing that learns

No gradient goes through time, so none can vanish or explode: v is a ridge regression (Jaeger 2001; Lukoševičius 2012, "A
practical guide to applying echo state networks"). All that is chosen about W is its spectral radius, the size of its
largest eigenvalue: how long what came in goes on echoing.

    from models.echo import Reservoir, forecast
    forecast(Reservoir(radius=1.25)).error

`python -m models.echo` measures every reservoir of `SIZES`, `RADII` and `SEEDS` and writes what the page shows as curves.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models import mackey_glass

WASH_OUT, TRAIN, FORECAST = 100, 2000, 500
"""Steps that only settle the state, that the read-out is fitted to, and that the network then goes on alone."""

CLOSE = 0.1
"""A forecast is close where it is off by less: a ninth of the range of the series."""

LOST = 1e6
"""A forecast beyond this has diverged: it ends there, and its error is infinite."""

SIZES = (50, 100, 200, 300)
RADII = (0.1, 0.3, 0.5, 0.7, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.0, 2.5)
SEEDS = tuple(range(9))
"""The reservoirs of the measured curves."""

ORDERS = (20, 50, 100, 200, 300)
"""How many past values the straight lines of `best_line` look at."""

MEASURED = Path(__file__).parent / "checkpoints" / "echo.json"
"""What `python -m models.echo` writes: the error of each of them."""


@dataclass(frozen=True)
class Reservoir:
    """Everything that decides a reservoir and its read-out.

    Attributes:
        units: N.
        radius: the spectral radius that W is scaled to.
        seed: of W, w and b.
        leak: a in (0, 1]: how much of a state is new at each step.
        ridge: the penalty on v².

    Raises:
        ValueError: one of them is out of its range.
    """

    units: int = 300
    radius: float = 1.25
    seed: int = 0
    leak: float = 0.3
    ridge: float = 1e-8

    def __post_init__(self) -> None:
        if not 1 <= self.units <= 1000:
            raise ValueError(f"units is {self.units}, expected 1 to 1,000")
        if not 0 <= self.radius <= 100:
            raise ValueError(f"radius is {self.radius}, expected 0 to 100")
        if not 0 < self.leak <= 1:
            raise ValueError(f"leak is {self.leak}, expected more than 0, up to 1")
        if not 0 < self.ridge < math.inf:
            raise ValueError(f"ridge is {self.ridge}, expected a finite number above 0")


@dataclass(frozen=True, eq=False)
class Forecast:
    """A series and what a model made of it when it had only its own forecasts to go on with.

    Attributes:
        truth: the series, (T,).
        values: the forecast, (T,); NaN from where it has diverged.
        fitted: mean squared error of one step ahead on the training steps.
    """

    truth: NDArray[np.float64]
    values: NDArray[np.float64]
    fitted: float

    @property
    def error(self) -> float:
        """Mean squared error over all steps; infinite for a forecast that diverged."""
        return float(np.mean((self.values - self.truth) ** 2)) if np.isfinite(self.values).all() else math.inf

    @property
    def close(self) -> int:
        """Steps before it is off by `CLOSE` for the first time."""
        off = ~(np.abs(self.values - self.truth) < CLOSE)
        return int(off.argmax()) if off.any() else len(off)

    @property
    def ended(self) -> int | None:
        """Steps before it diverged; None if it did not."""
        finite = np.isfinite(self.values)
        return None if finite.all() else int(finite.argmin())


@cache
def known() -> tuple[Tensor, float]:
    """The series as the networks get it: centred on the mean of what is known at first, and that mean.

    The first `WASH_OUT + TRAIN` values are known, the `FORECAST` that follow are to be foretold. float64.
    """
    values = torch.from_numpy(mackey_glass.series(WASH_OUT + TRAIN + FORECAST))
    mean = float(values[: WASH_OUT + TRAIN].mean())
    return values - mean, mean


def weights(reservoir: Reservoir) -> tuple[Tensor, Tensor, Tensor]:
    """W (N, N), w (N,) and b (N,) from U(-0.5, 0.5), W then scaled to its spectral radius. float64."""
    generator = torch.Generator().manual_seed(reservoir.seed)
    n = reservoir.units
    w_in, bias = torch.rand(2, n, generator=generator, dtype=torch.float64) - 0.5
    w = torch.rand(n, n, generator=generator, dtype=torch.float64) - 0.5
    return w * (reservoir.radius / spectral_radius(w)), w_in, bias


def spectral_radius(w: Tensor) -> float:
    """The size of the largest eigenvalue."""
    return float(torch.linalg.eigvals(w).abs().max())


def states(reservoir: Reservoir, inputs: Tensor, start: Tensor | None = None) -> Tensor:
    """The states (T, N) while the reservoir reads (T,) from a start state (N,), zeros if not given."""
    w, w_in, bias = weights(reservoir)
    pushes = torch.outer(inputs, w_in) + bias  # (T, N)
    h = torch.zeros_like(bias) if start is None else start
    found = torch.empty_like(pushes)
    for t in range(len(inputs)):
        h = torch.lerp(h, torch.tanh(torch.addmv(pushes[t], w, h)), reservoir.leak)
        found[t] = h
    return found


def ridge_regression(features: Tensor, targets: Tensor, penalty: float) -> Tensor:
    """The v (F,) that makes ||features v - targets||² + penalty ||v||² smallest.

    Solved by an orthogonal decomposition with the penalty as further rows. The textbook's normal equations square the
    condition number and would lose half of the digits.

    Args:
        features: (T, F).
        targets: (T,).
        penalty: above 0.
    """
    count = features.shape[1]
    rows = torch.cat([features, math.sqrt(penalty) * torch.eye(count, dtype=features.dtype)])
    wanted = torch.cat([targets, targets.new_zeros(count)])
    return torch.linalg.lstsq(rows, wanted[:, None], driver="gels").solution[:, 0]


def forecast(reservoir: Reservoir) -> Forecast:
    """Fit the read-out to the known series, then let the network read its own forecasts for `FORECAST` steps."""
    series, mean = known()
    told = series[: WASH_OUT + TRAIN]
    seen = states(reservoir, told)
    features = _features(told[WASH_OUT - 1 : -1], seen[WASH_OUT - 1 : -1])  # each foretells the value after it
    v = ridge_regression(features, told[WASH_OUT:], reservoir.ridge)
    fitted = float((features @ v - told[WASH_OUT:]).square().mean())
    w, w_in, bias = weights(reservoir)
    h, u = seen[-1], told[-1]
    values = np.full(FORECAST, np.nan)
    for t in range(FORECAST):
        u = v[0] + v[1] * u + v[2:] @ h
        if not abs(float(u)) < LOST:
            break
        values[t] = float(u) + mean
        h = torch.lerp(h, torch.tanh(torch.addmv(u * w_in + bias, w, h)), reservoir.leak)
    return Forecast(series[WASH_OUT + TRAIN :].numpy() + mean, values, fitted)


def autoregression(order: int, ridge: float = 1e-8) -> Forecast:
    """The baseline: a straight line through the last `order` values, fitted and let go as the network is.

    Raises:
        ValueError: order is not from 1 to half of the training steps.
    """
    if not 1 <= order <= TRAIN // 2:
        raise ValueError(f"order is {order}, expected 1 to {TRAIN // 2}")
    series, mean = known()
    told = series[: WASH_OUT + TRAIN]
    windows = told.unfold(0, order, 1)  # (.., order), the latest value last
    past = torch.cat([windows.new_ones(len(windows), 1), windows], 1)[:-1][-TRAIN:]
    targets = told[-len(past) :]
    v = ridge_regression(past, targets, ridge)
    recent = told[-order:]
    values = np.full(FORECAST, np.nan)
    for t in range(FORECAST):
        u = v[0] + v[1:] @ recent
        if not abs(float(u)) < LOST:
            break
        values[t] = float(u) + mean
        recent = torch.cat([recent[1:], u[None]])
    return Forecast(series[WASH_OUT + TRAIN :].numpy() + mean, values, float((past @ v - targets).square().mean()))


def best_line() -> tuple[int, Forecast]:
    """The autoregression that does best in the forecast itself, after its order, one of `ORDERS`.

    A baseline with every advantage: nobody could know its best order beforehand.
    """
    found = {order: autoregression(order) for order in ORDERS}
    order = min(found, key=lambda order: found[order].error)
    return order, found[order]


def last_value() -> Forecast:
    """The simplest baseline: nothing changes any more."""
    series, mean = known()
    told, future = series[WASH_OUT - 1 : WASH_OUT + TRAIN], series[WASH_OUT + TRAIN :].numpy() + mean
    return Forecast(future, np.full(FORECAST, float(told[-1]) + mean), float(told.diff().square().mean()))


def distances(reservoir: Reservoir, steps: int = 300) -> NDArray[np.float64]:
    """||h_t - h'_t|| of two runs that read the same series, (steps + 1,) from before the first step on.

    One starts from zeros, the other from U(-1, 1). A reservoir has the echo state property if this goes to 0 whatever
    the starts: then its state says what came in, and nothing else.
    """
    series, _ = known()
    generator = torch.Generator().manual_seed(reservoir.seed + 1)
    start = 2 * torch.rand(reservoir.units, generator=generator, dtype=torch.float64) - 1
    apart = states(reservoir, series[:steps]) - states(reservoir, series[:steps], start)
    return torch.cat([start.norm()[None], apart.norm(dim=1)]).numpy()


def _features(u: Tensor, h: Tensor) -> Tensor:
    return torch.cat([torch.ones_like(u)[:, None], u[:, None], h], 1)


# ---- the measured curves ---------------------------------------------------------------------------------------------


@cache
def measured() -> Mapping[int, NDArray[np.float64]]:
    """The error of every reservoir that was measured, by its size: (radii, seeds), infinite where it diverged."""
    text = json.loads(MEASURED.read_text("utf-8"))
    if (tuple(text["radii"]), text["seeds"]) != (RADII, len(SEEDS)):
        raise ValueError(f"{MEASURED.name} was measured at other radii or seeds: run python -m models.echo")
    return {
        int(size): np.array([[math.inf if e is None else e for e in row] for row in rows])
        for size, rows in text["errors"].items()
    }


def measure() -> dict[str, object]:
    """The error of every reservoir, as it is written; None where it diverged. About two minutes."""

    def error(units: int, radius: float, seed: int) -> float | None:
        found = forecast(Reservoir(units, radius, seed)).error
        return float(f"{found:.3g}") if math.isfinite(found) else None

    errors = {str(n): [[error(n, radius, seed) for seed in SEEDS] for radius in RADII] for n in SIZES}
    return {"radii": list(RADII), "seeds": len(SEEDS), "errors": errors}


def _main() -> None:
    torch.set_num_threads(1)
    MEASURED.write_text(json.dumps(measure()) + "\n", "utf-8")
    print(f"median mean squared error of {FORECAST} free-running steps over {len(SEEDS)} seeds (diverged)")  # noqa: T201
    measured.cache_clear()
    for size, errors in measured().items():
        rows = [f"{np.median(row):.1e} ({np.isinf(row).sum()})" for row in errors]
        print(size, *(f"{radius:g}: {row};" for radius, row in zip(RADII, rows, strict=True)))  # noqa: T201


if __name__ == "__main__":
    _main()
