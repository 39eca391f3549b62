"""A public server on two cores: fifty visitors at once, a thousand one after another, a fresh start, a visitor who returns.

    python -m benchmarks.crowd [--visitors 50] [--seconds 60] [--visits 1000]

Prints Markdown tables; takes about eight minutes on a quiet machine; Linux only, as it reads /proc. Visitors are websocket
clients on loopback (`benchmarks/visitor.py`). Stepping itself sends nothing to the server, so a visitor of the crowd is
one who changes cell, network or text, or opens another page, every two to four seconds. A time runs from the request to
the end of the script run, everything delivered; a page counts for the returning visitor when somebody had it before.
The aims: p95 of a page change 1 s, 700 MB with fifty; within 30 MB after a thousand; 4 s; 400 ms.
"""

import argparse
import asyncio
import os
import platform
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.server import CELLS, FORGET, PAGES, WORDS, Server, percentile, serve
from benchmarks.trace import processor
from benchmarks.visitor import Visitor

WARM = 100
"""Visits before the memory of a thousand is counted: caches have their size by then."""
STARTS = 3
ROUNDS = 3


@dataclass
class Waits:
    """Milliseconds that the visitors of a crowd have waited, by what they did."""

    pages: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)


async def stroll(visitor: Visitor, waits: Waits, seconds: float, chance: random.Random) -> None:
    """One visitor of a crowd: two thirds of what it does are changes on the page "step a cell", one third other pages."""
    until = time.monotonic() + seconds
    here = ""
    await asyncio.sleep(chance.uniform(0, 3))
    while time.monotonic() < until:
        began = time.perf_counter()
        if here == "step_a_cell" and chance.random() < 0.67:
            if chance.random() < 0.5:
                await visitor.change("cell_cell", chance.choice(CELLS))
            else:
                await visitor.change("cell_text", " ".join(chance.choices(WORDS, k=12)))
            waits.changes.append(1000 * (time.perf_counter() - began))
        else:
            here = chance.choice(PAGES) if here == "step_a_cell" else "step_a_cell"
            await visitor.open(here)
            waits.pages.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(chance.uniform(2, 4))


async def crowd(server: Server, visitors: int, seconds: float) -> tuple[Waits, float]:
    """What a crowd waits for, and the most resident MB of the server meanwhile."""
    waits, most = Waits(), 0.0
    tabs = [await Visitor.arrive(server.port) for _ in range(visitors)]
    for page in PAGES:  # somebody was here before
        await tabs[0].open(page)
    chances = [random.Random(k) for k in range(visitors)]  # noqa: S311 - the same clicks in every run
    going = asyncio.gather(*(stroll(tab, waits, seconds, chance) for tab, chance in zip(tabs, chances, strict=True)))
    while not going.done():
        most = max(most, server.resident())
        await asyncio.sleep(0.2)
    await going
    for tab in tabs:
        await tab.leave()
    return waits, most


async def one_after_another(server: Server, visits: int) -> tuple[float, float]:
    """Resident MB before and after many visits, each with two pages, all of them forgotten."""
    chance = random.Random(0)  # noqa: S311 - the same pages in every run

    async def visit() -> None:
        tab = await Visitor.arrive(server.port)
        await tab.open(chance.choice(PAGES))
        await tab.open("step_a_cell")
        await tab.change("cell_text", " ".join(chance.choices(WORDS, k=12)))
        await tab.leave()

    for _ in range(WARM):
        await visit()
    await asyncio.sleep(2 * FORGET)
    before = server.resident()
    for _ in range(visits):
        await visit()
    await asyncio.sleep(2 * FORGET)
    await visit()  # what is left of those before is given back when somebody comes
    return before, server.resident()


async def returning(server: Server) -> dict[str, list[float]]:
    """Milliseconds of each page for a visitor who has seen all of them before."""
    tab = await Visitor.arrive(server.port)
    took: dict[str, list[float]] = {page: [] for page in PAGES}
    for number in range(ROUNDS + 1):
        for page in PAGES:
            wait = await tab.open(page)
            if number:
                took[page].append(1000 * wait.finished)
            await asyncio.sleep(0.1)
    await tab.leave()
    return took


async def first_page(said: list[str]) -> list[float]:
    """Seconds from the start of a server until its first visitor has the whole start page."""
    found = []
    for _ in range(STARTS):
        began = time.perf_counter()
        with serve(said) as server:
            tab, _ = await server.visit("")
            found.append(time.perf_counter() - began)
            await tab.leave()
    return found


def row(name: str, values: Sequence[float]) -> str:
    """A row of a table of milliseconds."""
    return f"| {name} | {len(values)} | {median(values):.0f} | {percentile(values, 95):.0f} | {max(values):.0f} |"


async def measure(visitors: int, seconds: float, visits: int) -> list[str]:
    """Print all tables; what the servers wrote to their standard error."""
    said: list[str] = []
    starts = await first_page(said)
    print(f"\nFrom the start of a server to the whole first page: {median(starts):.1f} s (longest {max(starts):.1f} s)")
    with serve(said, "--server.disconnectedSessionTTL", str(FORGET)) as server:
        waits, most = await crowd(server, visitors, seconds)
        print(f"\n{visitors} visitors for {seconds:.0f} s, ms; at most {most:.0f} MB resident\n")
        print("| | times | p50 | p95 | longest |\n|---|---:|---:|---:|---:|")
        print(row("page change", waits.pages), row("setting changed", waits.changes), sep="\n", flush=True)
        took = await returning(server)
        print("\nA visitor returns to a page, ms\n\n| | times | p50 | p95 | longest |\n|---|---:|---:|---:|---:|")
        print(row("all pages", [wait for waits in took.values() for wait in waits]))
        slowest = sorted(took, key=lambda page: -median(took[page]))[:3]
        print(*(row(page or "home", took[page]) for page in slowest), sep="\n", flush=True)
        before, after = await one_after_another(server, visits)
        print(f"\n{visits:,} visits one after another: {before:.0f} MB before, {after:.0f} MB after", flush=True)
    return said


def main() -> None:
    """Print the tables, with what they were measured on."""
    if not Path("/proc/self/statm").exists():
        raise SystemExit("This benchmark reads /proc, which only Linux has.")
    parser = argparse.ArgumentParser(description="A public server on two cores: tables of waits and memory")
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--visits", type=int, default=1000)
    asked = parser.parse_args()
    today = datetime.now(UTC).date().isoformat()
    print(f"Python {platform.python_version()}; {processor()}, {os.cpu_count()} cores; {today}")
    said = asyncio.run(measure(asked.visitors, asked.seconds, asked.visits))
    strange = [line for line in said if line.strip() and "Uvicorn server started" not in line]
    print("\nOn the servers' standard error:", *(strange[-5:] or ["nothing but that they started."]), sep="\n")


if __name__ == "__main__":
    main()
