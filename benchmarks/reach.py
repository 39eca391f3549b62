"""What presets and recipes reach, in how many updates and seconds: `python -m benchmarks.reach [task or preset …]`."""

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from models.presets import GOALS, PRESETS, RECIPES
from models.run import Run
from models.tasks import TASKS
from models.training import Training

SEEDS = {"copy_memory": 1, "memory_counter": 2}
"""Seeds of each row, 0 and up; 3 where nothing is said. These are slow."""


@dataclass(frozen=True)
class Reach:
    """One training, stopped at its goal.

    Attributes:
        updates: When the first snapshot was there; None if none was.
        seconds: Processor time until then, or to the end, batches and snapshots included.
        best: The best value of the goal's measure.
        broken: Whether it ended because its numbers did.
    """

    updates: int | None
    seconds: float
    best: float
    broken: bool


def reach(run: Run) -> Reach:
    """Trains until the goal of its task, or to the end."""
    goal, training, values = GOALS[run.task], Training(run), []
    start = time.process_time()
    broken = False
    while not training.done:
        snapshot = training.update()
        if not snapshot:
            continue
        broken = snapshot.broken
        if broken:
            break
        values.append(goal.value(snapshot))
        if goal.reached(snapshot):
            return Reach(snapshot.step, time.process_time() - start, values[-1], broken=False)
    best = max(values) if goal.measure == "accuracy" else min(values)
    return Reach(None, time.process_time() - start, best, broken)


def rows() -> Iterator[tuple[str, str, Run]]:
    """Every run of a preset, then the recipes that no preset has: what it is part of, what it is called, the run."""
    seen = set()
    for name, preset in PRESETS.items():
        for run, label in zip(preset.runs, preset.labels, strict=True):
            seen.add(run)
            yield name, label, run
    for (task, cell), run in RECIPES.items():
        if run not in seen:
            yield f"recipe: {task}", cell, run


def main() -> None:
    """Prints one line for each run, over its seeds."""
    torch.set_num_threads(1)
    Training(RECIPES["latch", "RNN"])  # the first optimizer imports the compiler of torch: not in anybody's time
    wanted = set(sys.argv[1:]) or set(TASKS)
    if unknown := wanted - set(TASKS) - set(PRESETS):
        raise SystemExit(
            f"{', '.join(unknown)}: expected tasks or presets: {', '.join(dict.fromkeys((*TASKS, *PRESETS)))}"
        )
    print(f"torch {torch.__version__}, one thread\n")
    print("| preset | run | lr, B, H | at most | goal | chance | solved | updates | CPU s | best value |")
    print("|---|---|---|---:|---|---:|---:|---:|---:|---:|")
    for name, label, run in rows():
        if not wanted & {run.task, name}:
            continue
        results = [reach(replace(run, seed=seed)) for seed in range(SEEDS.get(run.task, 3))]
        solved = [result for result in results if result.updates is not None]
        goal, chance = GOALS[run.task], TASKS[run.task].chance_at(run.lengths[1])
        when = sorted(result.updates for result in solved if result.updates is not None)
        updates = f"{when[0]:,}–{when[-1]:,}" if when else "–"
        if any(result.broken for result in results):
            updates += ", broke down"
        values = sorted(result.best for result in results)
        form = "{:.3f}" if goal.measure == "accuracy" else "{:.4f}"
        print(
            f"| {name} | {label} | {run.learning_rate:g}, {run.batch}, {run.hidden} | {run.steps:,} | {goal} | "
            f"{form.format(getattr(chance, goal.measure))} | {len(solved)} of {len(results)} | {updates} | "
            f"{statistics.median(result.seconds for result in results):.1f} | "
            f"{form.format(values[0])}–{form.format(values[-1])} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
