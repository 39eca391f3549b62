"""Script: a run as the PyTorch program that trains it, for taking home. A test runs every kind."""

from __future__ import annotations

import torch

from models import fairness
from models.network import SequenceModel, Start
from models.run import Run
from models.tasks import TASKS


def script(run: Run) -> str:
    """Python that trains a run in a plain loop and prints its losses, equal to those of `models.training.train`.

    Network and loop are PyTorch alone; the sequences come from `models.tasks`, so it runs in the folder of this project.
    """
    task = TASKS[run.task]
    return "\n".join(
        [
            f'"""Trains {_article(run.cell)} {run.cell} on: {task.title}. {fairness.parameters(run):,} weights.',
            "",
            "Run it in the folder of the RNN playground, whose models/tasks draws the sequences; it needs torch and numpy.",
            '"""',
            "",
            *_imports(run),
            "",
            "torch.set_num_threads(1)",
            f'task = TASKS["{run.task}"]',
            f"generator = torch.Generator().manual_seed({run.seed})",
            "",
            *_network(run),
            "",
            *_loop(run),
            "",
        ]
    )


def _imports(run: Run) -> list[str]:
    lines = ["import math", ""] if run.decay == "cosine" else []
    lines += ["import torch", "from torch import nn", ""]
    if not _plain(run):
        return [*lines, "from models.run import Run", "from models.tasks import TASKS"]
    if run.begin.kind != "default":
        lines.append("from models.network import Start, start_recurrent")
    return [*lines, "from models.tasks import TASKS"]


def _plain(run: Run) -> bool:
    """Whether the network is a recurrent layer and a read-out, without anything of the task's own."""
    return type(TASKS[run.task].network(run, torch.Generator())) is SequenceModel


def _network(run: Run) -> list[str]:
    if not _plain(run):
        settings = ",\n    ".join(f"{name}={getattr(run, name)!r}" for name in _OF_THE_NETWORK)
        return [
            "# This task has a network of its own: models/tasks shows it.",
            f"run = Run(\n    {settings},\n)",
            "network = task.network(run, generator)",
        ]
    task = TASKS[run.task]
    options = [f"{run.inputs}", f"{run.hidden}"]
    options += [f"num_layers={run.layers}"] if run.layers > 1 else []
    options += [f'nonlinearity="{run.nonlinearity}"'] if run.cell == "RNN" else []
    lines = [
        "",
        "class Network(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        f"        self.recurrent = nn.{run.cell}({', '.join(options)}, batch_first=True)",
        f"        self.head = nn.Linear({run.hidden}, {task.outputs})",
        "",
        "    def forward(self, x):  # (B, T, D)",
        "        states, _ = self.recurrent(x)  # (B, T, H)",
        "        return self.head(states)  # (B, T, K)",
        "",
        "",
        "network = Network()",
        f"bound = {run.hidden} ** -0.5",
        "with torch.no_grad():",
        "    for weight in network.parameters():",
        "        weight.uniform_(-bound, bound, generator=generator)",
    ]
    return lines + _start(run)


def _start(run: Run) -> list[str]:
    """What the recurrent weights get beside the usual start."""
    begin: Start = run.begin
    if begin.kind != "default":
        start = f'Start("{begin.kind}", gain={begin.gain!r}, longest={begin.longest})'
        return [f"start_recurrent(network.recurrent, generator, {run.keep_bias!r}, {start})"]
    lines = []
    for k in range(run.layers):
        if begin.gain != 1:
            lines.append(f"    network.recurrent.weight_hh_l{k} *= {begin.gain!r}")
        if run.keep_bias and run.cell != "RNN":
            gate = "f" if run.cell == "LSTM" else "z"
            rows = f"{run.hidden}:{2 * run.hidden}"
            lines.append(f"    network.recurrent.bias_ih_l{k}[{rows}] += {run.keep_bias!r}  # gate {gate}")
    return lines


def _loop(run: Run) -> list[str]:
    if run.optimizer == "adam":
        decay = f", weight_decay={run.weight_decay!r}, decoupled_weight_decay=True" if run.weight_decay else ""
        optimizer = f"torch.optim.Adam(network.parameters(), lr={run.learning_rate!r}{decay})"
    else:
        decay = f", weight_decay={run.weight_decay!r}" if run.weight_decay else ""
        optimizer = f"torch.optim.SGD(network.parameters(), lr={run.learning_rate!r}{decay})"
    lines = [
        f"optimizer = {optimizer}",
        f"for step in range({run.steps} + 1):",
        f"    inputs, targets = task.batch({run.batch}, {run.lengths}, generator)",
        "    optimizer.zero_grad()",
        "    loss = task.loss(network(inputs), targets)",
        "    loss.backward()",
    ]
    limit = 'float("inf")' if run.clip is None else repr(run.clip)
    lines += [
        f"    norm = nn.utils.clip_grad_norm_(network.parameters(), {limit})"
        + ("  # clips nothing" if run.clip is None else ""),
        f"    if step % {run.every} == 0 or step == {run.steps}:",
        f"        accuracy = task.accuracy(network, {run.lengths})",
        '        print(f"{step} updates: loss {loss.item()!r}, accuracy {accuracy:.3f}, gradient {norm:.3g}")',
        f"    if step == {run.steps} or not (loss.isfinite() and norm.isfinite()):",
        "        break",
        f"    rate = {run.learning_rate!r}",
    ]
    lines += [f"    rate = {rate!r} if step >= {since} else rate" for since, rate in run.rates]
    if run.decay == "cosine":
        lines.append(f"    rate = rate * (1 + math.cos(math.pi * step / {run.steps})) / 2")
    return [*lines, "    for group in optimizer.param_groups:", '        group["lr"] = rate', "    optimizer.step()"]


def _article(cell: str) -> str:
    return "a" if cell == "GRU" else "an"


_OF_THE_NETWORK = (
    "task", "cell", "hidden", "inputs", "layers", "lengths", "keep_bias", "start", "gain", "nonlinearity",
)  # fmt: skip
