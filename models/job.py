"""Job: what a page sees of a training that runs in another process; Homework, the same of an assignment of a page's own."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import numpy as np

from models.history import History, Series
from models.messages import OVER, Begin, Report, State, Teach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.messages import Command
    from models.training import Snapshot
    from models.workers import Workers

RECENT = 3.0
"""Seconds over which the speed of a job is measured."""

Picture = TypeVar("Picture")


class Work(ABC):
    """What another process does for a visitor. All attributes are as of now, each reads at once, any thread may read them.

    Commands take effect within a turn, about a tenth of a second; to work that is over they do nothing.

    Attributes:
        job: Its number.
        owner: Whose it is.
        state: "waiting", "running", "paused"; or at last "done", "broken", "stopped", "failed".
        updates: Made so far.
        seconds: Of computing so far.
    """

    def __init__(self, workers: Workers, job: int, owner: str) -> None:
        self._workers = workers
        self.job, self.owner, self.state = job, owner, cast(State, "waiting")
        self.updates, self.seconds = 0, 0.0
        self._sentence = ""
        self._times: tuple[tuple[float, int], ...] = ()  # when so many updates had been made
        self._hearing = threading.Lock()

    @property
    @abstractmethod
    def planned(self) -> int:
        """Updates that it takes in all."""

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in OVER

    @property
    def place(self) -> int:
        """How manieth its visitor is in the queue; 0 for work that has begun, or waits for other work of its visitor."""
        return self._workers.place(self) if self.state == "waiting" else 0

    @property
    def sentence(self) -> str:
        """What a visitor should know about its state; often nothing."""
        return self._workers.why_waiting(self) if self.state == "waiting" else self._sentence

    @property
    def updates_per_second(self) -> float | None:
        """Over the last seconds, turns of others included; None when it is not running or too young to tell."""
        times = self._times
        recent = [(when, updates) for when, updates in times if when >= times[-1][0] - RECENT]
        recent = recent if len(recent) > 1 else times[-2:]  # of slow ones in long queues
        if self.state != "running" or len(recent) < 2 or recent[-1][0] <= recent[0][0]:
            return None
        return (recent[-1][1] - recent[0][1]) / (recent[-1][0] - recent[0][0])

    @property
    def seconds_left(self) -> float | None:
        """Until the last update, at this speed; None where that is unknown."""
        speed = self.updates_per_second
        return (self.planned - self.updates) / speed if speed else None

    def pause(self) -> None:
        """Makes no further update; what is newest is then that of now."""
        self._workers.order(self, "pause")

    def resume(self) -> None:
        """Goes on after a pause."""
        self._workers.order(self, "resume")

    def step(self) -> None:
        """Makes one update, pauses, and shows what came of it."""
        self._workers.order(self, "step")

    def stop(self) -> None:
        """Ends it at once; what it has shown remains."""
        self._workers.stop(self)

    def renew(self) -> None:
        """Says that the owner is still there: see `Workers.renew`."""
        self._workers.renew(self.owner)

    def hear(self, report: Report) -> None:
        """Takes in a report; for `Workers`."""
        with self._hearing:
            if self.over:  # a report that was under way when it was stopped
                return
            self._take(report)
            if report.state != "running" or self.state != "running":
                self._times = ()  # a pause is not slowness
            self._times = (*self._times[-50:], (time.monotonic(), report.updates))
            self.updates, self.seconds = max(self.updates, report.updates), max(self.seconds, report.seconds)
            self._sentence, self.state = report.sentence, report.state  # the state last: who sees it sees all

    def end(self, state: State, sentence: str) -> None:
        """It ends for another reason than its own; for `Workers`."""
        with self._hearing:
            if not self.over:
                self._sentence, self.state = sentence, state

    @abstractmethod
    def begin(self) -> Begin | Teach:
        """The order with which it begins; for `Workers`, once."""

    @abstractmethod
    def begin_otherwise(self, command: Command, rate: float) -> None:
        """It has not begun, and will begin as a command says; for `Workers`."""

    @abstractmethod
    def _take(self, report: Report) -> None:
        """Keeps what a report says of this kind of work."""


class Job(Work):
    """A run that is trained elsewhere.

    Attributes:
        run: What is trained; `change_rate` shows in `run.rates`.
        accuracies: By length, where `Workers.start` was asked for them; they come after the last update.
    """

    def __init__(self, workers: Workers, order: Begin, owner: str, keep: int) -> None:
        super().__init__(workers, order.job, owner)
        self.order = order  # with which it will begin, or has begun
        self.run = order.run
        self.accuracies: Mapping[int, float] = {}
        self._history = History(order.run, keep)

    @property
    def planned(self) -> int:
        """See `Work`."""
        return self.run.steps

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Kept ones, in order, the first and the newest among them: see `models.history.History`."""
        return self._history.snapshots

    @property
    def series(self) -> Series:
        """Loss and gradient of every update so far; `thinned` has fewer points, for drawing."""
        return self._history.series

    def change_rate(self, rate: float) -> None:
        """From the next update on another learning rate holds.

        Raises:
            ValueError: The rate is not above 0.
        """
        replace(self.run, learning_rate=rate)
        self._workers.order(self, "rate", rate)

    def begin(self) -> Begin:
        """See `Work`."""
        return self.order

    def begin_otherwise(self, command: Command, rate: float) -> None:
        """See `Work`."""
        if command == "rate":
            self.run = replace(self.run, rates=((0, rate),))
        paused = self.order.paused if command == "rate" else command != "resume"
        self.order = replace(self.order, run=self.run, paused=paused)

    def _take(self, report: Report) -> None:
        self._history.extend(report.losses, report.gradient_norms)
        for snapshot in report.snapshots:
            self._history.add(snapshot)
        self.run = report.run or self.run
        self.accuracies = report.accuracies


class Homework(Work, Generic[Picture]):
    """An assignment that is learned elsewhere: see `models.pupil`.

    Attributes:
        picture: The newest; None before the first.
    """

    def __init__(self, workers: Workers, order: Teach, owner: str, planned: int) -> None:
        super().__init__(workers, order.job, owner)
        self.picture: Picture | None = None
        self._order = order
        self._losses, self._count = np.empty(planned), 0

    @property
    def planned(self) -> int:
        """See `Work`."""
        return len(self._losses)

    @property
    def losses(self) -> NDArray[np.float64]:
        """Of every update so far, before it, (N,)."""
        return self._losses[: self._count]

    def finish(self) -> None:
        """Ends it here, with a last picture; until that has come it is not over."""
        if self.state == "waiting":
            self.stop()
        self._workers.order(self, "finish")

    def begin(self) -> Teach:
        """See `Work`. The assignment is not kept: it may have megabytes."""
        order, self._order = self._order, replace(self._order, assignment=b"")
        return order

    def begin_otherwise(self, command: Command, rate: float) -> None:  # noqa: ARG002 - of `Work`
        """See `Work`."""
        self._order = replace(self._order, paused=command != "resume")

    def _take(self, report: Report) -> None:
        end = self._count + len(report.losses)
        self._losses[self._count : end] = report.losses
        self._count = end
        if report.picture is not None:
            self.picture = cast(Picture, report.picture)
