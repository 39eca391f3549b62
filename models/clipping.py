"""Gradients that explode, and clipping: the same training with and without, a vector cut two ways, and the cliff.

    from models.clipping import Explosion, race
    free, clipped = race(Explosion())
    free.broke                              # the update after which the loss was no longer a number

Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", section 2.3 and algorithm 1.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.run import Nonlinearity, Run
from models.training import train

LAG, UPDATES = 20, 100


@dataclass(frozen=True)
class Explosion:
    """A training that may explode: an RNN of 32 units learns the latch at lag 20 by plain gradient descent (SGD).

    Attributes:
        nonlinearity: of the RNN.
        gain: factor on its orthogonal W_hh: all singular values are this at the start.
        learning_rate: of SGD.
        threshold: largest norm of the gradient where it is clipped.
        seed: of weights and batches.

    Raises:
        ValueError: what `Run` raises.
    """

    nonlinearity: Nonlinearity = "relu"
    gain: float = 1.5
    learning_rate: float = 0.1
    threshold: float = 1.0
    seed: int = 2

    def __post_init__(self) -> None:
        self.run(clip=self.threshold)

    def run(self, clip: float | None) -> Run:
        """The training with this clipping; None takes every gradient as it is."""
        return Run(
            task="latch", cell="RNN", hidden=32, batch=32, learning_rate=self.learning_rate, decay="none",
            steps=UPDATES, clip=clip, seed=self.seed, every=UPDATES, lengths=(LAG, LAG), optimizer="sgd",
            start="orthogonal", gain=self.gain, nonlinearity=self.nonlinearity,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Course:
    """How a training went.

    Attributes:
        losses: of the batch before each update, (n,); the last one may be NaN or inf.
        norms: of the gradient before clipping, (n,).
        accuracy: share of held-out sequences that are right at the end.
        broke: updates made when loss or gradient was no longer a number; None if that never happened.
    """

    losses: NDArray[np.float64]
    norms: NDArray[np.float64]
    accuracy: float
    broke: int | None

    def clipped(self, threshold: float) -> float:
        """Share of the gradients that were longer than the threshold."""
        return float((self.norms > threshold).mean())


def course(run: Run) -> Course:
    """Train, and keep loss and norm of every step."""
    snapshots = list(train(run))
    last = snapshots[-1]
    losses, norms = (np.concatenate([getattr(s, name) for s in snapshots]) for name in ("losses", "gradient_norms"))
    return Course(losses, norms, last.accuracy, last.step if last.broken else None)


def race(explosion: Explosion) -> tuple[Course, Course]:
    """The same training without and with clipping: same weights at the start, same batches."""
    return course(explosion.run(clip=None)), course(explosion.run(clip=explosion.threshold))


# ---- a vector --------------------------------------------------------------------------------------------------------


def by_norm(gradient: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """The gradient, shortened to the threshold where it is longer: its direction stays. Any shape."""
    norm = float(np.linalg.norm(gradient))
    return gradient * (threshold / norm) if norm > threshold else gradient


def by_value(gradient: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Each part of the gradient cut to [-threshold, threshold] by itself: its direction may change. Any shape."""
    return np.clip(gradient, -threshold, threshold)


def both_ways(gradient: NDArray[np.float64], threshold: float) -> dict[str, NDArray[np.float64]]:
    """A gradient "g" of any shape, and the same clipped "by norm" and "by value"."""
    return {"g": gradient, "by norm": by_norm(gradient, threshold), "by value": by_value(gradient, threshold)}


def angle(vector: NDArray[np.float64]) -> float:
    """The direction of a vector (2,) in degrees, from the first axis; NaN for a vector of zeros."""
    return math.degrees(math.atan2(vector[1], vector[0])) if vector.any() else math.nan


# ---- the cliff -------------------------------------------------------------------------------------------------------

CLIFF_STEPS, CLIFF_BIAS, CLIFF_START, CLIFF_TARGET = 50, -2.2, 0.5, 0.7


def cliff(w: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The loss of an RNN with one unit after 50 steps, and its derivative dL/dw, each shaped like w.

        a_t = w σ(a_{t-1}) - 2.2,   a_0 = 0.5,   L = (σ(a_50) - 0.7)²

    The example of Pascanu et al. (figure 6) along one axis. Where w is too small for the state to hold itself up, it
    falls to another fixed point, and the loss has a wall.
    """
    state, slope = np.full_like(w, CLIFF_START), np.zeros_like(w)
    for _ in range(CLIFF_STEPS):
        shown = _sigmoid(state)
        slope = shown + w * shown * (1 - shown) * slope
        state = w * shown + CLIFF_BIAS
    shown = _sigmoid(state)
    return (shown - CLIFF_TARGET) ** 2, 2 * (shown - CLIFF_TARGET) * shown * (1 - shown) * slope


def descent(w: float, rate: float, threshold: float | None, steps: int = 40) -> NDArray[np.float64]:
    """Gradient descent on the cliff: w before each step and after the last, (steps + 1,). None clips nothing."""
    path = [w]
    for _ in range(steps):
        slope = cliff(np.array(path[-1:]))[1]
        if threshold is not None:
            slope = by_norm(slope, threshold)
        path.append(path[-1] - rate * float(slope[0]))
    return np.array(path)


def paths(start: float, rate: float, threshold: float) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Gradient descent on the cliff "without" clipping and "clipped": the weights of each and the loss there, (N,)."""
    steps = {"without": descent(start, rate, None), "clipped": descent(start, rate, threshold)}
    return {name: (w, cliff(w)[0]) for name, w in steps.items()}


def _sigmoid(a: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * (1 + np.tanh(a / 2))  # never overflows
