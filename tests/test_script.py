"""The exported program runs by itself, and its losses are those of the run."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from models.run import Run
from models.script import script
from models.tasks import TASKS
from models.training import train

SMALL: dict[str, Any] = {"hidden": 4, "batch": 3, "steps": 6, "every": 2}
KINDS = {
    "an LSTM with a forget bias": Run("latch", keep_bias=1.0, **SMALL),
    "two layers of GRU, another rate on the way": Run(
        "latch", cell="GRU", layers=2, keep_bias=1.0, gain=1.5, rates=((2, 0.1),), lengths=(3, 9), **SMALL
    ),
    "an RNN with relu, nothing clipped": Run(
        "latch", cell="RNN", nonlinearity="relu", start="identity", clip=None, decay="none", optimizer="sgd", **SMALL
    ),
    "orthogonal, weight decay": Run("latch", start="orthogonal", gain=1.1, weight_decay=0.1, **SMALL),
    "chrono": Run("latch", start="chrono", optimizer="sgd", weight_decay=0.1, **SMALL),
    "a loss that breaks": Run(
        "latch",
        cell="RNN",
        nonlinearity="relu",
        clip=None,
        optimizer="sgd",
        learning_rate=1e30,
        hidden=4,
        every=1,
        steps=50,
    ),
}
OWN = {"its own network, words": "agreement", "its own network, numbers": "memory_counter"}
RUNS = {**KINDS, **{name: Run(task, cell="GRU", layers=2, keep_bias=0.5, **SMALL) for name, task in OWN.items()}}


def test_the_programs_losses_are_those_of_the_run(pytestconfig, tmp_path):
    # All programs in one process, one after the other: most of the time goes into importing torch.
    together = "\n".join(f"print({name!r})\nexec({script(run)!r}, {{}})" for name, run in RUNS.items())
    program = tmp_path / "all.py"
    program.write_text(together, "utf-8")
    root = pytestconfig.rootpath
    found = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    losses: dict[str, dict[int, str]] = {}
    here: dict[int, str] = {}
    for line in found.stdout.splitlines():
        if line in RUNS:
            losses[line] = here = {}
        elif told := re.match(r"(\d+) updates: loss (\S+),", line):
            here[int(told[1])] = told[2]
    for name, run in RUNS.items():
        expected = {snapshot.step: repr(snapshot.loss) for snapshot in train(run)}
        if name == "a loss that breaks":  # the run also looks at the step at which it breaks, the program may not
            expected = {step: loss for step, loss in expected.items() if step in losses[name]}
            assert len(expected) > 1
        assert losses[name] == expected, name


@pytest.mark.parametrize("task", TASKS)
def test_there_is_a_program_for_every_task(task):
    text = script(Run(task))
    compile(text, task, "exec")
    assert text.startswith('"""Trains an LSTM on')
    assert "Run it in the folder of the RNN playground" in text


def test_a_program_shows_its_network_in_plain_torch():
    text = script(KINDS["an LSTM with a forget bias"])
    assert "self.recurrent = nn.LSTM(2, 4, batch_first=True)" in text
    assert "network.recurrent.bias_ih_l0[4:8] += 1.0  # gate f" in text
    assert "models.network" not in text
