"""A network learns a series of a visitor: an assignment for `models.pupil`.

assignment = Assignment(Recipe("LSTM", "direct", 12, 12), values)
picture = learn(assignment)
assignment.model(picture).forecast(windows), picture.errors     # the latter on the last fifth, which it has not seen
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.backtest import Backtest
from models.baselines import Errors
from models.forecasting import Fitting, Model, Recipe, Scale, restored


@dataclass(frozen=True, eq=False)
class Picture:
    """A network that learns a series, seen after `step` updates.

    Attributes:
        step: Updates made.
        weights: Of the network, by `state_dict` name.
        errors: On the held-out windows, where no update followed; else None.
    """

    step: int
    weights: Mapping[str, NDArray[np.float32]]
    errors: Errors | None


@dataclass(frozen=True, eq=False)
class Assignment:
    """Learn a series but for its last fifth.

    Attributes:
        recipe: How.
        values: The whole series, (n,).

    Raises:
        ValueError: The series is too short for the recipe's window and horizon; when it begins.
    """

    recipe: Recipe
    values: NDArray[np.float64]

    @property
    def updates(self) -> int:
        """How many it takes."""
        return self.recipe.updates

    @property
    def backtest(self) -> Backtest:
        """What is held out."""
        return Backtest(self.values, 1, self.recipe.length, self.recipe.horizon)

    def begin(self) -> _Pupil:
        """The training, before its first update."""
        return _Pupil(self)

    def model(self, picture: Picture) -> Model:
        """The network as it was, for looking."""
        past = self.backtest.past
        return restored(self.recipe, Scale.of(self.recipe.scaling, past, past), picture.weights)


class _Pupil(Fitting):
    def __init__(self, assignment: Assignment) -> None:
        self._backtest = assignment.backtest
        super().__init__(assignment.recipe, self._backtest.past)

    def look(self, *, last: bool) -> Picture:
        """What it knows now; `last` measures it."""
        model = self.model()
        weights = {name: weight.numpy() for name, weight in model.net.state_dict().items()}
        errors = self._backtest.errors({"": model.forecast})[""] if last else None
        return Picture(self.step, weights, errors)
