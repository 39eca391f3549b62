"""What a trace costs: the fused layer of torch, the trace of it, and a plain Python loop over open steps.

    python -m benchmarks.trace

Prints a Markdown table of median milliseconds. They run in turn within one round, so that a noisy machine slows
them alike, and the ratios are medians of the ratios within a round. One thread, float32. Takes about half a minute.
"""

import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import torch
from torch import nn

from models import open_cell, trace

LAYERS: dict[str, Callable[..., nn.RNNBase]] = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
STEPS = (100, 1000)
HIDDEN = (16, 64, 128)
INPUTS = 16
ROUNDS = {100: 101, 1000: 61}
LOOPS = 7
"""Rounds in which the Python loop runs as well: it is slow, and its cost is steady."""


def processor() -> str:
    """The name of the CPU, as far as the system tells."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text("utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def milliseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    before = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - before)


def row(kind: str, steps: int, hidden: int) -> str:
    """One line of the table."""
    generator = torch.Generator().manual_seed(0)
    layer = LAYERS[kind](INPUTS, hidden)
    with torch.no_grad():
        for weight in layer.parameters():
            weight.uniform_(-(hidden**-0.5), hidden**-0.5, generator=generator)
    x, cell = torch.randn(steps, INPUTS, generator=generator), open_cell(layer)

    def fused() -> None:
        with torch.no_grad():
            layer(x)

    def traced() -> None:
        trace(layer, x)

    def looped() -> None:
        with torch.no_grad():
            cell.run(x)

    for work in (fused, traced, fused, traced):  # warm
        work()
    rounds = [(milliseconds(fused), milliseconds(traced)) for _ in range(ROUNDS[steps])]
    slow = []
    for _ in range(LOOPS):
        fused()  # the loop has emptied the caches of the processor
        slow.append((milliseconds(fused), milliseconds(looped)))
    forward, whole, loop = median(f for f, _ in rounds), median(t for _, t in rounds), median(s for _, s in slow)
    ratio, loop_ratio = median(t / f for f, t in rounds), median(s / f for f, s in slow)
    return (
        f"| {kind} | {steps:,} | {hidden} | {forward:.2f} | {whole:.2f} | {loop:.1f} | {ratio:.1f} | {loop_ratio:.1f} |"
    )


def main() -> None:
    """Print the table, with what it was measured on."""
    torch.set_num_threads(1)
    today = datetime.now(UTC).date().isoformat()
    print(f"torch {torch.__version__}, one thread, float32, D = {INPUTS}; {processor()}; {today}\n")
    print("| cell | T | H | fused, ms | trace, ms | loop, ms | trace / fused | loop / fused |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for kind in LAYERS:
        for steps in STEPS:
            for hidden in HIDDEN:
                print(row(kind, steps, hidden), flush=True)


if __name__ == "__main__":
    main()
