"""Record: a training as a file, to be looked at again: settings, kept snapshots and the curves, as safetensors.

A file holds numbers and a few words, no program: reading one from a stranger cannot run anything. It is checked in full,
and whatever is wrong with it is said in a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as _load
from safetensors.numpy import save as _save

from models import history, link
from models.history import Series
from models.limits import LIMITS, Limits
from models.run import Run
from models.tasks import TASKS
from models.told import Told
from models.training import Snapshot

FORMAT = "rnn-playground training 1"
"""What a file says of itself, so that another one is not taken for it."""

_NOT_OURS = Told("This is not a training that was saved here")
_NUMBERS = ("step", "loss", "accuracy", "gradient_norm", "clipped")  # of a snapshot, one array each


@dataclass(frozen=True, eq=False)
class Record:
    """A training that can be replayed.

    Attributes:
        run: What was trained.
        snapshots: In order, at least one.
        series: Every update.
    """

    run: Run
    snapshots: tuple[Snapshot, ...]
    series: Series


def weights(snapshot: Snapshot) -> bytes:
    """The weights of a snapshot by their `state_dict` names: a safetensors file, as other programs read it too."""
    return _save(dict(snapshot.weights))


def save(run: Run, snapshots: Sequence[Snapshot], series: Series) -> bytes:
    """A training as a file.

    Raises:
        ValueError: There is no snapshot.
    """
    if not snapshots:
        raise ValueError(Told("snapshots is empty, expected one or more"))
    arrays = {f"{k}/{name}": weight for k, s in enumerate(snapshots) for name, weight in s.weights.items()}
    for name in _NUMBERS:
        arrays[name] = np.array([getattr(s, name) for s in snapshots], dtype=np.float64)
    arrays |= {"losses": series.losses, "gradient_norms": series.gradient_norms}
    facts = {"format": FORMAT, "run": link.parameters(run, whole=True)}
    return _save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, {"facts": json.dumps(facts)})


def load(data: bytes, limits: Limits = LIMITS) -> Record:
    """Reads a file of `save`.

    The snapshots' own `losses` and `gradient_norms` are those since the kept snapshot before.

    Raises:
        ValueError: With a sentence: it is another file, too large, damaged, or holds what no training gives.
    """
    if len(data) > limits.file_bytes:
        raise ValueError(
            Told(
                "The file has {count:,} bytes, more than the {most:,} that a training may have.",
                count=len(data),
                most=limits.file_bytes,
            )
        )
    run = _run(data)
    limits.check(run)
    try:
        arrays = _load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ValueError(Told("{not_ours}: {error}.", not_ours=_NOT_OURS, error=error)) from None
    shapes = {name: tuple(w.shape) for name, w in TASKS[run.task].network(run, torch.Generator()).state_dict().items()}
    series = {name: _numbers(arrays, name) for name in ("losses", "gradient_norms")}
    told = {name: _numbers(arrays, name) for name in _NUMBERS}
    steps = _steps(run, told, series, limits)
    expected = {*_NUMBERS, *series, *(f"{k}/{name}" for k in range(len(steps)) for name in shapes)}
    if expected != arrays.keys():
        odd = sorted(expected ^ arrays.keys())
        raise ValueError(Told("{not_ours}: {name} is missing or too much.", not_ours=_NOT_OURS, name=repr(odd[0][:60])))
    snapshots = []
    for k, step in enumerate(steps):
        found = {name: arrays[f"{k}/{name}"] for name in shapes}
        since = slice(steps[k - 1] + 1 if k else 0, step + 1)
        losses, norms = series["losses"][since], series["gradient_norms"][since]
        loss, accuracy, norm, clipped = (told[name][k].item() for name in _NUMBERS[1:])
        snapshot = Snapshot(step, loss, accuracy, norm, found, losses, norms, clipped)
        for name, shape in shapes.items():
            _check_weight(
                found[name],
                Told("{name} after {count} updates", name=name, count=step),
                shape,
                finite=not snapshot.broken,
            )
        snapshots.append(snapshot)
    return Record(run, tuple(snapshots), history.series(series["losses"], series["gradient_norms"], run.clip))


def _run(data: bytes) -> Run:
    """The settings, from the head of the file: its length in 8 bytes, then JSON, as safetensors lays down."""
    size = int.from_bytes(data[:8], "little")
    try:
        facts = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["facts"])
        known, texts = facts["format"], dict(facts["run"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(Told("{not_ours}: it has no settings of a run.", not_ours=_NOT_OURS)) from None
    if known != FORMAT or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError(
            Told(
                "{not_ours}: its format is {format}, expected {wanted}.",
                not_ours=_NOT_OURS,
                format=repr(str(known)[:60]),
                wanted=repr(FORMAT),
            )
        )
    return link.run_of(texts)


def _numbers(arrays: Mapping[str, NDArray], name: str) -> NDArray[np.float64]:
    found = arrays.get(name)
    if found is None or found.ndim != 1 or found.dtype != np.float64:
        raise ValueError(Told("{not_ours}: {name} is not a row of numbers.", not_ours=_NOT_OURS, name=name))
    return found


def _steps(
    run: Run, told: Mapping[str, NDArray[np.float64]], series: Mapping[str, NDArray[np.float64]], limits: Limits
) -> list[int]:
    """The steps of the snapshots, once all numbers have been looked at."""
    found = told["step"]
    if not 1 <= len(found) <= limits.kept or any(len(values) != len(found) for values in told.values()):
        raise ValueError(
            Told(
                "{not_ours}: it has {count:,} snapshots, expected 1 to {most}.",
                not_ours=_NOT_OURS,
                count=len(found),
                most=limits.kept,
            )
        )
    rising = bool((np.diff(found) > 0).all()) and found[0] >= 0 and found[-1] <= run.steps
    if not rising or (found != np.floor(found)).any():
        raise ValueError(
            Told(
                "{not_ours}: its snapshots are not in order between 0 and {steps:,} updates.",
                not_ours=_NOT_OURS,
                steps=run.steps,
            )
        )
    count = len(series["losses"])
    # A snapshot that was looked at in a pause is that of the update to come.
    if len(series["gradient_norms"]) != count or not found[-1] <= count <= run.steps + 1:
        raise ValueError(
            Told(
                "{not_ours}: it has {count:,} losses, which does not fit {updates:,.0f} updates.",
                not_ours=_NOT_OURS,
                count=count,
                updates=found[-1],
            )
        )
    for name, values in {**told, **series}.items():
        if not np.isfinite(values[:-1]).all() or (name in ("accuracy", "clipped") and not _shares(values)):
            raise ValueError(
                Told("{not_ours}: {name} holds what no training gives.", not_ours=_NOT_OURS, name=name)
            )  # only the end may be no number
    return [int(step) for step in found]


def _shares(values: NDArray[np.float64]) -> bool:
    return bool(((values >= 0) & (values <= 1)).all())


def _check_weight(weight: NDArray, what: Told, shape: tuple[int, ...], *, finite: bool) -> None:
    if weight.shape != shape or weight.dtype != np.float32:
        raise ValueError(
            Told(
                "{weight} has shape {shape} and type {dtype}, expected {wanted} and float32.",
                weight=what,
                shape=weight.shape,
                dtype=weight.dtype,
                wanted=shape,
            )
        )
    if finite and not np.isfinite(weight).all():
        raise ValueError(Told("{weight} holds a weight that is not a number.", weight=what))
