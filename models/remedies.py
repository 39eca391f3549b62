"""Remedies against gradients that vanish, side by side on the long-lag latch: same data, same size, same optimizer.

What differs is the cell and how its weights begin. Whether it learns can be told before the first update, from the share
of the gradient that reaches the first step (`start_ratio`).

    from models.remedies import REMEDIES, run, measured
    train(run("orthogonal", lag=30, seed=0))
    measured(30)["orthogonal"].solved

`python -m models.remedies` trains every remedy at every lag from every seed, writes the curves that ship, and prints the
table of docs/performance.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.gradients import Gradients
from models.run import Kind, Nonlinearity, Run
from models.tasks import TASKS
from models.training import train


@dataclass(frozen=True)
class Remedy:
    """One way to begin.

    Attributes:
        title: what it is called, in a few letters.
        cell: "RNN", "LSTM" or "GRU".
        start: of the recurrent weights: see `models.network.Start`.
        nonlinearity: of an RNN.
        keep_bias: head start of the gate that keeps the past.
    """

    title: str
    cell: str
    start: Kind = "default"
    nonlinearity: Nonlinearity = "tanh"
    keep_bias: float = 0.0


REMEDIES: Mapping[str, Remedy] = {
    "rnn": Remedy("RNN default", "RNN"),
    "orthogonal": Remedy("RNN orthogonal", "RNN", start="orthogonal"),
    "irnn": Remedy("IRNN", "RNN", start="identity", nonlinearity="relu"),
    "lstm_0": Remedy("LSTM bias 0", "LSTM"),
    "lstm_1": Remedy("LSTM bias 1", "LSTM", keep_bias=1.0),
    "lstm_3": Remedy("LSTM bias 3", "LSTM", keep_bias=3.0),
    "chrono": Remedy("LSTM chrono", "LSTM", start="chrono"),
    "gru_0": Remedy("GRU bias 0", "GRU"),
    "gru_3": Remedy("GRU bias 3", "GRU", keep_bias=3.0),
}
"""The remedies by name, the sick one first. "Bias" is what is added to the bias of the gate that keeps, f or z."""

LAGS = (10, 30, 100)
SEEDS = tuple(range(5))
UPDATES, EVERY = 1000, 10
"""Updates of a training, and from one look at its accuracy to the next."""

SOLVED = 0.99
"""A network has solved the latch where more of the held-out sequences are right than this."""

MEASURED = Path(__file__).parent / "checkpoints" / "remedies.json"
"""What `python -m models.remedies` writes."""

_SEQUENCES = 16  # over which the share of the gradient at the start is taken


def run(name: str, lag: int, seed: int, updates: int = UPDATES, every: int = EVERY) -> Run:
    """The training of a remedy: 32 units, batches of 32, Adam with 0.002, gradients clipped at norm 1.

    Raises:
        KeyError: there is no such remedy.
        ValueError: what `Run` raises.
    """
    remedy = _remedy(name)
    return Run(
        task="latch", cell=remedy.cell, hidden=32, batch=32, learning_rate=2e-3, decay="none", steps=updates, clip=1.0,
        keep_bias=remedy.keep_bias, seed=seed, every=every, lengths=(lag, lag), start=remedy.start,
        nonlinearity=remedy.nonlinearity,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a remedy at one lag, from S seeds.

    Attributes:
        accuracy: share of held-out sequences that were right, (S, looks), one look every `EVERY` updates from 0 on.
        log10_ratio: what `start_ratio` says before the first update, (S,).
    """

    accuracy: NDArray[np.float64]
    log10_ratio: NDArray[np.float64]

    @property
    def solved(self) -> list[int | None]:
        """Updates until the accuracy was above `SOLVED` for the first time, for each seed; None where it never was."""
        above = self.accuracy > SOLVED
        return [EVERY * int(row.argmax()) if row.any() else None for row in above]

    @property
    def median_solved(self) -> int | None:
        """The median of `solved` over the seeds; None where more than half of them never solved it."""
        found = sorted(np.inf if updates is None else updates for updates in self.solved)
        middle = found[len(found) // 2]
        return None if middle == np.inf else int(middle)


@cache
def measured(lag: int) -> Mapping[str, Outcome]:
    """What became of each remedy at a lag, as it was measured.

    Raises:
        KeyError: the lag is none of `LAGS`.
        ValueError: the file was made with other settings.
    """
    if lag not in LAGS:
        raise KeyError(f"lag is {lag}, expected one of {', '.join(map(str, LAGS))}")
    found = json.loads(MEASURED.read_text("utf-8"))
    if (found["updates"], found["every"], found["seeds"]) != (UPDATES, EVERY, len(SEEDS)):
        raise ValueError(f"{MEASURED.name} was measured with other settings: run python -m models.remedies")
    return {
        name: Outcome(np.array(outcome["accuracy"]), np.array(outcome["log10_ratio"]))
        for name, outcome in found["lags"][str(lag)].items()
    }


def start_profile(name: str, lag: int, seed: int) -> NDArray[np.float64]:
    """log10 of ||dL/dh_t|| / ||dL/dh_T|| before the first update, (T,): how the gradient fades on its way back.

    The norm is that of a batch, the root of the mean square over its sequences: the same sequences for all remedies.
    """
    profile = _over_batch([gradients.h.log10_norm for gradients in _gradients(name, lag, seed)])
    return profile - profile[-1]


def start_ratio(name: str, lag: int, seed: int) -> float:
    """log10 of ||dL/dx_1|| / ||dL/dx_T|| before the first update, with norms as in `start_profile`.

    The first input decides the class, the last one is noise. -inf where nothing reaches the first step.
    """
    profile = _over_batch([gradients.inputs().log10_norm for gradients in _gradients(name, lag, seed)])
    return float(profile[0] - profile[-1])


def _gradients(name: str, lag: int, seed: int) -> list[Gradients]:
    """The gradients of the loss of each sequence, for the weights with which a training begins."""
    task, question = TASKS["latch"], run(name, lag, seed)
    network: Any = task.network(question, torch.Generator().manual_seed(seed)).double()
    x, targets = task.batch(_SEQUENCES, (lag, lag), torch.Generator().manual_seed(lag))
    x = x.double()
    with torch.no_grad():
        h = network.recurrent(x)[0]  # (B, T, H)
    h.requires_grad_()
    (dh,) = torch.autograd.grad(task.loss(network.head(h), targets), h)
    return [Gradients(network.recurrent, x[row], dh[row]) for row in range(len(x))]


def _over_batch(log10_norms: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """log10 of the root of the mean square of B norms, (T,) each."""
    logs = np.stack(log10_norms)  # (B, T)
    largest = logs.max(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = largest + np.log10(np.mean(10.0 ** (2 * (logs - largest)), axis=0)) / 2
    return np.where(np.isfinite(largest), found, -np.inf)


def _remedy(name: str) -> Remedy:
    if name not in REMEDIES:
        raise KeyError(f"remedy is {name!r}, expected one of {', '.join(REMEDIES)}")
    return REMEDIES[name]


# ---- making the file -------------------------------------------------------------------------------------------------


def measure(name: str, lag: int) -> dict[str, list]:
    """Train a remedy from every seed: its accuracies and the share of its gradient, as they are written."""
    accuracy = [[round(snapshot.accuracy, 4) for snapshot in train(run(name, lag, seed))] for seed in SEEDS]
    return {"accuracy": accuracy, "log10_ratio": [round(start_ratio(name, lag, seed), 2) for seed in SEEDS]}


def table() -> str:
    """The measured outcomes as Markdown: updates until solved, and the gradient's share at the first step."""
    lines = [
        f"| remedy | {' | '.join(f'lag {lag}: ratio | solved after | seeds' for lag in LAGS)} |",
        f"|---|{'---:|' * (3 * len(LAGS))}",
    ]
    for name, remedy in REMEDIES.items():
        cells = []
        for lag in LAGS:
            outcome = measured(lag)[name]
            after = outcome.median_solved
            seeds = sum(updates is not None for updates in outcome.solved)
            ratio = f"{10 ** np.median(outcome.log10_ratio):.0e}"
            cells.append(f"{ratio} | {'never' if after is None else f'{after:,}'} | {seeds} of {len(SEEDS)}")
        lines.append(f"| {remedy.title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _main() -> None:
    torch.set_num_threads(1)
    lags = {str(lag): {name: measure(name, lag) for name in REMEDIES} for lag in LAGS}
    found = {"updates": UPDATES, "every": EVERY, "seeds": len(SEEDS), "lags": lags}
    MEASURED.write_text(json.dumps(found, separators=(",", ":")) + "\n", "utf-8")
    measured.cache_clear()
    print(table())  # noqa: T201


if __name__ == "__main__":
    _main()
