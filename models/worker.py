"""Worker: a process that trains. It is started by `models.workers` and speaks with it through its standard pipes.

Orders come in, reports go out, as pickles: both ends are this project, and nobody else holds the pipe. One thread trains,
the runs in turns; another reads orders. When the pipe closes, whoever wanted the answers is gone, in whatever way, and
the process ends at once.
"""

from __future__ import annotations

import gc
import math
import os
import pickle
import queue
import signal
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import torch
from numpy.typing import NDArray

from models.messages import OVER, STOPPED, Beat, Begin, Order, Report, State, Teach
from models.pupil import Assignment, Pupil
from models.run import Run
from models.tasks import TASKS
from models.told import Told
from models.training import Snapshot, Training, restore

SLICE = 0.1
"""Seconds of a turn when few runs share a process."""

ROUND = 0.5
"""Seconds in which every run should have its turn; many runs get shorter turns."""

SHORTEST_SLICE = 0.02

PICTURE = 0.3
"""Seconds between two pictures of an assignment."""

BEAT = 1.0
"""Seconds between two signs of life of a process that only holds paused runs."""


def main() -> None:
    """Works until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, whose end closes the pipe
    orders_in, reports_out = _pipes()
    torch.set_num_threads(1)
    Training(Run(task="latch", hidden=1, steps=0)).look()  # so that the optimizers are imported before the freeze
    gc.freeze()
    _step_back()
    orders: queue.SimpleQueue[Begin | Teach | Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders_in, orders), daemon=True).start()

    def tell(message: Report | Beat) -> None:
        pickle.dump(message, reports_out, protocol=pickle.HIGHEST_PROTOCOL)
        reports_out.flush()

    tell(Beat())
    try:
        Worker(orders, tell).work()
    except BrokenPipeError:
        os._exit(0)


class Worker:
    """Trains its runs in turns.

    Args:
        orders: Where orders arrive.
        tell: Takes reports.
    """

    def __init__(self, orders: queue.SimpleQueue[Begin | Teach | Order], tell: Callable[[Report | Beat], None]) -> None:
        self._orders, self._tell = orders, tell
        self._held: dict[int, _Held] = {}  # the order is that of turns

    def work(self) -> None:
        """Obeys and trains, for ever."""
        while True:
            self.turn()

    def turn(self) -> None:
        """Obeys what was ordered, and gives one run its turn; waits a moment for orders where no run can go on."""
        running = [held for held in self._held.values() if not held.paused]
        try:
            while True:
                self._obey(self._orders.get(block=not running, timeout=BEAT if self._held else None))
                running = [held for held in self._held.values() if not held.paused]
        except queue.Empty:
            pass
        if running:
            self._train(running[0], min(SLICE, max(SHORTEST_SLICE, ROUND / len(running))))
        else:
            self._tell(Beat())

    def _obey(self, order: Begin | Teach | Order) -> None:
        if not isinstance(order, Order):
            self._safely(order.job, lambda: self._begin(order))
        elif held := self._held.get(order.job):
            self._safely(order.job, lambda: self._do(held, order))

    def _begin(self, order: Begin | Teach) -> None:
        held = self._held[order.job] = _HeldRun(order) if isinstance(order, Begin) else _HeldAssignment(order)
        self._report(held, look=order.paused)

    def _do(self, held: _Held, order: Order) -> None:
        if order.name == "stop":
            self._drop(held.job)
            return
        if order.name == "rate" and isinstance(held, _HeldRun):
            held.training.change_rate(order.rate)
        elif order.name == "step" and not held.training.done:
            held.update()
        elif order.name == "finish":
            held.finished = True
        held.paused = order.name in ("pause", "step") or (order.name == "rate" and held.paused)
        self._report(held, look=held.paused)

    def _train(self, held: _Held, seconds: float) -> None:
        self._held[held.job] = self._held.pop(held.job)  # to the end of the queue

        def go_on() -> None:
            held.go_on(seconds)
            self._report(held)

        self._safely(held.job, go_on)

    def _report(self, held: _Held, *, look: bool = False) -> None:
        report = held.report(look=look)
        if held.over:
            self._drop(held.job)
        self._tell(report)

    def _drop(self, job: int) -> None:
        self._held.pop(job, None)
        gc.collect()  # quick, as what was imported is frozen; an optimizer refers to itself

    def _safely(self, job: int, work: Callable[[], None]) -> None:
        """A run that raises ends, with a sentence; the others go on."""
        try:
            work()
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this run's, and its visitor is told
            self._drop(job)
            said = (
                error.args[0] if error.args and isinstance(error.args[0], Told) else str(error) or type(error).__name__
            )
            self._tell(Report(job, "failed", sentence=Told("The training ended with an error: {error}", error=said)))


class _Held(ABC):
    """What this process holds for a visitor: its turns, its pauses, its time.

    Attributes:
        paused: No turn is due.
        finished: It was told to end here.
        measurements: What is left to do after the last update, a turn each.
    """

    def __init__(self, order: Begin | Teach, training: Training | Pupil[object]) -> None:
        self.job, self.paused, self.finished = order.job, order.paused, False
        self.training = training
        self._limit, self._seconds = order.seconds, 0.0
        self._losses: list[float] = []
        self.measurements: list[Callable[[], None]] = []

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state()[0] in OVER

    def go_on(self, seconds: float) -> None:
        """Updates, as many as fit into some seconds, and at least one; or, after the last, one measurement."""
        begun = time.monotonic()
        if self.training.done:
            self.measurements.pop(0)()
        else:
            while not (self.training.done or self.broken()):
                self.update()
                if time.monotonic() - begun >= seconds:
                    break
        self._seconds += time.monotonic() - begun

    def state(self) -> tuple[State, str]:
        """How it stands, and what a visitor should know about that."""
        if broken := self.broken():
            return "broken", broken
        if self.training.done and not self.measurements:
            return "done", ""
        if self.finished:
            return "stopped", STOPPED
        if self._seconds >= self._limit:
            told = (
                "Stopped after {updates:,} updates: it took {seconds:.0f} seconds of computing, the most that this server "
                "gives to one run."
            )
            return "stopped", Told(told, updates=self.training.step, seconds=self._limit)
        return ("paused" if self.paused else "running"), ""

    @abstractmethod
    def broken(self) -> str:
        """A sentence where loss or gradient is no longer a number, else nothing."""

    @abstractmethod
    def update(self) -> None:
        """One update."""

    @abstractmethod
    def report(self, *, look: bool = False) -> Report:
        """What happened since the last report; with a look at now where one wants it, or at an early end."""

    def _losses_since(self) -> NDArray[np.float64]:
        losses, self._losses = np.array(self._losses, dtype=np.float64), []
        return losses


class _HeldRun(_Held):
    """A run of the lab."""

    def __init__(self, order: Begin) -> None:
        self.training = Training(order.run)
        super().__init__(order, self.training)
        if order.tested:
            self.measurements += [partial(self._measure, length) for length in TASKS[order.run.task].tested]
        self._told: Run = order.run
        self._norms: list[float] = []
        self._snapshots: list[Snapshot] = []
        self._accuracies: dict[int, float] = {}

    def update(self) -> None:
        snapshot = self.training.update()
        self._losses.append(self.training.loss)
        self._norms.append(self.training.gradient_norm)
        self._snapshots += [snapshot] if snapshot else []

    def _measure(self, length: int) -> None:
        run = self.training.run
        self._accuracies[length] = TASKS[run.task].accuracy_at(restore(run, self.training.look()), length)

    def broken(self) -> str:
        training = self.training
        if not training.done or (math.isfinite(training.loss) and math.isfinite(training.gradient_norm)):
            return ""
        told = (
            "After {updates:,} updates the loss is no longer a number: no update can follow. A lower learning rate or "
            "clipping helps."
            if not math.isfinite(training.loss)
            else "After {updates:,} updates the gradient is no longer a number: no update can follow. A lower learning rate "
            "or clipping helps."
        )
        return Told(told, updates=training.step)

    def report(self, *, look: bool = False) -> Report:
        state, sentence = self.state()
        if look or state == "stopped":
            self._snapshots.append(self.training.look())
        run = self.training.run
        report = Report(
            self.job,
            state,
            self.training.step,
            None if run == self._told else run,
            self._losses_since(),
            np.array(self._norms, dtype=np.float64),
            tuple(self._snapshots),
            dict(self._accuracies),
            self._seconds,
            sentence,
        )
        self._told = run
        self._norms, self._snapshots = [], []
        return report


class _HeldAssignment(_Held):
    """An assignment of a page's own; its last measurements are in its last picture."""

    def __init__(self, order: Teach) -> None:
        assignment = cast(Assignment[object], pickle.loads(order.assignment))  # noqa: S301 - from our own process
        self.training = assignment.begin()
        super().__init__(order, self.training)
        self._due = 0.0  # when the next picture is

    def update(self) -> None:
        self.training.update()
        self._losses.append(self.training.loss)

    def broken(self) -> str:
        if self.training.step == 0 or math.isfinite(self.training.loss):
            return ""
        told = "After {updates:,} updates the loss is no longer a number: no update can follow."
        return Told(told, updates=self.training.step)

    def report(self, *, look: bool = False) -> Report:
        state, sentence = self.state()
        last, picture = state in OVER, None
        if state != "broken" and (look or last or time.monotonic() >= self._due):
            picture = self.training.look(last=last)
            self._due = time.monotonic() + PICTURE
        return Report(
            self.job,
            state,
            self.training.step,
            losses=self._losses_since(),
            seconds=self._seconds,
            sentence=sentence,
            picture=picture,
        )


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Where orders come from and where reports go. What anybody prints goes to the errors instead."""
    orders, reports = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return orders, reports


def _step_back() -> None:
    """Pages come before training: a lower priority; and where memory runs out, this process ends and not the server."""
    if hasattr(os, "nice"):
        os.nice(10)
    if sys.platform == "linux":
        with suppress(OSError):  # not allowed in some containers
            Path("/proc/self/oom_score_adj").write_text("500", "ascii")


def _listen(pipe: BinaryIO, orders: queue.SimpleQueue[Begin | Teach | Order]) -> None:
    try:
        while True:
            orders.put(pickle.load(pipe))  # noqa: S301 - from the process that started this one
    except (EOFError, pickle.UnpicklingError, OSError):
        os._exit(0)
