"""What a server costs: start-up, memory, a rerun, ten visitors at once, a class that arrives.

    python -m benchmarks.server

Prints Markdown tables; takes about three minutes on a quiet machine; Linux only, as it reads /proc. The servers are those of
`streamlit run playground`, on loopback; the visitors are those of `benchmarks/visitor.py`, without a browser, so what a
browser adds (loading Streamlit's own scripts, drawing) is not in here: that is `benchmarks/player.py`.

The two servers that are compared run side by side: single reruns in turn, crowds one after the other. "Frozen" is the
playground as it is; "not frozen" is the same with `playground.garbage.HEAVY` emptied. A time runs from the request to
the end of the script run, everything delivered. Files and bytecode are in the system's caches, as after a first start.
"""

import asyncio
import gc
import importlib
import math
import multiprocessing
import os
import platform
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.trace import processor
from benchmarks.visitor import Visitor, Wait
from playground.exhibits import EXHIBITS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("", *(Path(exhibit.file).stem for exhibit in EXHIBITS[1:]))
"""Every page by its name in the URL; "" is the start page."""

CELLS = ("GRU", "RNN", "LSTM")
WORDS = "the cat dogs , which chased fish trees cats near were full was river".split()  # noqa: SIM905 - read as a text

STARTS = 3
"""Fresh servers for each row of start-up and of memory."""
RERUNS = 30
CROWD, SECONDS = 10, 15
CLASS = 30
"""Visitors who open the start page at the same moment."""
COME_AND_GO = 20
FORGET = 2
"""Seconds after which the servers of the memory table forget a visitor who left; Streamlit's own default is 120."""

UNFROZEN = """
from playground import garbage
from streamlit.web.cli import main
garbage.HEAVY = ()
main(prog_name="streamlit")
"""


@dataclass(frozen=True)
class Server:
    """A running playground: its process, its loopback port, and how many seconds it took to be healthy."""

    pid: int
    port: int
    started: float

    def resident(self) -> float:
        """Resident memory in MB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def worked(self) -> float:
        """Milliseconds of processor time so far, all threads."""
        user, system = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
        return 1000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    async def visit(self, page: str) -> tuple[Visitor, Wait]:
        """A new visitor, who has opened a page."""
        visitor = await Visitor.arrive(self.port)
        return visitor, await visitor.open(page)


@contextmanager
def serve(said: list[str], *options: str, frozen: bool = True) -> Iterator[Server]:
    """A fresh server, ended on leaving; what it wrote to its standard error is added to `said`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, *(("-m", "streamlit") if frozen else ("-c", UNFROZEN)), "run", "playground", *options]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true"]
    with tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            wait_for(process, f"http://127.0.0.1:{port}/_stcore/health")
            yield Server(process.pid, port, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(30)
            errors.seek(0)
            said.extend(errors.read().splitlines())


def wait_for(process: subprocess.Popen[bytes], url: str, seconds: float = 60) -> None:
    """Return once the server answers.

    Raises:
        RuntimeError: it ended, or did not answer in time.
    """
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"no answer from {url}; the server's exit code is {process.poll()}")


async def start_up(said: list[str]) -> list[str]:
    """Rows: seconds until healthy, and until the first and the second visitor have the page."""
    rows = []
    for page in PAGES[:2]:
        found = []
        for _ in range(STARTS):
            with serve(said) as server:
                await asyncio.sleep(0.5)
                first, one = await server.visit(page)
                await asyncio.sleep(0.5)
                second, two = await server.visit(page)
                await asyncio.gather(first.leave(), second.leave())
                found.append((server.started, one.first, one.finished, two.first, two.finished))
        numbers = " | ".join(f"{median(column):.2f}" for column in zip(*found, strict=True))
        rows.append(f"| {page or 'home'} | {numbers} |")
    return rows


async def memory(said: list[str]) -> list[str]:
    """Rows: resident MB with nobody, with one and ten visitors who opened every page, and after many came and went."""
    found = []
    for _ in range(STARTS):
        with serve(said, "--server.disconnectedSessionTTL", str(FORGET)) as server:
            levels = [server.resident()]
            visitors = [await tour(server)]
            levels.append(server.resident())
            visitors += [await tour(server) for _ in range(9)]
            levels.append(server.resident())
            for visitor in visitors:
                await visitor.leave()
            for _ in range(COME_AND_GO):
                await (await tour(server)).leave()
            await asyncio.sleep(FORGET)
            await (await tour(server)).leave()
            levels.append(server.resident())
            found.append(levels)
    names = (
        "nobody yet",
        "1 visitor, every page opened",
        "10 visitors, every page opened",
        f"they and {COME_AND_GO} others came and went",
    )
    return [
        f"| {name} | {median(level):.0f} | {min(level):.0f}–{max(level):.0f} |"
        for name, level in zip(names, zip(*found, strict=True), strict=True)
    ]


async def tour(server: Server) -> Visitor:
    """A new visitor, who has opened every page and stays."""
    visitor, _ = await server.visit(PAGES[0])
    for page in PAGES[1:]:
        await visitor.open(page)
    return visitor


async def reruns(servers: dict[str, Server]) -> list[str]:
    """Rows: milliseconds of one visitor's change of the cell, and of processor time that it cost the server."""
    visitors = {name: (await server.visit(PAGES[1]))[0] for name, server in servers.items()}
    for visitor in visitors.values():  # warm: every answer is in the cache, so that only the rerun is left
        for cell in CELLS:
            await visitor.change("cell_cell", cell)
    before = {name: server.worked() for name, server in servers.items()}
    took: dict[str, list[float]] = {name: [] for name in servers}
    for number in range(RERUNS):
        for name, visitor in visitors.items():
            took[name].append(1000 * (await visitor.change("cell_cell", CELLS[number % 3])).finished)
            await asyncio.sleep(0.25)  # nobody clicks faster, and what the server does after the answer is over
    worked = {name: (server.worked() - before[name]) / RERUNS for name, server in servers.items()}
    await asyncio.gather(*(visitor.leave() for visitor in visitors.values()))
    return [
        f"| {name} | {median(found):.0f} | {percentile(found, 95):.0f} | {worked[name]:.0f} |"
        for name, found in took.items()
    ]


async def crowds(servers: dict[str, Server]) -> list[str]:
    """Rows: milliseconds that each of many visitors waits for a change, while all of them click."""
    rows = []
    for name, server in servers.items():
        visitors = [(await server.visit(PAGES[1]))[0] for _ in range(CROWD)]
        chances = [random.Random(k) for k in range(CROWD)]  # noqa: S311 - the same clicks in every run
        found = await asyncio.gather(*map(clicks, visitors, chances))
        await asyncio.gather(*(visitor.leave() for visitor in visitors))
        took = [wait for waits in found for wait in waits]
        rows.append(f"| {name} | {len(took)} | {median(took):.0f} | {percentile(took, 95):.0f} | {max(took):.0f} |")
    return rows


async def arrivals(servers: dict[str, Server]) -> list[str]:
    """Rows: milliseconds until each visitor of a whole class has the start page, when all open it at once."""
    rows = []
    for name, server in servers.items():
        visits = await asyncio.gather(*(server.visit(PAGES[0]) for _ in range(CLASS)))
        await asyncio.gather(*(visitor.leave() for visitor, _ in visits))
        took = [1000 * wait.finished for _, wait in visits]
        rows.append(f"| {name} | {median(took):.0f} | {max(took):.0f} |")
    return rows


async def clicks(visitor: Visitor, chance: random.Random) -> list[float]:
    """The milliseconds of each change of one visitor who clicks about once a second, or types a text of his own."""
    took = []
    until = time.perf_counter() + SECONDS
    await asyncio.sleep(chance.random())
    while time.perf_counter() < until:
        if chance.random() < 0.5:
            wait = await visitor.change("cell_cell", chance.choice(CELLS))
        else:
            wait = await visitor.change("cell_text", " ".join(chance.choices(WORDS, k=12)))
        took.append(1000 * wait.finished)
        await asyncio.sleep(max(0.0, chance.uniform(0.6, 1.4) - wait.finished))
    return took


def collections() -> tuple[list[float], list[float], int]:
    """In a process that imported what a server imports: milliseconds of a full collection before and after freezing."""
    for name in ("streamlit.web.bootstrap", "playground.compute", "playground.controls", "plotly.graph_objects"):
        importlib.import_module(name)
    gc.collect()
    before = [milliseconds(lambda: gc.collect(2)) for _ in range(9)]
    importlib.import_module("playground.garbage").freeze()
    return before, [milliseconds(lambda: gc.collect(2)) for _ in range(9)], gc.get_freeze_count()


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    before = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - before)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values, in percent, does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]


async def table(title: str, head: str, rows: Awaitable[list[str]]) -> None:
    """Print one table as soon as it is measured."""
    found = await rows
    columns = head.count("|") - 2
    print(f"\n{title}\n\n{head}\n|---|{'---:|' * columns}", *found, sep="\n", flush=True)


async def measure() -> list[str]:
    """Print all tables; what the servers wrote to their standard error."""
    said: list[str] = []
    await table(
        f"Start-up, seconds (median of {STARTS} fresh servers); first element of the page and the whole page",
        "| page | healthy | 1st visitor, first element | 1st visitor, whole | 2nd, first element | 2nd, whole |",
        start_up(said),
    )
    await table(f"Memory of the server, resident MB (median and range of {STARTS})", "| | MB | range |", memory(said))
    with serve(said) as frozen, serve(said, frozen=False) as loose:
        servers = {"frozen": frozen, "not frozen": loose}
        await table(
            f"One visitor changes the cell, {RERUNS} times, ms",
            "| imports | median | p95 | processor time of the server |",
            reruns(servers),
        )
        await table(
            f"{CROWD} visitors at once for {SECONDS} s, each changing cell or text about once a second, ms",
            "| imports | changes | p50 | p95 | longest |",
            crowds(servers),
        )
        await table(
            f"{CLASS} visitors open the start page at once, ms until it is whole",
            "| imports | median | longest |",
            arrivals(servers),
        )
    return said


def main() -> None:
    """Print the tables, with what they were measured on."""
    if not Path("/proc/self/statm").exists():
        raise SystemExit("This benchmark reads /proc, which only Linux has.")
    versions = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "torch", "plotly"))
    today = datetime.now(UTC).date().isoformat()
    print(f"{versions}, Python {platform.python_version()}; {processor()}, {os.cpu_count()} cores; {today}")
    said = asyncio.run(measure())
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        before, after, objects = other.submit(collections).result()
    print(
        f"\n`gc.collect(2)` alone: {median(before):.0f} ms before freezing, {median(after):.2f} ms after; "
        f"{objects:,} objects frozen."
    )
    strange = [line for line in said if line.strip() and "Uvicorn server started" not in line]
    print("\nOn the servers' standard error:", *(strange or ["nothing but that they started."]), sep="\n")


if __name__ == "__main__":
    main()
