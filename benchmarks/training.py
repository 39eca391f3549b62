"""What training in the lab costs: beside a bare PyTorch loop, many at once, and in memory.

    python -m benchmarks.training

Prints three Markdown tables. A bare loop is PyTorch as one would write it in a notebook: no snapshot, no measurement, no
number read but the last. The aims: snapshots and transport at most 10 % of its time; 1, 2, 5 and 10 runs together at least
80 % of one bare loop for each process; 200 starts and stops less than 20 MB. The first table counts processor time, which
other work on the machine disturbs least. The second has both: by the clock, and per second of processor time; its bare
loops run in processes of their own, of the low priority of workers. Takes about three minutes; Linux only.
"""

import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import IO, cast

import torch
from torch import nn

from benchmarks.gradients import processor
from models import machine
from models.job import Job
from models.run import Run
from models.tasks import TASKS
from models.training import train
from models.workers import Workers

EVERY = 25
RUNS = {
    "latch, LSTM, H = 16": Run("latch", hidden=16, steps=1000, every=EVERY),
    "memory counter, GRU, H = 32": Run("memory_counter", cell="GRU", hidden=32, steps=250, every=EVERY),
    "agreement, RNN, H = 16": Run("agreement", cell="RNN", hidden=16, steps=250, every=EVERY),
}
ROUNDS = 5
TOGETHER = (1, 2, 5, 10)
LOAD = Run("latch", hidden=16, steps=20_000, every=100)
SECONDS = 5.0
CYCLES = 200


def bare(run: Run) -> None:
    """A bare loop."""
    task, generator = TASKS[run.task], torch.Generator().manual_seed(run.seed)
    network = task.network(run, generator)
    optimizer = torch.optim.Adam(network.parameters(), lr=run.learning_rate)
    for step in range(run.steps + 1):
        inputs, targets = task.batch(run.batch, run.lengths, generator)
        optimizer.zero_grad()
        loss = task.loss(network(inputs), targets)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), run.clip or math.inf)
        optimizer.param_groups[0]["lr"] = run.rate(step)
        optimizer.step()


def in_worker(workers: Workers, run: Run) -> None:
    """The same as a job, drawn five times a second."""
    job = workers.start(run, "benchmark")
    while not job.over:
        time.sleep(0.2)
        job.series.thinned()


def milliseconds(work: Callable[[], object], updates: int, *processes: int) -> float:
    """Processor time of this process and others that some work takes, per update."""
    before = time.process_time() + sum(map(processor_seconds, processes))
    work()
    return 1000 * (time.process_time() + sum(map(processor_seconds, processes)) - before) / updates


def processor_seconds(process: int) -> float:
    """Processor time that another process has had."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare_together(loops: int, seconds: float) -> tuple[float, float]:
    """So many bare loops together, each in a process of its own: updates a second of all, and of processor time."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    start_together = threading.Barrier(loops)

    def loop() -> tuple[float, float]:
        command = [sys.executable, "-m", "benchmarks.training", "--bare", str(seconds)]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        cast(IO[str], child.stdout).readline()  # it has imported all
        start_together.wait()
        by_clock, by_processor = map(float, child.communicate("go\n")[0].split())
        return by_clock, by_processor

    with ThreadPoolExecutor(loops) as threads:
        told = [future.result() for future in [threads.submit(loop) for _ in range(loops)]]
    return sum(by_clock for by_clock, _ in told), sum(by_processor for _, by_processor in told) / loops


def bare_child(seconds: float) -> None:
    """What a process of `bare_together` does."""
    os.nice(10)  # as a worker
    torch.set_num_threads(1)
    chunk = replace(LOAD, steps=50)
    bare(chunk)
    print("ready", flush=True)
    sys.stdin.readline()
    begun, worked, updates = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - begun < seconds:
        bare(chunk)
        updates += chunk.steps
    print(updates / (time.perf_counter() - begun), updates / (time.process_time() - worked))


@dataclass(frozen=True)
class Speed:
    """How fast jobs are together: updates a second of all, of the slowest, of the fastest; processor seconds a second."""

    total: float
    slowest: float
    fastest: float
    busy: float


def speed(jobs: list[Job], processes: Sequence[int], seconds: float) -> Speed:
    """Watches jobs for some seconds."""
    before, worked, begun = [job.updates for job in jobs], sum(map(processor_seconds, processes)), time.perf_counter()
    time.sleep(seconds)
    passed = time.perf_counter() - begun
    each = [(job.updates - b) / passed for job, b in zip(jobs, before, strict=True)]
    return Speed(sum(each), min(each), max(each), (sum(map(processor_seconds, processes)) - worked) / passed)


def resident(process: int | str = "self") -> float:
    """Resident memory of a process, MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def costs(workers: Workers, run: Run, process: int) -> tuple[float, float, float]:
    """Milliseconds per update of a bare loop, of `train`, and of a worker with the page's side."""
    count = run.steps + 1
    return (
        milliseconds(lambda: bare(run), count),
        milliseconds(lambda: list(train(run)), count),
        milliseconds(lambda: in_worker(workers, run), count, process),
    )


def alone() -> None:
    """The first table."""
    print(
        f"A snapshot every {EVERY} updates; processor time per update, medians of {ROUNDS} rounds, and of their ratios\n"
    )
    print("| run | bare loop, ms | train(), ms | worker and page's side, ms | train() / bare | worker / bare |")
    print("|---|---:|---:|---:|---:|---:|")
    with Workers(1, lease=math.inf) as workers:
        in_worker(workers, replace(LOAD, steps=100))
        (process,) = workers.processes
        for name, run in RUNS.items():
            list(train(replace(run, steps=10)))  # draws what accuracy is measured on, which is then kept
            in_worker(workers, replace(run, steps=10))
            rounds = [costs(workers, run, process) for _ in range(ROUNDS)]
            times = [median(column) for column in zip(*rounds, strict=True)]
            ratios = [median(one[k] / one[0] for one in rounds) for k in (1, 2)]
            print(f"| {name} | {' | '.join(f'{t:.2f}' for t in times)} | {ratios[0]:.2f} | {ratios[1]:.2f} |")


def together() -> None:
    """The second table."""
    size = machine.workers()
    print(f"\nRuns together on {size} processes, {SECONDS:.0f} s each: latch, LSTM, H = 16\n")
    print(
        "| runs | bare loops, updates/s | all runs together | share | by processor time | cores used | slowest | fastest |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    with Workers(lease=math.inf) as workers:
        for count in TOGETHER:
            loops = min(count, size)
            before = bare_together(loops, SECONDS / 2)
            jobs = [workers.start(LOAD, f"visitor {k}") for k in range(count)]
            while not all(job.updates for job in jobs):
                time.sleep(0.01)
            found = speed(jobs, workers.processes, SECONDS)
            for job in jobs:
                job.stop()
            after = bare_together(loops, SECONDS / 2)
            by_clock, by_processor = ((b + a) / 2 for b, a in zip(before, after, strict=True))
            share, efficiency = found.total / by_clock, found.total / found.busy / by_processor
            print(
                f"| {count} | {loops} × {by_clock / loops:,.0f} | {found.total:,.0f} | {100 * share:.0f} % | "
                f"{100 * efficiency:.0f} % | {found.busy:.2f} | {found.slowest:,.0f} | {found.fastest:,.0f} |"
            )


def memory() -> None:
    """The third table."""
    print("\n| memory and start | |")
    print("|---|---:|")
    with Workers(1, lease=math.inf) as workers:
        begun = time.perf_counter()
        job = workers.start(LOAD, "first")
        while not job.snapshots:
            time.sleep(0.005)
        print(f"| from the first press to the first snapshot, cold | {time.perf_counter() - begun:.1f} s |")
        job.stop()
        begun = time.perf_counter()
        job = workers.start(LOAD, "second")
        while not job.snapshots:
            time.sleep(0.001)
        print(f"| the same, process there | {1000 * (time.perf_counter() - begun):.0f} ms |")
        job.stop()
        cycles(workers, 20)  # the first ones fill what is then used again
        (process,) = workers.processes
        before = resident(), resident(process)
        cycles(workers, CYCLES)
        after = resident(), resident(process)
        print(f"| a worker | {after[1]:.0f} MB |")
        print(f"| page's side, growth over {CYCLES} starts and stops | {after[0] - before[0]:+.1f} MB |")
        print(f"| worker, growth over {CYCLES} starts and stops | {after[1] - before[1]:+.1f} MB |")


def cycles(workers: Workers, count: int) -> None:
    """Starts and stops runs of all sizes, each seen training."""
    for k in range(count):
        run = replace(LOAD, hidden=8 * (1 + k % 8), seed=k, every=1, cell=("RNN", "LSTM", "GRU")[k % 3])
        job = workers.start(run, "visitor")
        while job.updates < 3:
            time.sleep(0.001)
        job.stop()


def main() -> None:
    """Prints all tables."""
    torch.set_num_threads(1)
    facts = {"torch": torch.__version__, "cores": machine.cores(), "date": f"{datetime.now(UTC):%Y-%m-%d}"}
    print(f"{processor()}; {json.dumps(facts)}\n")
    alone()
    together()
    memory()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        bare_child(float(sys.argv[2]))
    else:
        main()
