"""Workers: runs of the lab, and what else visitors train, in processes of their own, in fair turns.

    with Workers() as workers:
        job = workers.start(Run(task="latch", steps=500, keep_bias=1.0), owner="a visitor")
        while not job.over:
            workers.renew("a visitor")  # still there
            print(job.state, job.updates, job.snapshots[-1].accuracy if job.snapshots else "")
            time.sleep(0.2)

`teach` does the same for an assignment of a page's own: see `models.pupil`.

A page reads a `Job` as it would any value: what the processes send is put there by one thread for each process, which only
takes in what was computed elsewhere. Nobody waits for a lock while something computes.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import IO, Self, TypeVar, cast

from models import machine
from models.job import Homework, Job, Work
from models.limits import LIMITS, Limits
from models.messages import STOPPED, Beat, Begin, Command, Order, Report, Teach
from models.pupil import Assignment
from models.run import Run
from models.told import Told

Picture = TypeVar("Picture")
Begun = TypeVar("Begun", bound=Work)

ROOT = Path(__file__).parent.parent

LEASE = 15.0
"""Seconds for which a visitor's runs go on after the page was last drawn."""


class Workers:
    """Processes that train, started when they are first needed and kept.

    Args:
        size: How many; None for as many as this machine bears.
        limits: What one may ask for.
        lease: Seconds for which the runs of an owner go on after the last `renew`.
    """

    def __init__(self, size: int | None = None, *, limits: Limits = LIMITS, lease: float = LEASE) -> None:
        self.limits = limits
        self._size, self._lease = size, lease
        self._lock = threading.RLock()  # around what follows; never held while anything is computed
        self._processes: list[_Process] = []
        self._where: dict[Work, _Process] = {}  # what has begun
        self._waiting: list[Work] = []
        self._until: dict[str, float] = {}  # leases by owner
        self._numbers = count()
        self._closed = False
        atexit.register(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(
        self, run: Run, owner: str, *, paused: bool = False, tested: bool = False, keep: int | None = None
    ) -> Job:
        """Trains a run, at once or as soon as there is a place.

        Args:
            run: What to train.
            owner: Whose it is; an owner's runs end together: see `renew` and `stop_all`.
            paused: Make no update until told to.
            tested: At the end, measure accuracy at every length that the task tests.
            keep: Snapshots to keep; None for as many as the limits allow.

        Raises:
            ValueError: It is too large, or the owner has too many runs; with a sentence for the owner.
            RuntimeError: Closed.
        """
        self.limits.check(run)
        keep = self.limits.keep(run) if keep is None else min(keep, self.limits.keep(run))

        def job(number: int) -> Job:
            return Job(self, Begin(number, run, paused, tested, self.limits.seconds), owner, keep)

        return self._enlist(job, owner)

    def teach(self, assignment: Assignment[Picture], owner: str, *, paused: bool = False) -> Homework[Picture]:
        """Trains an assignment of a page's own, at once or as soon as there is a place.

        Args:
            assignment: What to learn.
            owner: Whose it is: see `start`.
            paused: Make no update until told to.

        Raises:
            ValueError, RuntimeError: As `start`.
        """
        data = pickle.dumps(assignment, protocol=pickle.HIGHEST_PROTOCOL)
        self.limits.check_assignment(assignment.updates, len(data))

        def homework(number: int) -> Homework[Picture]:
            return Homework(self, Teach(number, data, paused, self.limits.seconds), owner, assignment.updates)

        return self._enlist(homework, owner)

    def warm(self) -> None:
        """Starts the first process if there is none, so that the first run need not wait 2 or 3 seconds for it."""
        with self._lock:
            if not self._processes and not self._closed:
                self._spawn()

    def renew(self, owner: str) -> None:
        """Says that an owner is still there: a page calls it whenever it is drawn."""
        with self._lock:
            if owner in self._until:
                self._until[owner] = time.monotonic() + self._lease

    def stop_all(self, owner: str) -> None:
        """Ends all runs of an owner."""
        with self._lock:
            for job in reversed(self._of(owner)):  # those that wait first, so that none begins
                self.stop(job)

    def jobs(self, owner: str) -> tuple[Work, ...]:
        """The work of an owner that are not over."""
        with self._lock:
            return tuple(self._of(owner))

    def stop(self, job: Work, sentence: str = STOPPED) -> None:
        """Ends a job: see `Work.stop`."""
        with self._lock:
            job.end("stopped", sentence)
            if process := self._where.get(job):
                process.send(Order(job.job, "stop"))
            self._forget(job)

    def order(self, job: Work, command: Command, rate: float = 0.0) -> None:
        """Tells a job's process what to do; of one that waits it changes how it will begin. For `Work`."""
        with self._lock:
            if process := self._where.get(job):
                process.send(Order(job.job, command, rate))
            elif job in self._waiting:
                job.begin_otherwise(command, rate)

    def place(self, job: Work) -> int:
        """See `Work.place`."""
        with self._lock:
            training = {other.owner for other in self._where}
            queue = list(dict.fromkeys(other.owner for other in self._waiting if other.owner not in training))
            return queue.index(job.owner) + 1 if job.owner in queue else 0

    def why_waiting(self, job: Work) -> str:
        """A sentence for the visitor of a job that waits. For `Work`."""
        with self._lock:
            if job in self._where:
                return Told("A training process is starting, which takes a few seconds.")
            place = self.place(job)
        if not place:
            return Told("This run waits for another one of yours: {most} go on at once.", most=self.limits.runs)
        others = {1: Told("yours is the next run"), 2: Told("one visitor waits before you")}
        before = others.get(place) or Told("{count} visitors wait before you", count=place - 1)
        told = "All places for training on this server are taken ({most}): {before}."
        return Told(told, most=self.limits.sessions, before=before)

    @property
    def visitors(self) -> int:
        """Visitors for whom something goes on now."""
        with self._lock:
            return len({job.owner for job in self._where if job.state != "paused"})

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes."""
        with self._lock:
            return tuple(process.id for process in self._processes)

    def close(self) -> None:
        """Ends all jobs and all processes."""
        atexit.unregister(self.close)
        with self._lock:
            self._closed = True
            for job in [*self._where, *self._waiting]:
                self.stop(job)
            processes = list(self._processes)
        for process in processes:
            process.end()

    def _enlist(self, made: Callable[[int], Begun], owner: str) -> Begun:
        """Makes a job with a number of its own, and begins it as soon as there is a place."""
        with self._lock:
            if self._closed:
                raise RuntimeError("these workers are closed, expected open ones")
            if len(self._of(owner)) >= self.limits.waiting:
                raise ValueError(
                    Told("You have {count} runs already, the most for one visitor.", count=self.limits.waiting)
                )
            job = made(next(self._numbers))
            self._until[owner] = time.monotonic() + self._lease
            self._waiting.append(job)
            self._admit()
        return job

    def _of(self, owner: str) -> list[Work]:
        return [job for job in [*self._where, *self._waiting] if job.owner == owner]

    def _admit(self) -> None:
        """Begins jobs that wait, as far as there are places."""
        for job in list(self._waiting):
            running = Counter(other.owner for other in self._where)
            mine = running[job.owner]
            if mine < self.limits.runs and (mine or len(running) < self.limits.sessions):
                self._waiting.remove(job)
                process = self._where[job] = self._least_loaded()
                process.send(job.begin())

    def _least_loaded(self) -> _Process:
        load = dict.fromkeys(self._processes, 0)
        for job, process in self._where.items():
            load[process] += job.state != "paused"
        best = min(load, key=load.__getitem__, default=None)
        if self._size is None:
            self._size = machine.workers()
        if best is None or (load[best] and len(load) < self._size):
            return self._spawn()
        return best

    def _spawn(self) -> _Process:
        process = _Process(self._hear, self._lost)
        self._processes.append(process)
        return process

    def _hear(self, report: Report | Beat) -> None:
        """What the thread of a process does with what came."""
        if isinstance(report, Report):
            with self._lock:
                job = next((job for job in self._where if job.job == report.job), None)
            if job:
                job.hear(report)
                if job.over:
                    with self._lock:
                        self._forget(job)
        with self._lock:
            now = time.monotonic()
            for owner in [owner for owner, until in self._until.items() if until < now]:
                for job in reversed(self._of(owner)):
                    self.stop(
                        job, Told("Stopped: nobody has looked at it for {seconds:.0f} seconds.", seconds=self._lease)
                    )

    def _lost(self, process: _Process) -> None:
        """A process has ended: its jobs fail, with a sentence, and another takes its place."""
        code = process.end()
        with self._lock:
            before = len(self._processes)
            self._processes.remove(process)
            for job in [job for job, where in self._where.items() if where is process]:
                job.end("failed", _why(code))
                self._forget(job)
            if process.ready and not self._closed and len(self._processes) < before:
                self._spawn()

    def _forget(self, job: Work) -> None:
        """A job is over: its place is free, and nothing here refers to it."""
        self._where.pop(job, None)
        if job in self._waiting:
            self._waiting.remove(job)
        if not self._of(job.owner):
            self._until.pop(job.owner, None)
        if not self._closed:
            self._admit()


class _Process:
    """A training process, the thread that listens to it, and the one that writes to it.

    Writing has a thread of its own because a pipe holds some 60 kB, an assignment may have megabytes, and a process that
    starts reads nothing for seconds: no page waits for that.
    """

    def __init__(self, hear: Callable[[Report | Beat], None], lost: Callable[[_Process], None]) -> None:
        one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        # Not multiprocessing: its fork would copy a server full of threads, its spawn would run the page's script again.
        self._popen = subprocess.Popen(
            [sys.executable, "-c", "from models.worker import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,  # where Python then looks for `models` first
            env={**os.environ, **one_thread},
        )
        self.id, self.ready = self._popen.pid, False
        self._ending = threading.Lock()
        self._orders: queue.SimpleQueue[Begin | Teach | Order | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="orders", daemon=True)
        self._writer.start()
        self._thread = threading.Thread(target=self._listen, args=(hear, lost), name="training", daemon=True)
        self._thread.start()

    def send(self, order: Begin | Teach | Order) -> None:
        """Sends an order, soon; where the process has ended nothing happens, as the thread that listens will say so."""
        self._orders.put(order)

    def end(self) -> int:
        """Ends the process and its thread, and returns its exit code. Nothing is lost: what counts has been sent."""
        with self._ending:
            self._popen.kill()
            code = self._popen.wait()
            self._orders.put(None)
            self._writer.join()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        return code

    def _write(self) -> None:
        pipe = cast(IO[bytes], self._popen.stdin)
        with suppress(OSError):  # it has ended, perhaps in the middle of an order
            while order := self._orders.get():
                pickle.dump(order, pipe, protocol=pickle.HIGHEST_PROTOCOL)
                pipe.flush()
        with suppress(OSError):  # closing writes what is left
            pipe.close()

    def _listen(self, hear: Callable[[Report | Beat], None], lost: Callable[[_Process], None]) -> None:
        with cast(IO[bytes], self._popen.stdout) as pipe:
            try:
                while True:
                    report = pickle.load(pipe)  # noqa: S301 - from our own process
                    self.ready = True
                    hear(report)
            except (EOFError, pickle.UnpicklingError, OSError):  # it has ended, perhaps in the middle of a report
                pass
            finally:
                lost(self)


def _why(code: int) -> str:
    """What the visitor of a job should know whose process ended with an exit code."""
    if code < 0:
        return Told(
            "The process that trained this run was ended from outside (signal {signal}; most often memory has run out). "
            "Another one takes its place: start the run again, and it will give the same numbers.",
            signal=signal.Signals(-code).name,
        )
    return Told(
        "The process that trained this run has ended unexpectedly (exit code {code}). Another one takes its place: start the "
        "run again, and it will give the same numbers.",
        code=code,
    )
