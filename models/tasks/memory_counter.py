"""The memory counter as something to learn: a network reads random steps of Xu's table and says each output.

What the hand-set cell of `models.counter` is told, a network has to find: which input opens which gate, that the memory
must add without loss, hold without leak, and be empty at once. Nobody tells it the memory, only the outputs, of which
half are 0 because nobody asked.

Training sequences have 20 to 50 steps, drawn by `counter.draw`. An output is right within 0.5 of the true one, which is
what rounding to a whole number would forgive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.counter import HELD_OUT, Table, draw, held_out, marks
from models.network import initialise, layer
from models.tasks.task import Example, Marks, Task
from models.trace import Trace, trace

if TYPE_CHECKING:
    from models.run import Run

SHORTEST, FARTHEST = 20, 50
"""Steps in a training sequence: the fewest and the most."""

LENGTHS = (10, 20, 50, 100)
"""Lengths at which accuracy is measured: shorter than in training, the two ends of training, and twice as long."""

SIZES = (0, 10, 20, 40, 80)
"""The smallest memory of each band in which accuracy is measured; the last band has no end."""

X1_UNIT = 9.0
"""What x1 is divided by on its way in, so that it lies in [0, 1] as x3 does."""

OUTPUT_UNIT = 20.0
"""What the read-out is multiplied by, so that weights of the usual size reach the usual counts."""

INPUTS = 3
"""D: x1, x2, x3."""


class CountingNetwork(nn.Module):
    """Numbers in, a recurrent layer, one number out at each step.

        h_t = cell((x1 / 9, x2, x3), h_{t-1}),   output_t = 20 (w h_t + b)

    It is born with every weight 0; `network` or `load_state_dict` gives it others.

    Attributes:
        recurrent: `nn.RNN`, `nn.LSTM` or `nn.GRU`, 3 -> H, batch first; one layer unless asked for more.
        head: `nn.Linear` H -> 1.
    """

    def __init__(self, cell: str, hidden: int, *, layers: int = 1, nonlinearity: str = "tanh") -> None:
        super().__init__()
        if hidden < 1:
            raise ValueError(f"hidden is {hidden}, expected 1 or more")
        self.recurrent = layer(cell, INPUTS, hidden, layers=layers, nonlinearity=nonlinearity)
        self.head = nn.Linear(hidden, 1, device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    def forward(self, x: Tensor) -> Tensor:
        """Reads steps x1, x2, x3, (B, T, 3) as they stand in a table; returns the outputs, (B, T)."""
        states, _ = self.recurrent(self.scaled(x))  # (B, T, H)
        return OUTPUT_UNIT * self.head(states)[..., 0]

    def scaled(self, x: Tensor) -> Tensor:
        """What the recurrent layer reads for steps (..., 3)."""
        return x / torch.tensor([X1_UNIT, 1.0, 1.0])

    def vectors(self, x: Tensor) -> Tensor:
        """What the recurrent layer reads: see `scaled`."""
        return self.scaled(x)


def network(cell: str, hidden: int, inputs: int, generator: torch.Generator, keep_bias: float = 0.0) -> CountingNetwork:
    """An untrained network for this task, initialised as `torch.nn` does it: see `models.network.initialise`.

    Raises:
        KeyError: If there is no such cell.
        ValueError: If `hidden` is below 1 or `inputs` is not the 3 of the task.
    """
    if inputs != INPUTS:
        raise ValueError(f"inputs is {inputs}, expected {INPUTS}: x1, x2, x3")
    model = CountingNetwork(cell, hidden)
    initialise(model.recurrent, model.head, generator, keep_bias)
    return model


def batch(
    size: int, generator: torch.Generator, shortest: int = SHORTEST, longest: int = FARTHEST
) -> tuple[Tensor, Tensor]:
    """Draws `size` sequences: steps (B, T, 3) and true outputs (B, T). All have one length, so nothing is padded."""
    length = torch.randint(shortest, longest + 1, (), generator=generator)
    sequences = draw(size, int(length), generator)
    return sequences.x, sequences.output


def loss(outputs: Tensor, targets: Tensor) -> Tensor:
    """Mean |output - target| in counts: unlike a square, it still pulls when an output is nearly right."""
    return (outputs - targets).abs().mean()


class MemoryCounter(Task):
    """The counter as a task."""

    title = "Memory counter"
    rule = (
        "Each step has three numbers. x2 = 1 says: add x1 to a memory; x2 = −1: empty it; x3 = 1: say what it holds. "
        "The network is told the outputs only, never the memory."
    )
    why = "The lecture's table as something to learn: add without loss, hold without leak, show when asked."
    lengths = (SHORTEST, FARTHEST)
    longest = 200
    tested = LENGTHS
    inputs = INPUTS
    score = "share of outputs within 0.5"
    loss_name = "mean error in counts"

    def chance(self) -> Marks:
        """Always 0, which is right where nobody asks and where the memory is empty; on sequences of 50 steps."""
        x, targets = held_out(FARTHEST).x, held_out(FARTHEST).output
        silent = torch.zeros(x.shape[:2])
        return Marks(self.right(silent, targets).double().mean().item(), loss(silent, targets).item())

    def network(self, run: Run, generator: torch.Generator) -> CountingNetwork:
        """An untrained network for this task: see the function `network`."""
        if run.inputs != INPUTS:
            raise ValueError(f"inputs is {run.inputs}, expected {INPUTS}: x1, x2, x3")
        model = CountingNetwork(run.cell, run.hidden, layers=run.layers, nonlinearity=run.nonlinearity)
        initialise(model.recurrent, model.head, generator, run.keep_bias, run.begin)
        return model

    def batch(self, size: int, lengths: tuple[int, int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Steps (B, T, 3) and outputs (B, T): see the function `batch`."""
        return batch(size, generator, *lengths)

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean error: see the function `loss`."""
        return loss(outputs, targets)

    def right(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Which outputs are within 0.5 of the true ones, (B·T,)."""
        return ((outputs - targets).abs() < 0.5).flatten()

    def accuracy(self, model: CountingNetwork, lengths: tuple[int, int] = (SHORTEST, FARTHEST)) -> float:
        """Share of outputs within 0.5 on 200 held-out sequences of the longest trained length."""
        return accuracy(model, lengths[1])

    def accuracy_at(self, model: CountingNetwork, length: int) -> float:
        """Share of outputs within 0.5 on the held-out sequences of one length."""
        return accuracy_at(model, length)["every"]

    def example(self, length: int, generator: torch.Generator) -> Example:
        """One sequence; a token is x1, x2, x3."""
        sequences = draw(1, length, generator)
        steps = sequences.x[0].int().tolist()
        tokens = tuple(" ".join(map(str, step)).replace("-", "−") for step in steps)
        return Example(tokens, sequences.x[0], tuple(f"{said:g}" for said in sequences.output[0].tolist()))


def accuracy(model: CountingNetwork, length: int = FARTHEST) -> float:
    """Share of outputs within 0.5 on 200 held-out sequences of one length."""
    sequences = held_out(length).first(200)
    with torch.no_grad():
        return marks(model(sequences.x), sequences).every


def accuracy_at(model: CountingNetwork, length: int) -> dict[str, float | int]:
    """How all held-out sequences of one length fare: shares of outputs within 0.5, as in `models.counter.Score`."""
    sequences = held_out(length)
    with torch.no_grad():
        shares = marks(model(sequences.x), sequences)
    return {**vars(shares), "sequences": HELD_OUT}


def accuracy_by_size(model: CountingNetwork) -> dict[str, dict[str, float | int]]:
    """How the outputs that were asked for fare by what the memory held, on the held-out sequences of the last length.

    Returns:
        For each of `SIZES`, keyed by its smallest memory: `right`, the share within 0.5, and `outputs`, how many.
    """
    sequences = held_out(LENGTHS[-1])
    asked = sequences.x[..., 2] == 1
    with torch.no_grad():
        right = ((model(sequences.x) - sequences.output).abs() < 0.5)[asked].double()
    band = torch.bucketize(sequences.memory[asked], torch.tensor(SIZES), right=True) - 1
    shares = [right[band == k] for k in range(len(SIZES))]
    return {str(size): {"right": s.mean().item(), "outputs": len(s)} for size, s in zip(SIZES, shares, strict=True)}


def read(model: CountingNetwork, table: Table) -> tuple[Trace, NDArray[np.floating]]:
    """Lets a network read a table: the trace of its recurrent layer, and its outputs, (T,)."""
    x = torch.tensor(table.inputs, dtype=torch.float32)
    with torch.no_grad():
        return trace(model.recurrent, model.scaled(x)), model(x[None])[0].numpy()


def counter_unit(model: CountingNetwork) -> dict[str, Any]:
    """Which unit is the counter: the correlation of each unit's memory with the true one.

    The memory is c of an LSTM and h of the others, after each step of 200 held-out sequences of the longest trained
    length. A correlation of 1 or -1 says that the memory can be read off this unit alone, with one factor and one offset.

    Returns:
        `unit`, the index of the largest |correlation|; `correlation`, its own; `correlations`, of all H units.
    """
    sequences = held_out(FARTHEST).first(200)
    state = "c" if isinstance(model.recurrent, nn.LSTM) else "h"
    states = np.concatenate([trace(model.recurrent, x)[state] for x in model.scaled(sequences.x)], dtype=float)
    states -= states.mean(0)  # (B·T, H)
    memory = sequences.memory.flatten().double().numpy()
    memory -= memory.mean()  # (B·T,)
    spread = np.sqrt((states**2).sum(0) * (memory**2).sum())  # (H,)
    correlations = memory @ states / np.where(spread > 0, spread, 1)  # a unit that never moves has correlation 0
    unit = int(np.abs(correlations).argmax())
    return {"unit": unit, "correlation": float(correlations[unit]), "correlations": correlations.tolist()}
