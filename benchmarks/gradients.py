"""What gradients through time cost: beside a fused forward pass, and beside autograd.

    python -m benchmarks.gradients

Prints two Markdown tables of median milliseconds: ||dL/dh_t||, and ||dh_T/dh_t||_2. Forward pass and profile run in turn
within one round, so that a noisy machine slows them alike, and the ratios are medians of the ratios within a round.
Autograd unfolds the open cell in a plain loop, as the fused layer keeps its h_t from it; it gives dL/dh_t of all steps in
one pass backwards, but the matrix dh_T/dh_t only row by row, H passes: one of them is timed, and multiplied. One thread,
float64, a loss at the last step. Takes about a minute.
"""

import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import torch
from torch import nn

from models import open_cell
from models.gradients import loss_profile, state_profile

LAYERS: dict[str, Callable[..., nn.RNNBase]] = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
INPUTS = 16
HIDDEN = 64
ROUNDS = {1000: 31, 10_000: 5}


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


def row(kind: str, steps: int, *, matrix: bool) -> str:
    """One line of a table."""
    generator = torch.Generator().manual_seed(0)
    layer = LAYERS[kind](INPUTS, HIDDEN, dtype=torch.float64)
    with torch.no_grad():
        for weight in layer.parameters():
            weight.uniform_(-(HIDDEN**-0.5), HIDDEN**-0.5, generator=generator)
    x = torch.randn(steps, INPUTS, generator=generator, dtype=torch.float64)
    dh = torch.zeros(steps, HIDDEN, dtype=torch.float64)
    dh[-1] = 1
    cell = open_cell(layer)
    x_grad = x.clone().requires_grad_()  # so that autograd has somewhere to go

    def fused() -> None:
        with torch.no_grad():
            layer(x)

    def profile() -> None:
        if matrix:
            state_profile(layer, x)
        else:
            loss_profile(layer, x, dh)

    def unfolded() -> list[torch.Tensor]:
        past, nodes = cell.start(), []
        for x_t in x_grad:
            past = cell.step(x_t, past)
            nodes.append(past["h"])
        return nodes

    fused()
    profile()
    rounds = [(milliseconds(fused), milliseconds(profile)) for _ in range(ROUNDS[steps])]
    forward, whole = median(f for f, _ in rounds), median(p for _, p in rounds)
    ratio = median(p / f for f, p in rounds)
    nodes: list[torch.Tensor] = []
    there = milliseconds(lambda: nodes.extend(unfolded()))
    back = milliseconds(lambda: torch.autograd.grad(nodes[-1].sum(), nodes))
    graph = there + back * (HIDDEN if matrix else 1)
    return f"| {kind} | {steps:,} | {forward:.1f} | {whole:.1f} | {graph:,.0f} | {ratio:.1f} | {graph / forward:,.0f} |"


def table(title: str, sizes: tuple[int, ...], *, matrix: bool) -> None:
    """Print one table, a line for each cell and size."""
    print(f"\n{title}\n")
    print("| cell | T | fused, ms | profile, ms | autograd, ms | profile / fused | autograd / fused |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind in LAYERS:
        for steps in sizes:
            print(row(kind, steps, matrix=matrix), flush=True)


def main() -> None:
    """Print the tables, with what they were measured on."""
    torch.set_num_threads(1)
    today = datetime.now(UTC).date().isoformat()
    print(f"torch {torch.__version__}, one thread, float64, D = {INPUTS}, H = {HIDDEN}; {processor()}; {today}")
    table("`loss_profile`: log10 of the norm of dL/dh_t", (1000, 10_000), matrix=False)
    table("`state_profile`: log10 of the spectral norm of dh_T/dh_t", (1000, 10_000), matrix=True)


if __name__ == "__main__":
    main()
