"""The shapes of a recurrent layer's tensors, how many numbers are in its weights, and which slice of its output is h_n.

    from models import shapes

    found = shapes.run(shapes.Layer("LSTM", batch=5, steps=7, inputs=3, hidden=4, layers=2, both_ways=True))
    found.tensors["h_n"].shape                  # (4, 5, 4): layers times directions, batch, hidden units
    found.matches                               # which rows of h_n stand in the output, and where
    shapes.counted(found.layer)["PyTorch"]      # weights, with both biases

Everything is looked up in tensors that a real layer of `torch.nn` gave back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.network import RECURRENT

GATES: Mapping[str, int] = {"RNN": 1, "GRU": 3, "LSTM": 4}
"""G: blocks of rows in the weights of each cell."""

LIMITS: Mapping[str, tuple[int, int]] = {
    "batch": (1, 16), "steps": (1, 30), "inputs": (1, 128), "hidden": (1, 128), "layers": (1, 3), "outputs": (0, 16),
}  # fmt: skip
"""The least and the most of each size."""


@dataclass(frozen=True)
class Layer:
    """A recurrent layer and the batch that it reads.

    Attributes:
        cell: "RNN", "LSTM" or "GRU".
        batch: B.
        steps: T.
        inputs: D.
        hidden: H.
        layers: L, one upon the other.
        both_ways: Bidirectional.
        batch_first: The batch is (B, T, D), not (T, B, D).
        outputs: K, of a dense layer behind it; 0 for none.
        seed: Of weights and inputs.

    Raises:
        KeyError: There is no such cell.
        ValueError: A size is outside `LIMITS`.
    """

    cell: str = "LSTM"
    batch: int = 5
    steps: int = 7
    inputs: int = 3
    hidden: int = 4
    layers: int = 1
    both_ways: bool = False
    batch_first: bool = True
    outputs: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.cell not in GATES:
            raise KeyError(f"cell is {self.cell!r}, expected one of {', '.join(GATES)}")
        for name, (least, most) in LIMITS.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} is {getattr(self, name)}, expected {least} to {most}")

    @property
    def directions(self) -> int:
        """2 if it reads both ways, else 1."""
        return 2 if self.both_ways else 1


@dataclass(frozen=True)
class Shape:
    """The shape of a tensor, and what its axes count, in letters."""

    shape: tuple[int, ...]
    axes: tuple[str, ...]


@dataclass(frozen=True)
class Weight:
    """One weight of a layer: its name in torch, rows and columns, and both in letters. A bias has no columns."""

    name: str
    shape: tuple[int, ...]
    letters: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return int(torch.Size(self.shape).numel())


@dataclass(frozen=True)
class Match:
    """A row of h_n, and where the same numbers stand in the output, for the first sequence of the batch.

    Attributes:
        row: Which row of h_n.
        layer: From 1.
        backward: Whose state it is: the backward reader's.
        step: The step of the output whose slice equals it, from 0; None where no slice does.
        half: 0 for the first H numbers of the output at that step, 1 for the last H.
    """

    row: int
    layer: int
    backward: bool
    step: int | None
    half: int


@dataclass(frozen=True)
class Trap:
    """What out[:, -1] knows of a bidirectional network, found by changing every input but the last.

    Attributes:
        last_backward: Largest |change| of the backward half of the output at the last step.
        first_backward: The same at the first step.
        last_forward: Largest |change| of the forward half at the last step.
    """

    last_backward: float
    first_backward: float
    last_forward: float


@dataclass(frozen=True, eq=False)
class Shaped:
    """What a layer gave back.

    Attributes:
        layer: What was asked.
        tensors: The shapes of "x", "output", "h_n", for an LSTM "c_n", and "y" where there is a dense layer.
        weights: All weights in the order of torch.
        output: Of the first sequence, (T, H·directions).
        h_n: Of the first sequence, (L·directions, H).
        matches: A `Match` for each row of h_n.
        trap: None for one direction, and for a sequence of one step.
    """

    layer: Layer
    tensors: Mapping[str, Shape]
    weights: tuple[Weight, ...]
    output: NDArray
    h_n: NDArray
    matches: tuple[Match, ...]
    trap: Trap | None


def run(layer: Layer) -> Shaped:
    """Build the layer, let it read a batch, and look at what came back."""
    generator = torch.Generator().manual_seed(layer.seed)
    module = build(layer, generator)
    head = _linear(layer.hidden * layer.directions, layer.outputs, generator) if layer.outputs else None
    x = torch.randn(layer.batch, layer.steps, layer.inputs, generator=generator)
    given = x if layer.batch_first else x.transpose(0, 1)
    with torch.no_grad():
        output, hidden = module(given)
        h_n, c_n = hidden if isinstance(hidden, tuple) else (hidden, None)
        y = head(output) if head else None
    directions = "H" if layer.directions == 1 else "2H"
    rows = "L" if layer.directions == 1 else "2L"
    order = ("B", "T") if layer.batch_first else ("T", "B")
    found = {
        "x": Shape(tuple(given.shape), (*order, "D")),
        "output": Shape(tuple(output.shape), (*order, directions)),
        "h_n": Shape(tuple(h_n.shape), (rows, "B", "H")),
    }
    if c_n is not None:
        found["c_n"] = Shape(tuple(c_n.shape), (rows, "B", "H"))
    if y is not None:
        found["y"] = Shape(tuple(y.shape), (*order, "K"))
    first = output[0] if layer.batch_first else output[:, 0]  # (T, H·directions)
    return Shaped(
        layer=layer,
        tensors=found,
        weights=_weights(layer, module, head),
        output=_read_only(first),
        h_n=_read_only(h_n[:, 0]),
        matches=tuple(_match(layer, first, state, row) for row, state in enumerate(h_n[:, 0])),
        trap=_trap(layer, module, x, generator) if layer.both_ways and layer.steps > 1 else None,
    )


def build(layer: Layer, generator: torch.Generator) -> nn.RNNBase:
    """The layer of torch, initialised as `torch.nn` does it, but from a generator."""
    module = RECURRENT[layer.cell](
        layer.inputs, layer.hidden, layer.layers,
        batch_first=layer.batch_first, bidirectional=layer.both_ways, device="meta",
    )  # fmt: skip
    _draw(module, layer.hidden, generator)
    return module


def lines(layer: Layer) -> str:
    """The lines that build the layer and run it, for a notebook."""
    options = [f"input_size={layer.inputs}", f"hidden_size={layer.hidden}"]
    options += [f"num_layers={layer.layers}"] if layer.layers > 1 else []
    options += ["batch_first=True"] if layer.batch_first else []
    options += ["bidirectional=True"] if layer.both_ways else []
    shape = (layer.batch, layer.steps) if layer.batch_first else (layer.steps, layer.batch)
    state = "(h_n, c_n)" if layer.cell == "LSTM" else "h_n"
    wide = layer.hidden * layer.directions
    head = f"\nhead = nn.Linear({wide}, {layer.outputs})" if layer.outputs else ""
    said = "\ny = head(output)" if layer.outputs else ""
    return (
        f"rnn = nn.{layer.cell}({', '.join(options)}){head}\n"
        f"x = torch.randn({shape[0]}, {shape[1]}, {layer.inputs})\n"
        f"output, {state} = rnn(x){said}"
    )


def formula(layer: Layer, biases: int = 2) -> int:
    """How many weights the layer has: L layers in each direction with G (columns · H + H · H + biases · H) of them.

    The columns are D in the lowest layer and H times directions above. A dense layer adds (H · directions + 1) K.

    Args:
        layer: The layer.
        biases: 2 in torch; 1 in the lectures.
    """
    G, H, wide = GATES[layer.cell], layer.hidden, layer.hidden * layer.directions
    columns = [layer.inputs, *[wide] * (layer.layers - 1)]
    recurrent = sum(layer.directions * G * (below * H + H * H + biases * H) for below in columns)
    return recurrent + (wide + 1) * layer.outputs


def counted(layer: Layer) -> dict[str, int]:
    """How many weights the layer has, by who builds it.

    PyTorch has two biases. Keras has one, but for a GRU, which since TensorFlow 2 resets after the product by default
    (`reset_after=True`) and has two. The lectures write one.
    """
    one, two = formula(layer, 1), formula(layer, 2)
    return {"PyTorch": two, "Keras": two if layer.cell == "GRU" else one, "old Keras": one, "one bias": one}


def _weights(layer: Layer, module: nn.RNNBase, head: nn.Linear | None) -> tuple[Weight, ...]:
    rows = "H" if layer.cell == "RNN" else f"{GATES[layer.cell]}H"
    wide = "2H" if layer.both_ways else "H"
    found = []
    for name, weight in module.named_parameters():
        columns = {"weight_ih": "D" if "_l0" in name else wide, "weight_hh": "H"}.get(name[:9])
        found.append(Weight(name, tuple(weight.shape), (rows, columns) if columns else (rows,)))
    for name, weight in head.named_parameters() if head else ():
        found.append(Weight(f"head.{name}", tuple(weight.shape), ("K", wide) if name == "weight" else ("K",)))
    return tuple(found)


def _match(layer: Layer, output: Tensor, state: Tensor, row: int) -> Match:
    """Looks a row of h_n, (H,), up in the output, (T, H·directions)."""
    H = layer.hidden
    for half in range(layer.directions):
        for step in range(layer.steps):
            if torch.equal(output[step, half * H : (half + 1) * H], state):
                return Match(row, row // layer.directions + 1, bool(row % layer.directions), step, half)
    return Match(row, row // layer.directions + 1, bool(row % layer.directions), None, 0)


def _trap(layer: Layer, module: nn.RNNBase, x: Tensor, generator: torch.Generator) -> Trap:
    other = x.clone()
    other[:, :-1] = torch.randn(other[:, :-1].shape, generator=generator)
    with torch.no_grad():
        change = [module(batch if layer.batch_first else batch.transpose(0, 1))[0] for batch in (x, other)]
    difference = (change[0] - change[1]).abs()
    difference = difference if layer.batch_first else difference.transpose(0, 1)  # (B, T, 2H)
    H = layer.hidden
    return Trap(
        last_backward=difference[:, -1, H:].max().item(),
        first_backward=difference[:, 0, H:].max().item(),
        last_forward=difference[:, -1, :H].max().item(),
    )


def _linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    head = nn.Linear(inputs, outputs, device="meta")
    _draw(head, inputs, generator)
    return head


def _draw(module: nn.Module, size: int, generator: torch.Generator) -> None:
    """U(-1/√size, 1/√size) for every weight, in place of torch's own draw from the global generator."""
    bound = size**-0.5
    weights = {
        name: torch.empty(w.shape).uniform_(-bound, bound, generator=generator) for name, w in module.named_parameters()
    }
    module.load_state_dict(weights, assign=True)
    module.requires_grad_(requires_grad=False)


def _read_only(tensor: Tensor) -> NDArray:
    array = tensor.contiguous().numpy()
    array.flags.writeable = False
    return array


# ---- what Keras gives back, and what PyTorch does --------------------------------------------------------------------


@dataclass(frozen=True)
class Returned:
    """One way to use a layer with a dense layer of K cells behind it.

    Attributes:
        keras: What Keras is told.
        gives: What Keras gives back, in letters.
        torch: The same in PyTorch.
        shape: The shape of what PyTorch gave.
        dense: The shape after the dense layer.
        weights: How many weights the dense layer has.
    """

    keras: str
    gives: str
    torch: str
    shape: tuple[int, ...]
    dense: tuple[int, ...]
    weights: int


def returned(layer: Layer) -> tuple[Returned, ...]:
    """What each combination of Keras' options is in PyTorch, with the real shapes; one layer, one direction, batch first."""
    generator = torch.Generator().manual_seed(layer.seed)
    plain = Layer(layer.cell, layer.batch, layer.steps, layer.inputs, layer.hidden, outputs=max(layer.outputs, 1))
    module, head = build(plain, generator), _linear(plain.hidden, plain.outputs, generator)
    flat = _linear(plain.steps * plain.hidden, plain.outputs, generator)
    x = torch.randn(plain.batch, plain.steps, plain.inputs, generator=generator)
    with torch.no_grad():
        output, hidden = module(x)
    h_n = hidden[0] if isinstance(hidden, tuple) else hidden
    state = "h, c" if layer.cell == "LSTM" else "h"
    ways = (
        ("return_sequences=False", "(B, H)", "output[:, -1]", output[:, -1], head),
        ("return_sequences=True", "(B, T, H)", "output", output, head),
        (f"return_state=True gives {state}", "(B, H) each", "h_n[-1]", h_n[-1], head),
        ("return_sequences=True, then Flatten", "(B, T·H)", "output.flatten(1)", output.flatten(1), flat),
    )
    return tuple(
        Returned(
            keras,
            gives,
            code,
            tuple(found.shape),
            tuple(dense(found).shape),
            sum(w.numel() for w in dense.parameters()),
        )
        for keras, gives, code, found, dense in ways
    )
