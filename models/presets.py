"""What to train first: for each task and cell a recipe that works, and trainings worth watching side by side.

    from models.presets import PRESETS, RECIPES
    from models.training import train

    for snapshot in train(RECIPES["latch", "LSTM"]): ...
    PRESETS["forget_bias"].runs      # three runs that differ in one thing

Every setting was found by measurement on one thread: `python -m benchmarks.reach` prints what each of them reaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from models.run import Run
from models.tasks import TASKS

if TYPE_CHECKING:
    from models.training import Snapshot

CELLS = ("RNN", "GRU", "LSTM")


@dataclass(frozen=True)
class Goal:
    """When a task counts as solved.

    Attributes:
        measure: "accuracy", of a snapshot; or "loss", its mean over the batches since the snapshot before.
        bound: What accuracy must exceed, or loss must stay below.
    """

    measure: Literal["accuracy", "loss"] = "accuracy"
    bound: float = 0.99

    def reached(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot is there."""
        value = self.value(snapshot)
        return value > self.bound if self.measure == "accuracy" else value < self.bound

    def value(self, snapshot: Snapshot) -> float:
        """What is measured, of a snapshot."""
        return snapshot.accuracy if self.measure == "accuracy" else float(snapshot.losses.mean())

    def __str__(self) -> str:
        return f"accuracy > {self.bound:.0%}" if self.measure == "accuracy" else f"loss < {self.bound:g}"


GOALS: Mapping[str, Goal] = {name: Goal() for name in TASKS} | {
    "adding": Goal("loss", 0.01),
    "copy_memory": Goal("accuracy", 0.9),
    "sine": Goal("accuracy", 0.95),
    "sines": Goal("accuracy", 0.95),
    "kitchen": Goal("loss", 0.7),  # 1 % unknown words among them; all words equally likely: 4.5
    "kitchen_letters": Goal("loss", 0.3),
    "entities": Goal("accuracy", 0.85),  # made-up names are one <unk>: nobody who reads whole words comes near 100 %
    "entities_both_ways": Goal("accuracy", 0.92),
    "temperature": Goal("accuracy", 0.8),  # a linear autoregression has 79.6 %
}
"""When each task counts as solved."""


def _each(run: Run, **changes: dict[str, object]) -> dict[tuple[str, str], Run]:
    """One run for each cell, with what differs; gates that keep begin ahead by 1 unless said otherwise."""
    return {
        (run.task, cell): replace(run, cell=cell, **{"keep_bias": float(cell != "RNN"), **changes.get(cell, {})})
        for cell in CELLS
    }


RECIPES: Mapping[tuple[str, str], Run] = {
    **_each(
        Run("latch", hidden=16, batch=64, learning_rate=3e-3, decay="none", steps=400, every=10),
        RNN={"start": "orthogonal"},
    ),
    **_each(Run("agreement", hidden=32, batch=32, learning_rate=1e-2, steps=1500, every=50)),
    **_each(Run("flip_flop", hidden=8, batch=32, learning_rate=1e-2, steps=300, every=10)),
    **_each(Run("parity", hidden=16, batch=32, learning_rate=1e-2, steps=600, every=10), RNN={"steps": 1500}),
    **_each(Run("echo", hidden=32, batch=32, learning_rate=1e-2, steps=300, every=10)),
    **_each(
        Run("copy_memory", hidden=64, batch=32, learning_rate=2e-2, steps=4000, every=50, start="chrono", decay="none"),
        RNN={"start": "orthogonal", "learning_rate": 1e-3},
        GRU={"keep_bias": 0.0, "learning_rate": 1e-2, "steps": 3000},
        LSTM={"keep_bias": 0.0},
    ),
    **_each(
        Run("counting", hidden=4, batch=32, learning_rate=2e-2, steps=3000, every=50),
        GRU={"keep_bias": 3.0},
        LSTM={"keep_bias": 3.0},
    ),
    **_each(Run("memory_counter", hidden=16, batch=64, learning_rate=0.03, steps=4000, clip=20.0, every=50)),
    **_each(Run("persons", hidden=16, batch=32, learning_rate=1e-2, steps=1000, every=20)),
    **_each(Run("persons_both_ways", hidden=16, batch=32, learning_rate=1e-2, steps=1000, every=20)),
    **_each(Run("order", hidden=32, batch=32, learning_rate=1e-2, steps=1500, every=50), RNN={"learning_rate": 5e-3}),
    **_each(Run("reviews", hidden=24, batch=32, learning_rate=1e-2, steps=1000, every=25), RNN={"learning_rate": 3e-3}),
    **_each(Run("kitchen", hidden=32, batch=32, learning_rate=2e-2, steps=600, every=25)),
    **_each(Run("kitchen_letters", hidden=64, batch=16, learning_rate=1e-2, steps=1000, every=50)),
    **_each(Run("entities", hidden=32, batch=32, learning_rate=1e-2, steps=800, every=20)),
    **_each(Run("entities_both_ways", hidden=24, batch=32, learning_rate=1e-2, steps=800, every=20)),
    **_each(
        Run("dates", hidden=96, batch=32, learning_rate=1e-2, steps=2000, every=50),
        RNN={"learning_rate": 1e-3, "start": "orthogonal"},
    ),
    **_each(
        Run("adding", hidden=32, batch=32, learning_rate=2e-2, decay="none", steps=1500, every=20),
        RNN={"learning_rate": 2e-3},
        GRU={"keep_bias": 0.0, "steps": 400},
        LSTM={"keep_bias": 0.0, "start": "chrono"},
    ),
    **_each(Run("brackets", hidden=32, batch=32, learning_rate=1e-2, steps=500, every=20)),
    **_each(Run("sine", hidden=32, batch=32, learning_rate=1e-2, steps=1000, every=20)),
    **_each(Run("sines", hidden=32, batch=32, learning_rate=1e-2, steps=1500, every=20)),
    **_each(Run("temperature", hidden=32, batch=128, learning_rate=1e-2, steps=1500, every=30)),
}
"""The recommended run by task and cell: well under a minute on one thread. Not all of them reach the task's goal."""


@dataclass(frozen=True)
class Preset:
    """Trainings to watch side by side.

    Attributes:
        title: What a menu calls it.
        note: What to look for, in a sentence or two.
        runs: One to three runs of one task.
        labels: What each run is called beside the others.

    Raises:
        ValueError: Not one to three runs, not as many different labels, or more than one task.
    """

    title: str
    note: str
    runs: tuple[Run, ...]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.runs) <= 3 or len({run.task for run in self.runs}) != 1:
            raise ValueError(f"{self.title!r} has {len(self.runs)} runs, expected one to three of one task")
        if len(set(self.labels)) != len(self.labels) or len(self.labels) != len(self.runs):
            raise ValueError(f"{self.title!r} has the labels {self.labels}, expected a different one for each run")

    @property
    def goal(self) -> Goal:
        """When its task counts as solved."""
        return GOALS[self.runs[0].task]


def _cells(title: str, note: str, task: str) -> Preset:
    return Preset(title, note, tuple(RECIPES[task, cell] for cell in CELLS), CELLS)


_LATCH = replace(RECIPES["latch", "LSTM"], steps=600)
_LATCH_FAR = replace(_LATCH, lengths=(100, 100), steps=1000, every=20, keep_bias=3.0)
_RNN = {"cell": "RNN", "keep_bias": 0.0}
_PARITY = replace(RECIPES["parity", "LSTM"], decay="none", steps=400)
_CLIPPED = Run(
    "sine", "RNN", 32, batch=32, learning_rate=0.3, decay="none", steps=500, every=10, optimizer="sgd",
    start="orthogonal", gain=1.3,
)  # fmt: skip

PRESETS: Mapping[str, Preset] = {
    "forget_bias": Preset(
        "Forget bias 0, 1 and 3, over 30 steps",
        "Three LSTMs from one seed. Over 30 steps a head start of 1 is enough for the gradient to reach the first step.",
        tuple(replace(_LATCH, keep_bias=bias) for bias in (0.0, 1.0, 3.0)),
        ("forget bias 0", "forget bias 1", "forget bias 3"),
    ),
    "latch_solved": Preset(
        "Solved or never: the latch over 30 steps",
        "One number in a bias decides: with a forget bias of 1 an LSTM solves it within 200 updates, with 0 it is still "
        "guessing after 2,000, and so is an RNN (from seven of eight seeds).",
        (
            replace(_LATCH, steps=400),
            replace(_LATCH, keep_bias=0.0, steps=2000, every=20),
            replace(_LATCH, **_RNN, steps=2000, every=20),
        ),
        ("LSTM, forget bias 1", "LSTM, forget bias 0", "RNN"),
    ),
    "forget_bias_far": Preset(
        "Forget bias 0, 1 and 3, over 100 steps",
        "The same over 100 steps: σ(1)¹⁰⁰ is 2·10⁻¹⁴, σ(3)¹⁰⁰ is 8·10⁻³. Now 1 is not enough, 3 is.",
        tuple(replace(_LATCH_FAR, keep_bias=bias) for bias in (0.0, 1.0, 3.0)),
        ("forget bias 0", "forget bias 1", "forget bias 3"),
    ),
    "latch_cells": Preset(
        "RNN, GRU and LSTM on the latch over 30 steps",
        "All three begin as PyTorch starts them, but the gate that keeps, of GRU and LSTM, is opened by 1.",
        (replace(_LATCH, **_RNN), replace(_LATCH, cell="GRU"), _LATCH),
        CELLS,
    ),
    "latch_cells_far": Preset(
        "RNN, GRU and LSTM on the latch over 100 steps",
        "As over 30 steps, but the gate that keeps must be opened by 3 for the gradient to come so far.",
        (replace(_LATCH_FAR, **_RNN), replace(_LATCH_FAR, cell="GRU"), _LATCH_FAR),
        CELLS,
    ),
    "rnn_start": Preset(
        "It is the start, not only the cell",
        "The same RNN three times, over 30 steps. Drawn as in PyTorch, its W_hh lets the gradient vanish; an orthogonal "
        "W_hh carries it, and the RNN solves it within 150 updates; with W_hh made larger by half the gradient "
        "begins longer still, and clipping keeps it in hand.",
        (
            replace(_LATCH, **_RNN),
            replace(_LATCH, **_RNN, start="orthogonal"),
            replace(_LATCH, **_RNN, start="orthogonal", gain=1.5),
        ),
        ("as in PyTorch", "orthogonal", "orthogonal, times 1.5"),
    ),
    "learning_rate": Preset(
        "Learning rate: too low, fine, too high",
        "An LSTM on parity. Too low, and nothing has happened by the time that the fine one is done; too high, and the "
        "first updates overshoot so far that it stays at chance for good.",
        tuple(replace(_PARITY, learning_rate=rate) for rate in (1e-4, 1e-2, 1.0)),
        ("too low: 0.0001", "fine: 0.01", "too high: 1"),
    ),
    "clipping": Preset(
        "Clipping on and off",
        "An RNN with a large W_hh, plain gradient descent, on a sine. Without clipping one long gradient ends it within "
        "some twenty updates; with the gradient shortened to a norm of 1 it learns.",
        (_CLIPPED, replace(_CLIPPED, clip=None)),
        ("clipped at 1", "not clipped"),
    ),
    "adding": _cells(
        "The adding problem over 50 steps",
        "GRU and LSTM wait at 1/6, the error of always saying 1, and then break away; the RNN does not.",
        "adding",
    ),
    "memory_counter": _cells(
        "The memory counter",
        "The lecture's table, learned. The LSTM comes to 99 % of outputs within 0.5; the others do not.",
        "memory_counter",
    ),
    "agreement": _cells(
        "Number agreement, 0 to 15 words between",
        "Every cell learns it: one bit over a few words proves nothing about forgetting.",
        "agreement",
    ),
    "parity": _cells(
        "Parity", "A wait at chance, then all at once: GRU and LSTM after some 150 updates, the RNN later.", "parity"
    ),
    "counting": _cells(
        "Counting a's and b's",
        "All three learn to count to ten. Then look at larger n, which no training string had: RNN and GRU are lost at 12, "
        "the LSTM goes on to 34.",
        "counting",
    ),
    "copy_memory": _cells(
        "Copy memory",
        "Thirty bits over ten steps: first the dull answer, then symbol by symbol. The RNN stays with the dull answer.",
        "copy_memory",
    ),
    "entities": _cells(
        "Named entities: RNN, GRU and LSTM, word by word",
        "The most frequent tag of each word gets 43 %, and all three cells leave that behind within a hundred updates. They "
        "end alike, near 88 %: a forward reader does not know what stands behind a name. A word that is made up is one "
        "`<unk>` to all of them.",
        "entities",
    ),
    "dates": _cells(
        "Dates to ISO: RNN, GRU and LSTM read, then write",
        "First the year, then the month, the day last. GRU and LSTM come to 99 % of whole dates and more. The RNN stays "
        "near the year, with 3 %. Rules written by hand have all dates from the start, and nobody beats them.",
        "dates",
    ),
    "temperature": _cells(
        "Temperature, one hour ahead: RNN, GRU and LSTM",
        "The last value is right within 1 °C in 57 %, a linear autoregression on the same 24 hours in 80 %. All three cells "
        "pass the first. The LSTM only draws level with the second; RNN and GRU stay a little below it.",
        "temperature",
    ),
}
"""Trainings worth watching, by name; the first is the worked example. All of them ship trained: see `models.shipped`."""
