"""What the page's side and a training process say to each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.run import Run
from models.told import Told
from models.training import Snapshot

State = Literal["waiting", "running", "paused", "done", "broken", "stopped", "failed"]
"""How a job stands: "broken" when its loss is no longer a number, "failed" when the machine or the program failed it."""

Command = Literal["pause", "resume", "step", "rate", "finish"]
"""What may be done with a job that goes on; "finish" ends it here, with a last look."""

STOPPED = Told("Stopped.")
"""What a visitor is told of a job that was ended by hand."""

OVER: tuple[State, ...] = ("done", "broken", "stopped", "failed")
"""States that are the last."""


@dataclass(frozen=True)
class Begin:
    """Start a run.

    Attributes:
        job: Its number.
        run: What to train.
        paused: Make no update until told to.
        tested: At the end, measure accuracy at every length that the task tests.
        seconds: Of computing that it may take.
    """

    job: int
    run: Run
    paused: bool
    tested: bool
    seconds: float


@dataclass(frozen=True)
class Teach:
    """Start an assignment: see `models.pupil`.

    Attributes:
        job: Its number.
        assignment: What to learn, pickled: it is opened by the process that does it, where an error is that job's own.
        paused: Make no update until told to.
        seconds: Of computing that it may take.
    """

    job: int
    assignment: bytes
    paused: bool
    seconds: float


@dataclass(frozen=True)
class Order:
    """Something else to do with a job; one about a job that is over is ignored.

    Attributes:
        job: Its number.
        name: What to do.
        rate: For "rate", the learning rate from now on.
    """

    job: int
    name: Command | Literal["stop"]
    rate: float = 0.0


@dataclass(frozen=True, eq=False)
class Report:
    """What became of a job since its last report.

    Attributes:
        job: Its number.
        state: How it stands now.
        updates: Made so far.
        run: What is trained, changes of the learning rate included; None if that has not changed.
        losses, gradient_norms: Of the updates since the last report, (N,); an assignment has no norms.
        snapshots: Made since then.
        accuracies: By length, as far as they have been measured.
        seconds: Of computing so far.
        sentence: What a visitor should know about the state.
        picture: Of an assignment, where it is time for a new one: see `models.pupil`.
    """

    job: int
    state: State
    updates: int = 0
    run: Run | None = None
    losses: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    gradient_norms: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    snapshots: tuple[Snapshot, ...] = ()
    accuracies: Mapping[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    sentence: str = ""
    picture: object = None


@dataclass(frozen=True)
class Beat:
    """Nothing new: the process lives and holds jobs."""
