"""Job: what a page sees of a training that runs in another process."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from models.history import History, Series
from models.messages import OVER, Begin, Report, State

if TYPE_CHECKING:
    from models.messages import Command
    from models.training import Snapshot
    from models.workers import Workers

RECENT = 3.0
"""Seconds over which the speed of a job is measured."""


class Job:
    """A training that runs elsewhere. All attributes are as of now, each reads at once, and any thread may read them.

    Commands take effect within a turn, about a tenth of a second; to a job that is over they do nothing.

    Attributes:
        owner: Whose it is.
        state: "waiting", "running", "paused"; or at last "done", "broken", "stopped", "failed".
        run: What is trained; `change_rate` shows in `run.rates`.
        updates: Made so far.
        snapshots: Kept ones, in order, the first and the newest among them: see `models.history.History`.
        accuracies: By length, where `start` was asked for them; they come after the last update.
        seconds: Of computing so far.
    """

    def __init__(self, workers: Workers, order: Begin, owner: str, keep: int) -> None:
        self._workers, self._history = workers, History(order.run, keep)
        self.order = order  # with which it will begin, or has begun
        self.owner, self.run, self.state = owner, order.run, cast(State, "waiting")
        self.updates, self.seconds = 0, 0.0
        self.accuracies: Mapping[int, float] = {}
        self._sentence = ""
        self._times: tuple[tuple[float, int], ...] = ()  # when so many updates had been made
        self._hearing = threading.Lock()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in OVER

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """See the class."""
        return self._history.snapshots

    @property
    def series(self) -> Series:
        """Loss and gradient of every update so far; `thinned` has fewer points, for drawing."""
        return self._history.series

    @property
    def place(self) -> int:
        """How manieth its visitor is in the queue; 0 for a job that has begun, or waits for another run of its visitor."""
        return self._workers.place(self) if self.state == "waiting" else 0

    @property
    def sentence(self) -> str:
        """What a visitor should know about its state; often nothing."""
        return self._workers.why_waiting(self) if self.state == "waiting" else self._sentence

    @property
    def updates_per_second(self) -> float | None:
        """Over the last seconds, turns of other runs included; None when it is not running or too young to tell."""
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
        return (self.run.steps - self.updates) / speed if speed else None

    def pause(self) -> None:
        """Makes no further update; the newest snapshot is then that of now."""
        self._workers.order(self, "pause")

    def resume(self) -> None:
        """Goes on after a pause."""
        self._workers.order(self, "resume")

    def step(self) -> None:
        """Makes one update, pauses, and shows a snapshot of that."""
        self._workers.order(self, "step")

    def change_rate(self, rate: float) -> None:
        """From the next update on another learning rate holds.

        Raises:
            ValueError: The rate is not above 0.
        """
        replace(self.run, learning_rate=rate)
        self._workers.order(self, "rate", rate)

    def stop(self) -> None:
        """Ends it; what it has shown remains."""
        self._workers.stop(self)

    def renew(self) -> None:
        """Says that the owner is still there: see `Workers.renew`."""
        self._workers.renew(self.owner)

    def hear(self, report: Report) -> None:
        """Takes in a report; for `Workers`."""
        with self._hearing:
            if self.over:  # a report that was under way when it was stopped
                return
            self._history.extend(report.losses, report.gradient_norms)
            for snapshot in report.snapshots:
                self._history.add(snapshot)
            if report.state != "running" or self.state != "running":
                self._times = ()  # a pause is not slowness
            self._times = (*self._times[-50:], (time.monotonic(), report.updates))
            self.run = report.run or self.run
            self.updates = max(self.updates, report.updates)
            self.accuracies, self.seconds = report.accuracies, max(self.seconds, report.seconds)
            self._sentence, self.state = report.sentence, report.state  # the state last: who sees it sees all

    def begin_otherwise(self, command: Command, rate: float) -> None:
        """It has not begun, and will begin as a command says; for `Workers`."""
        if command == "rate":
            self.run = replace(self.run, rates=((0, rate),))
        paused = self.order.paused if command == "rate" else command != "resume"
        self.order = replace(self.order, run=self.run, paused=paused)

    def end(self, state: State, sentence: str) -> None:
        """It ends for another reason than its own; for `Workers`."""
        with self._hearing:
            if not self.over:
                self._sentence, self.state = sentence, state
