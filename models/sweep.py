"""Sweep: the same training with several seeds, cells and lengths, and how it does on lengths never trained on.

    members = sweep(PRESETS["latch_cells"].runs, CELLS, lengths=[(30, 30)], seeds=5)
    ...                                   # train members[k].run; measure accuracy at the lengths that its task tests
    for line in lines(members, found): line.label, line.lengths, line.shares      # (seeds, lengths)

One sweep ships as a worked example; made anew with `python -m models.zoo lab-sweep`, in about two minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from models.presets import PRESETS
from models.run import Run
from models.tasks import TASKS
from models.training import restore, train

CHECKPOINTS = Path(__file__).parent / "checkpoints"
NAME = "lab-sweep"
EXAMPLE = "latch_cells"
"""The preset whose sweep ships."""

SEEDS = 5
"""Seeds of the sweep that ships."""


@dataclass(frozen=True)
class Member:
    """One run of a sweep: the line that it belongs to, and what is trained."""

    label: str
    run: Run


@dataclass(frozen=True, eq=False)
class Line:
    """What the seeds of one line have shown so far.

    Attributes:
        label: Its name.
        cell: "RNN", "LSTM" or "GRU".
        trained: Shortest and longest training sequence.
        lengths: Lengths at which accuracy was measured, (N,).
        shares: Accuracy by seed and length, (S, N); only seeds that are done.
    """

    label: str
    cell: str
    trained: tuple[int, int]
    lengths: tuple[int, ...]
    shares: NDArray[np.float64]


def sweep(
    runs: Sequence[Run], labels: Sequence[str], lengths: Sequence[tuple[int, int]], seeds: int
) -> tuple[Member, ...]:
    """The runs of a sweep, one seed after the other, so that every line has its first point early.

    Raises:
        ValueError: No seed, no run or no length; or what `Run` raises.
    """
    if seeds < 1 or not runs or not lengths:
        raise ValueError(f"{len(runs)} runs, {len(lengths)} lengths and {seeds} seeds, expected one or more of each")
    return tuple(
        Member(_label(label, each, lengths, run), replace(run, seed=run.seed + seed, lengths=each))
        for seed in range(seeds)
        for each in lengths
        for run, label in zip(runs, labels, strict=True)
    )


def lines(members: Sequence[Member], found: Sequence[Mapping[int, float]]) -> tuple[Line, ...]:
    """What the members have shown, by line; a member that has not been measured in full is left out.

    Args:
        members: The runs.
        found: Accuracy by length of each, as far as it is known.
    """
    tested = TASKS[members[0].run.task].tested
    shares: dict[str, list[list[float]]] = {}
    first: dict[str, Run] = {}
    for member, accuracies in zip(members, found, strict=True):
        if all(length in accuracies for length in tested):
            first.setdefault(member.label, member.run)
            shares.setdefault(member.label, []).append([accuracies[length] for length in tested])
    return tuple(Line(label, run.cell, run.lengths, tested, np.array(shares[label])) for label, run in first.items())


def example() -> tuple[Member, ...]:
    """The runs of the sweep that ships."""
    preset = PRESETS[EXAMPLE]
    return sweep(preset.runs, preset.labels, [preset.runs[0].lengths], SEEDS)


def load(folder: Path = CHECKPOINTS) -> tuple[Line, ...]:
    """What the sweep that ships has shown."""
    members, shares = example(), load_file(folder / f"{NAME}.safetensors")["shares"]
    tested = TASKS[members[0].run.task].tested
    return lines(members, [dict(zip(tested, row.tolist(), strict=True)) for row in shares])


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Trains the sweep that ships and writes its accuracies to `folder`, (members, lengths).

    Raises:
        KeyError: It has another name.
    """
    if name != NAME:
        raise KeyError(f"name is {name!r}, expected {NAME!r}")
    shares = []
    for member in example():
        *_, last = train(member.run)
        task, model = TASKS[member.run.task], restore(member.run, last)
        shares.append([task.accuracy_at(model, length) for length in task.tested])
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"shares": np.array(shares)}, folder / f"{NAME}.safetensors")


def _label(label: str, lengths: tuple[int, int], all_lengths: Sequence[tuple[int, int]], run: Run) -> str:
    if len(all_lengths) == 1:
        return label
    unit = TASKS[run.task].unit
    span = f"{lengths[0]}" if lengths[0] == lengths[1] else f"{lengths[0]}–{lengths[1]}"
    return f"{label}, trained at {span} {unit}"
