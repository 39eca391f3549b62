"""What a class that trains does to a server: 1, 2, 5 and 10 sessions train, one steps through a text, one changes pages.

    python -m benchmarks.load [--chromium /usr/bin/chromium]

Prints a Markdown table; takes about five minutes; Linux only. Sessions that train are websocket clients which look
as often as a browser tab (`benchmarks/trainee.py`); their updates are what their pages tell. They are compared with bare
PyTorch loops, one for each worker process and of its priority (`benchmarks/training.py`), twice. First nobody else is
there: the loops run just before and after. Then another such client changes pages (request to the end of the run), and a
Chromium presses keys in the player (key to picture; see `benchmarks/player.py`). That browser would be on the visitor's
machine and here takes the workers' cores, so these loops, too, run beside a client that changes pages and a Chromium that
steps, just before and after. "By processor time" compares updates per second of work, which other work on the machine
disturbs less. The aims: 80 %, 33 ms, 1 s.
"""

import argparse
import asyncio
import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from statistics import median

import torch
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from websockets.exceptions import ConnectionClosed

from benchmarks import player
from benchmarks.server import Server, percentile, serve
from benchmarks.trace import processor
from benchmarks.trainee import Trainee
from benchmarks.training import LOAD, bare_together, processor_seconds
from benchmarks.visitor import Visitor
from models import machine
from playground import lab

SESSIONS = (1, 2, 5, 10)
SECONDS = 10.0
PRESSES = 120
PAGES = ("", "recurrence_on_paper", "training_lab", "step_a_cell")
LINK = {
    "lab_preset": lab.MENU[lab.OWN],
    "lab_task": lab.TITLES[LOAD.task],
    "lab_cells": LOAD.cell,
    "lab_decay": lab.WORDED["decay"][LOAD.decay],
    **{f"lab_{name}": f"{getattr(LOAD, name):g}" for name in ("hidden", "batch", "steps", "learning_rate", "every")},
}
"""The settings of `LOAD` in the page's URL."""


class Stepper:
    """A Chromium with the player of "Three cells", in a thread of its own."""

    def __init__(self, executable: str, port: int) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._playwright, self._browser, self._page = self._thread.submit(self._open, executable, port).result()

    def step(self) -> list[float]:
        """Steps to the right and back for a while: milliseconds from each key to its picture."""
        return self._thread.submit(self._step).result()

    def close(self) -> None:
        """Ends the browser."""
        self._thread.submit(self._browser.close).result()
        self._thread.submit(self._playwright.stop).result()
        self._thread.shutdown()

    @staticmethod
    def _open(executable: str, port: int) -> tuple[Playwright, Browser, Page]:
        playwright = sync_playwright().start()
        browser = playwright.chromium.launch(executable_path=executable, args=player.FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(60_000)
        page.add_init_script(player.WATCH)
        page.goto(f"http://127.0.0.1:{port}/three_cells")
        page.wait_for_function("window.watch.painted > 0")
        return playwright, browser, page

    def _step(self) -> list[float]:
        self._page.locator(".player .strip").first.focus()
        there_and_back = ["ArrowRight"] * 6 + ["ArrowLeft"] * 6
        return player.press(self._page, (there_and_back * PRESSES)[:PRESSES])


@dataclass(frozen=True)
class Found:
    """What was seen while sessions trained: updates a second of each, processor seconds a second of workers, waits (ms).

    Attributes:
        alone: updates a second of all, before anybody else came.
        each: of each session, while others step and change pages.
        cores, stepping, changing: meanwhile.
    """

    alone: float
    each: list[float]
    cores: float
    stepping: list[float]
    changing: list[float]


def children(parent: int) -> list[int]:
    """The processes that a process, here a server, has started and that have not ended: those that train."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, its_parent, *_ = stat.read_text("ascii", errors="replace").rpartition(")")[2].split()
            if int(its_parent) == parent and state != "Z":
                found.append(int(stat.parent.name))
    return found


async def change_pages(port: int, until: float) -> list[float]:
    """Milliseconds of each page change of one visitor, about one a second."""
    visitor, took = await Visitor.arrive(port), []
    for page in cycle(PAGES):
        if time.perf_counter() >= until:
            break
        wait = await visitor.open(page)
        took.append(1000 * wait.finished)
        await asyncio.sleep(max(0.0, 1 - wait.finished))
    await visitor.leave()
    return took[1:]  # the first one was an arrival


async def together(server: Server, sessions: int, stepper: Stepper) -> Found:
    """So many sessions train, and two others do something else."""
    trainees = [await Trainee.arrive(server.port) for _ in range(sessions)]
    looking = []
    for trainee in trainees:
        await trainee.train(**LINK)
        looking.append(asyncio.create_task(trainee.stay()))
    while not all(trainee.updates for trainee in trainees):
        await asyncio.sleep(0.05)

    for trainee in trainees:
        del trainee.told[:-1]
    await asyncio.sleep(SECONDS)
    alone = sum(rate(trainee.told) for trainee in trainees)
    for trainee in trainees:
        del trainee.told[:-1]
    workers, begun = children(server.pid), time.perf_counter()
    worked = sum(map(processor_seconds, workers))
    stepping = asyncio.create_task(asyncio.to_thread(stepper.step))
    changing = await change_pages(server.port, begun + SECONDS)
    busy, passed = sum(map(processor_seconds, workers)) - worked, time.perf_counter() - begun
    each = [rate(trainee.told) for trainee in trainees]
    keys = await stepping

    for trainee in trainees:
        await trainee.leave()
    for ended in await asyncio.gather(*looking, return_exceptions=True):
        if not isinstance(ended, ConnectionClosed):
            raise RuntimeError("a session has ended by itself") from ended  # noqa: TRY004 - not of a type
    await asyncio.to_thread(wait_until_idle, workers)
    return Found(alone, each, busy / passed, keys, changing)


async def bare_beside(server: Server, loops: int, stepper: Stepper) -> float:
    """Updates a second of so many bare loops together, while two visitors step and change pages as in `together`."""
    stepping = asyncio.create_task(asyncio.to_thread(stepper.step))
    running = asyncio.create_task(asyncio.to_thread(bare_together, loops, SECONDS))
    await change_pages(server.port, time.perf_counter() + SECONDS)
    await stepping
    return (await running)[0]


def rate(told: list[tuple[float, int]]) -> float:
    """Updates a second between the first and the last time that the page told them."""
    (begun, before), (ended, after) = told[0], told[-1]
    return (after - before) / (ended - begun) if ended > begun else 0.0


def wait_until_idle(processes: list[int], seconds: float = 60) -> None:
    """Returns when processes have nothing to do any more: the trainings of who left have ended.

    Raises:
        RuntimeError: they go on.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = sum(map(processor_seconds, processes))
        time.sleep(0.5)
        if sum(map(processor_seconds, processes)) - before < 0.03:
            return
    raise RuntimeError(f"trainings go on {seconds:.0f} s after their visitors have left")


def row(server: Server, sessions: int, stepper: Stepper) -> str:
    """One row of the table."""
    loops = min(sessions, machine.workers())
    beside_before, before = asyncio.run(bare_beside(server, loops, stepper)), bare_together(loops, 2.0)
    found = asyncio.run(together(server, sessions, stepper))
    after, beside_after = bare_together(loops, 2.0), asyncio.run(bare_beside(server, loops, stepper))
    by_clock, by_processor = ((b + a) / 2 for b, a in zip(before, after, strict=True))
    beside, total = (beside_before + beside_after) / 2, sum(found.each)
    return (
        f"| {sessions} | {loops} × {by_clock / loops:,.0f} | {100 * found.alone / by_clock:.0f} % | "
        f"{loops} × {beside / loops:,.0f} | {total:,.0f} | {100 * total / beside:.0f} % | "
        f"{100 * total / found.cores / by_processor:.0f} % | {found.cores:.2f} | {min(found.each):,.0f} | "
        f"{median(found.stepping):.0f} / {percentile(found.stepping, 95):.0f} | "
        f"{median(found.changing):.0f} / {percentile(found.changing, 95):.0f} |"
    )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    executable = parser.parse_args().chromium
    facts = {"torch": torch.__version__, "cores": machine.cores(), "date": f"{datetime.now(UTC):%Y-%m-%d}"}
    load = Path("/proc/loadavg").read_text("ascii").split()[0]
    print(f"{processor()}; {json.dumps(facts)}; load at the start {load}\n")
    print(
        "| sessions | bare loops, nobody else there, updates/s | share | bare loops beside others "
        "| all sessions together beside the same | share | by processor time | cores used "
        "| slowest session | key to picture, ms | page change, ms |\n"
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    with serve([]) as server:
        stepper = Stepper(executable, server.port)
        try:
            for sessions in SESSIONS:
                print(row(server, sessions, stepper), flush=True)
        finally:
            stepper.close()


if __name__ == "__main__":
    main()
