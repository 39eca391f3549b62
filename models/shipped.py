"""Shipped: the presets of the training lab, trained beforehand, so that each opens at once.

    from models import shipped

    for kept in shipped.load("forget_bias"):
        kept.record.run.keep_bias, kept.accuracies[-1]

The file of a preset has a record for each of its runs, as a visitor's own download would be, but packed (zlib): every loss,
every gradient norm, and the weights at some updates. The untrained weights are not among them: the seed gives them. Accuracy
is kept for all snapshots of the training. Made anew with, for example, `python -m models.zoo lab-forget_bias`, in some ten
to sixty seconds a preset.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from models import record
from models.fairness import parameters
from models.history import series
from models.presets import PRESETS
from models.record import Record
from models.run import Run
from models.tasks import TASKS
from models.training import Snapshot, train

CHECKPOINTS = Path(__file__).parent / "checkpoints"

SHIPPED = tuple(PRESETS)
"""The presets that ship: all of them, in the order of a menu; the first is the worked example."""

MOST = 12
"""Snapshots that are kept of a run, at most."""

BYTES = 125_000
"""Of a record, about, at most: of a larger network fewer snapshots are kept, but always the first and the last."""

_HEAD = 8_000  # bytes of a record beside its numbers
_CURVES = 8  # bytes of an update, packed: its loss and its norm were float32


@dataclass(frozen=True, eq=False)
class Kept:
    """A training that ships.

    Attributes:
        record: Its settings, curves, and the snapshots whose weights are kept.
        steps: Of all snapshots that it had, (N,).
        accuracies: Of the same, (N,).
    """

    record: Record
    steps: NDArray[np.int64]
    accuracies: NDArray[np.float64]


def file_name(preset: str) -> str:
    """What the zoo calls the file of a preset."""
    return f"lab-{preset}"


def load(preset: str, folder: Path = CHECKPOINTS) -> tuple[Kept, ...]:
    """The trainings of a preset, in the order of its runs.

    Raises:
        KeyError: It does not ship.
    """
    if preset not in SHIPPED:
        raise KeyError(f"preset is {preset!r}, expected one of {', '.join(SHIPPED)}")
    arrays = load_file(folder / f"{file_name(preset)}.safetensors")
    return tuple(
        _kept(arrays[f"{k}/record"], arrays[f"{k}/steps"], arrays[f"{k}/accuracies"])
        for k in range(len(PRESETS[preset].runs))
    )


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains the runs of a preset and writes its file to `folder`.

    Raises:
        KeyError: No such preset ships.
    """
    preset = next((each for each in SHIPPED if file_name(each) == name), None)
    if preset is None:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(map(file_name, SHIPPED))}")
    arrays: dict[str, NDArray] = {}
    for k, run in enumerate(PRESETS[preset].runs):
        arrays |= {f"{k}/{part}": array for part, array in _trained(run).items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(arrays, folder / f"{name}.safetensors")


def shown(run: Run, last: int) -> tuple[int, ...]:
    """Which snapshots are kept of a run that ends after `last` updates: closer together at the beginning."""
    room = BYTES - _HEAD - _CURVES * (last + 1)
    count = 1 + max(1, min(MOST - 1, room // (4 * parameters(run) + 1_000)))
    ideal = last * np.linspace(0, 1, count) ** 1.6
    snapped = np.round(ideal / run.every).astype(int) * run.every
    return tuple(sorted({0, *(int(step) for step in snapped if step < last), last}))


def _kept(packed: NDArray[np.uint8], steps: NDArray[np.int64], accuracies: NDArray[np.float64]) -> Kept:
    """A training from its file, its beginning added."""
    found = record.load(zlib.decompress(packed.tobytes()))
    first = _untrained(found, float(accuracies[0]))
    since = found.snapshots[0]
    rest = replace(since, losses=since.losses[1:], gradient_norms=since.gradient_norms[1:])
    return Kept(replace(found, snapshots=(first, rest, *found.snapshots[1:])), steps, accuracies)


def _untrained(found: Record, accuracy: float) -> Snapshot:
    """The snapshot before the first update: its weights are drawn anew, as `models.training.Training` draws them."""
    run, curves = found.run, found.series
    network = TASKS[run.task].network(run, torch.Generator().manual_seed(run.seed))
    weights = {name: weight.detach().numpy().copy() for name, weight in network.state_dict().items()}
    losses, norms = curves.losses[:1], curves.gradient_norms[:1]
    return Snapshot(0, float(losses[0]), accuracy, float(norms[0]), weights, losses, norms, float(curves.clipped[0]))


def _trained(run: Run) -> dict[str, NDArray]:
    snapshots = list(train(run))
    wanted = shown(run, snapshots[-1].step)
    losses = np.concatenate([s.losses for s in snapshots])
    norms = np.concatenate([s.gradient_norms for s in snapshots])
    kept = _merged(snapshots, wanted)
    data = record.save(run, kept[1:], series(losses, norms, run.clip))
    return {
        "record": np.frombuffer(zlib.compress(data, 9), dtype=np.uint8),
        "steps": np.array([s.step for s in snapshots], dtype=np.int64),
        "accuracies": np.array([s.accuracy for s in snapshots]),
    }


def _merged(snapshots: list[Snapshot], wanted: tuple[int, ...]) -> list[Snapshot]:
    """The wanted ones; the share of clipped updates is then that since the wanted one before."""
    kept, since = [], 0
    for place, snapshot in enumerate(snapshots):
        if snapshot.step in wanted:
            group = snapshots[since : place + 1]
            counts = np.array([len(s.losses) for s in group])
            clipped = float((np.array([s.clipped for s in group]) * counts).sum() / counts.sum())
            kept.append(replace(snapshot, clipped=min(clipped, 1.0)))
            since = place + 1
    return kept
