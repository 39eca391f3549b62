"""History: what is kept of a training while it runs: every loss, and snapshots thinned evenly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.run import Run
from models.training import Snapshot

WINDOW = 100
"""Updates over which the share of clipped gradients is taken."""


@dataclass(frozen=True, eq=False)
class Series:
    """What happened at each update, or at some of them; (N,) each.

    Attributes:
        steps: Updates made before.
        losses: The loss of the batch.
        gradient_norms: The norm of its gradient before clipping.
        clipped: Share of the last `WINDOW` updates up to this one whose gradient was longer than `Run.clip`; 0 where
            nothing is clipped.
    """

    steps: NDArray[np.int64]
    losses: NDArray[np.float64]
    gradient_norms: NDArray[np.float64]
    clipped: NDArray[np.float64]

    def thinned(self, points: int = 1000) -> Series:
        """At most `points` of the updates, for drawing; what is left out is never the highest or the lowest.

        The updates are taken in equal stretches, and of each stretch four are kept as they are: those with its smallest
        and its largest loss and gradient. So no spike is lost. Stretches double in length as the series grows: points
        that have been drawn do not wander from one drawing to the next. The first and the newest update are always kept.

        Raises:
            ValueError: `points` is below 6.
        """
        if points < 6:
            raise ValueError(f"points is {points}, expected 6 or more: the two ends, and four of a stretch")
        count = len(self.steps)
        if count <= points:
            return self
        stretch = 1
        while 4 * -(-count // stretch) + 2 > points:
            stretch *= 2
        whole = count - count % stretch
        kept = [0, count - 1]
        for values in (self.losses, self.gradient_norms):
            for extreme in (np.argmin, np.argmax):
                kept += (extreme(values[:whole].reshape(-1, stretch), axis=1) + np.arange(0, whole, stretch)).tolist()
                kept += [whole + int(extreme(values[whole:]))] if whole < count else []
        places = np.unique(kept)
        return Series(self.steps[places], self.losses[places], self.gradient_norms[places], self.clipped[places])


def series(losses: NDArray[np.float64], gradient_norms: NDArray[np.float64], clip: float | None) -> Series:
    """The series of all updates from the first on, (N,) each, with `Run.clip`."""
    ends = np.arange(1, len(losses) + 1)
    begins = np.maximum(ends - WINDOW, 0)
    longer = np.concatenate([[0], np.cumsum(gradient_norms > (np.inf if clip is None else clip))])
    return Series(ends - 1, losses, gradient_norms, (longer[ends] - longer[begins]) / (ends - begins))


class History:
    """Grows with a training. One thread may add while others read: what they have read does not change.

    Args:
        run: The training.
        most: Snapshots that are kept, at least 2.

    Attributes:
        snapshots: In order: the first, the newest, and between them as many as fit, at equal distances in updates.
    """

    def __init__(self, run: Run, most: int = 200) -> None:
        if most < 2:
            raise ValueError(f"most is {most}, expected 2 or more: the first and the newest snapshot")
        self.snapshots: tuple[Snapshot, ...] = ()
        self._most, self._every, self._gap = most, run.every, 0
        self._clip = run.clip
        self._values = np.empty((2, run.steps + 1))  # loss and gradient norm of each update
        self._count = 0

    def extend(self, losses: NDArray[np.float64], gradient_norms: NDArray[np.float64]) -> None:
        """Adds the updates that followed those that it has."""
        end = self._count + len(losses)
        self._values[:, self._count : end] = losses, gradient_norms
        self._count = end

    def add(self, snapshot: Snapshot) -> None:
        """Adds a snapshot; one of the same step is replaced by it.

        All are kept until there are too many. Then the least distance doubles, and so on.
        """
        kept = list(self.snapshots)
        if kept and (kept[-1].step == snapshot.step or (len(kept) > 1 and kept[-1].step - kept[-2].step < self._gap)):
            kept.pop()
        kept.append(snapshot)
        while len(kept) > self._most:
            self._gap = 2 * max(self._gap, self._every)
            kept = self._spaced(kept)
        self.snapshots = tuple(kept)

    @property
    def series(self) -> Series:
        """Every update so far."""
        losses, norms = self._values[:, : self._count]
        return series(losses, norms, self._clip)

    def _spaced(self, snapshots: list[Snapshot]) -> list[Snapshot]:
        spaced = snapshots[:1]
        for snapshot in snapshots[1:-1]:
            if snapshot.step - spaced[-1].step >= self._gap:
                spaced.append(snapshot)
        return [*spaced, snapshots[-1]]
