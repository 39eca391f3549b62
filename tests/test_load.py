"""Several visitors train at once: all of them get on, others are served, and nothing is left when they have gone."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from visitor import apart
from websockets.exceptions import ConnectionClosed

from benchmarks.load import children
from benchmarks.server import serve
from benchmarks.trainee import Trainee
from benchmarks.training import processor_seconds
from playground import lab

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc, which only Linux has"),
]

PATIENCE = 300.0
"""Seconds for what must happen, on however busy a machine."""
LONG = {
    "lab_preset": lab.MENU[lab.OWN],
    "lab_task": lab.TITLES["latch"],
    "lab_cells": "LSTM",
    "lab_hidden": "64",  # so slow that it is not done before the test is
    "lab_batch": "128",
    "lab_steps": "20000",
}


async def until(so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {what}"
        await asyncio.sleep(0.2)


async def idle(processes: list[int]) -> None:
    """Returns when processes have done nothing for a second."""
    end = time.monotonic() + PATIENCE
    while True:
        before = sum(map(processor_seconds, processes))
        await asyncio.sleep(1)
        if sum(map(processor_seconds, processes)) - before < 0.05:
            return
        assert time.monotonic() < end, "the trainings go on though everybody has left"


async def a_class_trains(port: int, server: int) -> list[int]:
    """Three train while another reads, then all leave; the processes that have trained."""
    trainees = [await Trainee.arrive(port) for _ in range(3)]
    for trainee in trainees:
        await trainee.train(**LONG)
    looking = [asyncio.create_task(trainee.stay()) for trainee in trainees]
    await until(lambda: all(trainee.updates for trainee in trainees), "everybody's first update")
    before, pictures = [t.updates for t in trainees], [t.pictures for t in trainees]

    reader = await Trainee.arrive(port)
    await reader.open("")
    await reader.open("recurrence_on_paper")
    await reader.leave()

    await until(lambda: all(t.updates > b for t, b in zip(trainees, before, strict=True)), "more updates of all")
    await until(lambda: all(t.pictures > p for t, p in zip(trainees, pictures, strict=True)), "new curves for all")
    processes = children(server)
    assert processes, "nobody trains, though the pages tell of updates"
    assert not any(task.done() for task in looking)

    for trainee in trainees:
        await trainee.leave()
    for ended in await asyncio.gather(*looking, return_exceptions=True):
        assert isinstance(ended, ConnectionClosed)
    await idle(processes)
    return processes


def test_a_class_trains_at_once_and_leaves_nothing_behind():
    said: list[str] = []
    with serve(said) as server:
        processes = apart(lambda: a_class_trains(server.port, server.pid))
        assert set(children(server.pid)) <= set(processes)
    apart(lambda: until(lambda: not any(Path(f"/proc/{one}").exists() for one in processes), "no process remains"))
    assert not [line for line in said if "Traceback" in line]
