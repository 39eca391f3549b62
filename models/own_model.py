"""A model that a visitor brings: its recurrent layers found by name and shape, run, and looked into.

    found = find(weights.read(data))        # models.loaders.weights
    found.layers[0].title                   # "encoder.rnn: LSTM, 16 -> 32, 2 layers, both ways"
    seen = look(found.layers[0], x, View(layer=1, reverse=True))
    seen.trace["f"], seen.deviation         # every value of every step; how far torch.nn is from it

What a file does not say: whether an RNN squashes by tanh or by ReLU, which matrix turns tokens into inputs, and which one
reads the states. The first is asked; of the others those that fit by shape are offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from models.cells import CELLS, Cell
from models.gradients import loss_profile, products, state_profile
from models.limits import OWN_MODEL, OwnModel
from models.loaders.weights import Path, Weights
from models.network import RECURRENT
from models.shapes import GATES
from models.text import words
from models.told import Told
from models.trace import Trace, trace

Array = NDArray[np.float64]
Squash = Literal["tanh", "relu"]
Loss = Literal["last", "every"]
Source = Literal["vectors", "text", "ids", "normal"]

LARGEST = 1e6
"""The largest |weight|: float32 has room for products of such weights."""

CLOSE = 1e-4
"""Two ways to compute h in float32 agree so well, unless the weights magnify what rounding leaves."""

TOP = 6
"""Outputs that are kept at a step of those a network chooses from, the most probable first."""

_CELL_OF = {gates: cell for cell, gates in GATES.items()}
_WEIGHT = re.compile(
    r"(?P<prefix>.*?)(?P<kind>weight_ih|weight_hh|weight_hr|bias_ih|bias_hh)_l(?P<layer>[0-9]{1,3})(?P<back>_reverse)?"
)
_PART = re.compile(
    r"(?P<prefix>.*?)(weight_(ih|hh)_l[0-9]+(_reverse)?_(g|v|u|raw|orig|mask)|parametrizations\.weight_(ih|hh)_l[0-9].*)"
)
_NAMES = Told("expected names such as 'rnn.weight_ih_l0' and 'rnn.weight_hh_l0'")
_WHOLLY = Told("make it whole before you save, with remove_weight_norm or parametrize.remove_parametrizations")
_HALVES = (torch.float16, torch.bfloat16)
_WHOLE = (torch.float32, torch.float64)
_UNKNOWN = ("<unk>", "[UNK]", "<UNK>", "unk", "UNK", "<oov>", "[OOV]")
_SHOWN = 60  # characters of a name that a sentence repeats


# ---- what is in the file ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Recurrent:
    """The weights of one `nn.RNN`, `nn.LSTM` or `nn.GRU`.

    Attributes:
        path: The keys that lead to its `state_dict` inside the file.
        prefix: What stands before its names there: "encoder.rnn.".
        cell: "RNN", "LSTM" or "GRU".
        inputs: D.
        hidden: H, of one direction.
        layers: L, one upon the other.
        both_ways: Bidirectional.
        bias: Whether it has biases.
        weights: By the names of torch without the prefix, float32 or float64.
    """

    path: Path
    prefix: str
    cell: str
    inputs: int
    hidden: int
    layers: int
    both_ways: bool
    bias: bool
    weights: Mapping[str, Tensor] = field(repr=False)

    @property
    def directions(self) -> int:
        """2 if it reads both ways, else 1."""
        return 2 if self.both_ways else 1

    @property
    def wide(self) -> int:
        """Numbers in its output at a step: H times directions."""
        return self.hidden * self.directions

    @property
    def name(self) -> str:
        """Its name in the model, "" for a layer that was saved alone."""
        inside = "".join(f"{key}/" for key in self.path)
        return f"{inside}{self.prefix}".rstrip("./")

    @property
    def title(self) -> str:
        """Name, cell and sizes in words."""
        layers = f", {self.layers} layers" if self.layers > 1 else ""
        ways = ", both ways" if self.both_ways else ""
        named = f"{self.name[:_SHOWN]}: " if self.name else ""
        return f"{named}{self.cell}, {self.inputs} → {self.hidden}{layers}{ways}"

    @property
    def parameters(self) -> int:
        """How many numbers its weights have."""
        return sum(weight.numel() for weight in self.weights.values())

    @property
    def dtype(self) -> torch.dtype:
        """float32 or float64."""
        return self.weights["weight_hh_l0"].dtype

    def module(self, squash: Squash = "tanh", dtype: torch.dtype | None = None) -> nn.RNNBase:
        """The module of torch with these weights, batch first.

        Args:
            squash: Of an RNN.
            dtype: Of its weights, their own if not given.
        """
        options = {"nonlinearity": squash} if self.cell == "RNN" else {}
        module = RECURRENT[self.cell](
            self.inputs, self.hidden, self.layers,
            bias=self.bias, batch_first=True, bidirectional=self.both_ways, device="meta", **options,
        )  # fmt: skip
        weights = {name: weight.to(dtype or self.dtype) for name, weight in self.weights.items()}
        module.load_state_dict(weights, assign=True)
        return module.requires_grad_(requires_grad=False).eval()

    def cell_of(self, layer: int, squash: Squash = "tanh", *, reverse: bool = False) -> Cell:
        """The open cell of one layer in one direction."""
        ending = f"_l{layer}{'_reverse' if reverse else ''}"
        w_ih, w_hh = (self.weights[f"{kind}{ending}"] for kind in ("weight_ih", "weight_hh"))
        none = w_hh.new_zeros(len(w_hh))
        b_ih, b_hh = (self.weights.get(f"{kind}{ending}", none) for kind in ("bias_ih", "bias_hh"))
        options = {"nonlinearity": squash} if self.cell == "RNN" else {}
        return CELLS[self.cell](w_ih, w_hh, b_ih, b_hh, **options)


@dataclass(frozen=True, eq=False)
class Head:
    """A dense layer that reads the states: y = W h + b.

    Attributes:
        weight: (K, H·directions).
        bias: (K,), or None.
    """

    weight: Tensor = field(repr=False)
    bias: Tensor | None = field(repr=False)

    def __call__(self, states: Tensor) -> Tensor:
        """Reads (T, H·directions); gives (T, K)."""
        scores = states @ self.weight.to(states.dtype).T
        return scores if self.bias is None else scores + self.bias.to(states.dtype)


@dataclass(frozen=True, eq=False)
class Found:
    """What a file has that can be looked into.

    Attributes:
        kind: "safetensors" or "pt".
        layers: The recurrent layers, at least one.
        matrices: Those that may be an embedding or a head, by the keys that lead to them and their names.
        biases: Of those matrices, the ones that have one.
        remarks: What was changed or cannot be used, in sentences.
    """

    kind: str
    layers: tuple[Recurrent, ...]
    matrices: Mapping[tuple[Path, str], Tensor] = field(repr=False)
    biases: Mapping[tuple[Path, str], Tensor] = field(repr=False)
    remarks: tuple[str, ...]

    def embeddings(self, layer: Recurrent) -> dict[str, Tensor]:
        """Matrices (V, D) whose rows a layer could read, by name, the likeliest first: without a bias, called so."""
        fits = {
            name: matrix
            for (path, name), matrix in self.matrices.items()
            if path == layer.path and matrix.shape[1] == layer.inputs and len(matrix) > 1
        }
        return dict(sorted(fits.items(), key=lambda item: self._unlike(layer.path, item[0])))

    def heads(self, layer: Recurrent) -> dict[str, Head]:
        """Dense layers that could read a layer's output, by name, the likeliest first: with a bias, not an embedding."""
        fits = {
            name: Head(matrix, self.biases.get((path, name)))
            for (path, name), matrix in self.matrices.items()
            if path == layer.path and matrix.shape[1] == layer.wide
        }
        return dict(sorted(fits.items(), key=lambda item: self._unlike(layer.path, item[0]), reverse=True))

    def likely_embedding(self, layer: Recurrent) -> str:
        """The name of the matrix that is an embedding in all likelihood; "" if none is."""
        name = next(iter(self.embeddings(layer)), "")
        return name if name and self._unlike(layer.path, name) < (1, 0) else ""

    def likely_head(self, layer: Recurrent) -> str:
        """The name of the dense layer that reads the states in all likelihood; "" if none does, or it may be another's."""
        name = next(iter(self.heads(layer)), "")
        readers = [one for one in self.layers if one.path == layer.path and one.wide == layer.wide]
        return name if (layer.path, name) in self.biases and len(readers) == 1 else ""

    def _unlike(self, path: Path, name: str) -> tuple[int, int]:
        """How little a matrix is like an embedding."""
        return int((path, name) in self.biases), int("emb" not in name.lower())


def find(given: Weights, limits: OwnModel = OWN_MODEL) -> Found:
    """Finds the recurrent layers in a file, and the matrices around them that fit.

    Raises:
        ValueError: There is none that can be looked into: a sentence says why.
    """
    layers: list[Recurrent] = []
    refused: list[Told] = []
    for path, group in given.groups.items():
        for prefix, names in _stacks(group).items():
            try:
                layers.append(_recurrent(path, prefix, {name: group[f"{prefix}{name}"] for name in names}, limits))
            except ValueError as wrong:
                parts = _in_parts(name for name in group if _prefix(name) == prefix)
                refused.append(parts or wrong.args[0])
    if not layers:
        raise ValueError(refused[0] if refused else _nothing(given))
    matrices, biases, bad = _around(given, layers)
    halves = {str(w.dtype)[6:] for g in given.groups.values() for w in g.values() if w.dtype in _HALVES}
    told = (
        [Told("Numbers of type {types} are computed with as float32.", types=", ".join(sorted(halves)))]
        if halves
        else []
    )
    told += [Told("Not offered: {reason}.", reason=reason) for reason in (*refused, *bad)]
    return Found(given.kind, tuple(layers), matrices, biases, tuple(told))


def _stacks(group: Mapping[str, Tensor]) -> dict[str, list[str]]:
    """The names of each recurrent layer's weights without their prefix, by the prefix."""
    found: dict[str, list[str]] = {}
    for name in group:
        match = _WEIGHT.fullmatch(name)
        if match:
            found.setdefault(match["prefix"], []).append(name[len(match["prefix"]) :])
    return found


def _recurrent(path: Path, prefix: str, weights: Mapping[str, Tensor], limits: OwnModel) -> Recurrent:
    """One layer, once its names and shapes have been checked against each other."""
    named = f"{prefix}weight_hh_l0"
    projected = next((name for name in weights if name.startswith("weight_hr")), None)
    if projected:
        raise ValueError(
            Told(
                "{name} projects the states of an LSTM (proj_size), expected a layer without projection",
                name=_quoted(prefix + projected),
            )
        )
    square = weights.get("weight_hh_l0")
    if square is None or "weight_ih_l0" not in weights:
        there = next(iter(weights))
        missing = "weight_hh_l0" if square is None else "weight_ih_l0"
        raise ValueError(
            Told(
                "The file has {one} and no {other}, expected both",
                one=_quoted(prefix + there),
                other=_quoted(prefix + missing),
            )
        )
    if square.ndim != 2 or 0 in square.shape or square.shape[0] % square.shape[1]:
        raise ValueError(_wrong_shape(named, square, "(H, H), (3H, H) or (4H, H)"))
    hidden = square.shape[1]
    cell = _CELL_OF.get(square.shape[0] // hidden)
    if cell is None:
        raise ValueError(_wrong_shape(named, square, _rows_wanted(hidden)))
    first = weights["weight_ih_l0"]
    if first.ndim != 2 or 0 in first.shape:
        raise ValueError(_wrong_shape(f"{prefix}weight_ih_l0", first, f"({len(square)}, D)"))
    found = Recurrent(
        path=path,
        prefix=prefix,
        cell=cell,
        inputs=first.shape[1],
        hidden=hidden,
        layers=1 + max(int(_WEIGHT.fullmatch(name)["layer"]) for name in weights),  # type: ignore[index] - all match
        both_ways=any(name.endswith("_reverse") for name in weights),
        bias=any(name.startswith("bias") for name in weights),
        weights=weights,
    )
    _check_sizes(found, limits)
    for name, shape in _shapes(found).items():
        weight = weights.get(name)
        if weight is None:
            raise ValueError(
                Told(
                    "The file has no {name}, which {layer} has",
                    name=_quoted(prefix + name),
                    layer=_described(found),
                )
            )
        if tuple(weight.shape) != shape:
            raise ValueError(
                _wrong_shape(prefix + name, weight, Told("{shape} for {layer}", shape=shape, layer=_described(found)))
            )
    kinds = {weight.dtype for weight in weights.values()}
    dtype = torch.float64 if kinds == {torch.float64} else torch.float32
    numbers = {name: _numbers(prefix + name, weights[name], dtype) for name in _shapes(found)}
    return Recurrent(path, prefix, cell, found.inputs, hidden, found.layers, found.both_ways, found.bias, numbers)


def _check_sizes(layer: Recurrent, limits: OwnModel) -> None:
    for told, came, most in (
        ("{name}: {count:,} layers, expected at most {most:,}", layer.layers, limits.layers),
        ("{name}: {count:,} hidden units, expected at most {most:,}", layer.hidden, limits.hidden),
        ("{name}: {count:,} numbers in an input, expected at most {most:,}", layer.inputs, limits.inputs),
        (
            "{name}: {count:,} weights, expected at most {most:,}",
            sum(w.numel() for w in layer.weights.values()),
            limits.weights,
        ),
    ):
        if came > most:
            raise ValueError(
                Told(
                    told,
                    name=_quoted(layer.prefix + "weight_ih_l0"),
                    count=came,
                    most=most,
                )
            )


def _shapes(layer: Recurrent) -> dict[str, tuple[int, ...]]:
    """What shape each weight of a layer must have, in the order of torch."""
    rows = GATES[layer.cell] * layer.hidden
    found: dict[str, tuple[int, ...]] = {}
    for k in range(layer.layers):
        for back in ("", "_reverse")[: layer.directions]:
            found[f"weight_ih_l{k}{back}"] = (rows, layer.wide if k else layer.inputs)
            found[f"weight_hh_l{k}{back}"] = (rows, layer.hidden)
            if layer.bias:
                found |= {f"bias_ih_l{k}{back}": (rows,), f"bias_hh_l{k}{back}": (rows,)}
    return found


def _numbers(name: str, weight: Tensor, dtype: torch.dtype) -> Tensor:
    """A copy of a weight, so that the file can be forgotten."""
    if weight.dtype not in (*_WHOLE, *_HALVES) or weight.layout is not torch.strided:
        raise ValueError(
            Told(
                "{name} has numbers of type {dtype}, expected float32, float64 or a half",
                name=_quoted(name),
                dtype=str(weight.dtype)[6:],
            )
        )
    odd = int((~torch.isfinite(weight)).sum())
    if odd:
        told = (
            "{name} has a number that is NaN or infinite, expected finite weights"
            if odd == 1
            else "{name} has {count:,} numbers that are NaN or infinite, expected finite weights"
        )
        raise ValueError(Told(told, name=_quoted(name), count=odd))
    copy = weight.detach().to(dtype=dtype, copy=True, memory_format=torch.contiguous_format)
    largest = float(copy.abs().max()) if copy.numel() else 0.0
    if largest > LARGEST:
        raise ValueError(
            Told(
                "{name} has a weight of size {size:.1e}, expected at most {most:.0e}",
                name=_quoted(name),
                size=largest,
                most=LARGEST,
            )
        )
    return copy


def _around(
    given: Weights, layers: Sequence[Recurrent]
) -> tuple[dict[tuple[Path, str], Tensor], dict[tuple[Path, str], Tensor], list[Told]]:
    """Matrices of a width that some layer reads or gives, their biases, and what is wrong with others."""
    matrices: dict[tuple[Path, str], Tensor] = {}
    biases: dict[tuple[Path, str], Tensor] = {}
    bad: list[Told] = []
    for path in dict.fromkeys(layer.path for layer in layers):
        group = given.groups[path]
        widths = {width for one in layers if one.path == path for width in (one.inputs, one.wide)}
        for name, matrix in group.items():
            if matrix.ndim != 2 or matrix.shape[1] not in widths or not len(matrix) or _WEIGHT.fullmatch(name):
                continue
            if not matrix.is_floating_point():
                continue
            bias = group.get(f"{name.removesuffix('weight')}bias") if name.endswith("weight") else None
            try:
                matrices[path, name] = _numbers(name, matrix, _kept(matrix))
                if bias is not None and bias.shape == matrix.shape[:1]:
                    biases[path, name] = _numbers(f"{name.removesuffix('weight')}bias", bias, _kept(bias))
            except ValueError as wrong:
                matrices.pop((path, name), None)
                bad.append(wrong.args[0])
    return matrices, biases, bad


def _kept(weight: Tensor) -> torch.dtype:
    return torch.float64 if weight.dtype == torch.float64 else torch.float32


def _nothing(given: Weights) -> Told:
    """Why there is no recurrent layer in a file."""
    names = [name for group in given.groups.values() for name in group]
    cell = next((name for name in names if name.endswith("weight_hh")), None)
    if cell:
        return Told(
            "{name} is the weight of a cell (nn.LSTMCell and the like), {names} of a whole layer",
            name=_quoted(cell),
            names=_NAMES,
        )
    if parts := _in_parts(names):
        return parts
    if not names:
        return Told("The tensors of the file have no names, {names}: save model.state_dict()", names=_NAMES)
    return Told(
        "The file has no recurrent layer: its {count:,} tensors begin with {shown}, {names}",
        count=len(names),
        shown=", ".join(map(_quoted, names[:3])),
        names=_NAMES,
    )


def _prefix(name: str) -> str | None:
    """What stands before a part of a weight; None for another name."""
    part = _PART.fullmatch(name)
    return part["prefix"] if part else None


def _in_parts(names: Iterable[str]) -> Told | None:
    """A sentence where a weight was saved as the parts that it is computed from; None where none was."""
    part = next((name for name in names if _PART.fullmatch(name)), None)
    if part is None:
        return None
    return Told(
        "{name} is a part of a weight (weight_norm, pruning and the like), {names}: {whole}",
        name=_quoted(part),
        names=_NAMES,
        whole=_WHOLLY,
    )


def _described(layer: Recurrent) -> Told:
    cell = {"RNN": Told("an RNN"), "LSTM": Told("an LSTM"), "GRU": Told("a GRU")}[layer.cell]
    if layer.layers > 1:
        told = "{cell} with {layers} layers both ways" if layer.both_ways else "{cell} with {layers} layers"
        return Told(told, cell=cell, layers=layer.layers)
    return Told("{cell} both ways", cell=cell) if layer.both_ways else cell


def _rows_wanted(hidden: int) -> Told:
    told = "{rnn}, {gru} or {lstm} rows for {hidden} columns"
    return Told(told, rnn=hidden, gru=3 * hidden, lstm=4 * hidden, hidden=hidden)


def _wrong_shape(name: str, weight: Tensor, wanted: str) -> Told:
    told = "{name} has shape {shape}, expected {wanted}"
    return Told(told, name=_quoted(name), shape=tuple(weight.shape), wanted=wanted)


def _quoted(name: str) -> str:
    """A name of the file in a sentence: whatever it is, it stays short and on one line."""
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…")


# ---- what it reads ---------------------------------------------------------------------------------------------------


def normal_inputs(inputs: int, steps: int, seed: int) -> Tensor:
    """Inputs for a model that came without any: x_t ~ N(0, 1), (T, D), the same for the same seed."""
    return torch.randn(steps, inputs, generator=torch.Generator().manual_seed(seed))


def ids_of(text: str, rows: int, longest: int) -> list[int]:
    """Reads ids: "3 17 4", parted by blanks or commas.

    Args:
        text: What a visitor typed.
        rows: V, how many the embedding has.
        longest: T at most.

    Raises:
        ValueError: One is no row of the embedding; there are none, or too many.
    """
    pieces = [piece for piece in re.split(r"[\s,;\[\]()]+", text) if piece]
    for place, piece in enumerate(pieces, start=1):
        if not (piece.isascii() and piece.isdigit()) or int(piece[:12]) >= rows:
            raise ValueError(
                Told(
                    "Number {place} is {piece}, expected an id from 0 to {last:,}",
                    place=place,
                    piece=_quoted(piece),
                    last=rows - 1,
                )
            )
    _check_length(len(pieces), longest)
    return [int(piece) for piece in pieces]


def tokens_of(text: str, vocabulary: Sequence[str], longest: int) -> tuple[list[str], list[int]]:
    """Cuts a text into the tokens of a vocabulary: characters where it has hardly anything else, else words.

    Words are what stands between blanks, or what `models.text.words` makes of a text, whichever is known better. What is
    not in the vocabulary is read in small letters, or else as `<unk>`, where there is one.

    Returns:
        The tokens as they were written, and their ids.

    Raises:
        ValueError: A token is unknown and there is no `<unk>`; there are none, or too many.
    """
    ids = {token: k for k, token in reversed(list(enumerate(vocabulary)))}
    single = sum(len(token) == 1 for token in vocabulary)
    if single > 0.8 * len(vocabulary):
        pieces = list(text)
    else:
        ways = (text.split(), words(text))
        pieces = max(ways, key=lambda way: sum(piece in ids for piece in way) / max(len(way), 1))
    _check_length(len(pieces), longest)
    unknown = next((ids[token] for token in _UNKNOWN if token in ids), None)
    found = [ids.get(piece, ids.get(piece.lower(), unknown)) for piece in pieces]
    lost = next((piece for piece, k in zip(pieces, found, strict=True) if k is None), None)
    if lost is not None:
        raise ValueError(
            Told(
                "{lost} is not in the vocabulary, which has no '<unk>' either, expected tokens of it",
                lost=_quoted(lost),
            )
        )
    return pieces, [k for k in found if k is not None]


def _check_length(count: int, longest: int) -> None:
    if not count:
        raise ValueError(Told("There is no token in it, expected at least one"))
    if count > longest:
        raise ValueError(
            Told(
                "It has {count:,} tokens, expected at most {most:,} for a layer of this size",
                count=count,
                most=longest,
            )
        )


# ---- looking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """What is looked at.

    Attributes:
        layer: From 0.
        reverse: The direction that reads from the end.
        squash: Of an RNN: its weights do not tell.
    """

    layer: int = 0
    reverse: bool = False
    squash: Squash = "tanh"


@dataclass(frozen=True, eq=False)
class Seen:
    """What a layer did with a sequence.

    Attributes:
        trace: Every value of every step of the layer and direction that is looked at.
        shapes: Of "x", "output", "h_n" and for an LSTM "c_n", with a batch of 1.
        deviation: Largest |difference| between what torch.nn gave and open cells that stepped through all layers by
            themselves: over the output and h_n.
        exact: The same in float64, where rounding is out of the way; None where it was not needed.
        outputs: What the head made of the output, (T, K); None without a head.
    """

    trace: Trace
    shapes: Mapping[str, tuple[int, ...]]
    deviation: float
    exact: float | None
    outputs: NDArray[np.floating] | None


def look(layer: Recurrent, x: Tensor | ArrayLike, view: View = View(), head: Head | None = None) -> Seen:
    """Lets a model's recurrent layers read a sequence from zero states.

    Args:
        layer: The weights.
        x: (T, D).
        view: Which layer and direction to trace.
        head: What reads the output of the top layer.

    Raises:
        ValueError: x has another shape or holds what is no finite number; there is no such layer or direction; the states
            grow beyond what float32 holds.
    """
    given = (x.detach() if isinstance(x, Tensor) else torch.from_numpy(np.array(x, dtype=np.float64))).to(layer.dtype)
    if given.ndim != 2 or not len(given) or given.shape[1] != layer.inputs:
        raise ValueError(
            Told("x has shape {shape}, expected (T, {inputs})", shape=tuple(given.shape), inputs=layer.inputs)
        )
    if not bool(torch.isfinite(given).all()):
        raise ValueError(Told("x holds a number that is NaN or infinite, expected finite inputs"))
    module = layer.module(view.squash)
    with torch.no_grad():
        output, hidden = module(given[None])
    h_n, c_n = hidden if isinstance(hidden, tuple) else (hidden, None)
    if not all(bool(torch.isfinite(one).all()) for one in (output, h_n, *([] if c_n is None else [c_n]))):
        step = (
            int((~torch.isfinite(output[0]).all(1)).nonzero()[0]) + 1 if not bool(torch.isfinite(output).all()) else 0
        )
        told = (
            "The states grow beyond every number that {dtype} has at step {step} of {steps}: try a shorter input"
            if step
            else "The states grow beyond every number that {dtype} has: try a shorter input"
        )
        raise ValueError(Told(told, dtype=str(layer.dtype)[6:], step=step, steps=len(given)))
    found = trace(module, given, layer=view.layer, reverse=view.reverse)
    off = _off(layer, view.squash, given, torch.cat([output[0].flatten(), h_n.flatten()]))
    exact = None
    if off > CLOSE and layer.dtype != torch.float64:
        exact = _off(layer, view.squash, given.double(), None)
    shapes = {"x": (1, *given.shape), "output": tuple(output.shape), "h_n": (len(h_n), 1, layer.hidden)}
    if c_n is not None:
        shapes["c_n"] = (len(c_n), 1, layer.hidden)
    outputs = None
    if head is not None:
        outputs = head(output[0]).numpy()
        if not np.isfinite(outputs).all():
            raise ValueError(Told("The head gives numbers beyond every number that there is: choose another"))
    return Seen(found, shapes, off, exact, outputs)


def _off(layer: Recurrent, squash: Squash, x: Tensor, came: Tensor | None) -> float:
    """How far open cells, stepping by themselves, are from torch.nn: all layers, both directions, in the type of x."""
    module = layer.module(squash, x.dtype)
    if came is None:
        with torch.no_grad():
            output, hidden = module(x[None])
        h_n = hidden[0] if isinstance(hidden, tuple) else hidden
        came = torch.cat([output[0].flatten(), h_n.flatten()])
    last: list[Tensor] = []
    below = x
    for k in range(layer.layers):
        sides = []
        for reverse in (False, True)[: layer.directions]:
            cell = layer.cell_of(k, squash, reverse=reverse)
            cell = type(cell)(*(w.to(x.dtype) for w in (cell.w_ih, cell.w_hh, cell.b_ih, cell.b_hh)), **_options(cell))
            h = cell.run(below.flip(0) if reverse else below)["h"]
            last.append(h[-1])
            sides.append(h.flip(0) if reverse else h)
        below = torch.cat(sides, 1)
    stepped = torch.cat([below.flatten(), *last])
    return float((stepped - came).abs().max())


def _options(cell: Cell) -> dict[str, str]:
    return {name: getattr(cell, name) for name in cell.options}


def likeliest(outputs: ArrayLike, names: Sequence[str]) -> tuple[list[list[str]], NDArray[np.floating]]:
    """The most probable classes at each step, with softmax(outputs): names, T lists, and probabilities, (T, k).

    Args:
        outputs: (T, K), logits.
        names: Of the K classes.
    """
    scores = torch.softmax(torch.as_tensor(np.array(outputs)), -1)
    best = scores.topk(min(TOP, scores.shape[1]))
    rows: list[list[int]] = best.indices.tolist()
    return [[names[k] for k in row] for row in rows], best.values.numpy()


# ---- a question as plain values --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """Which layer of a file reads what.

    Attributes:
        place: Which of `Found.layers`.
        view: Which layer and direction of it.
        embedding: The name of the matrix that turns ids into inputs; "" for none.
        head: The name of the matrix that reads the output; "" for none.
        source: "vectors" that a visitor brought, a "text", "ids" or "normal" numbers.
        text: The text, or the ids.
        steps: T of normal numbers.
        seed: Of normal numbers.
    """

    place: int = 0
    view: View = View()
    embedding: str = ""
    head: str = ""
    source: Source = "normal"
    text: str = ""
    steps: int = 24
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read, and what came of it.

    Attributes:
        tokens: The tokens of a text as they were written; empty for all else.
        ids: Of a text or of ids, (T,); empty for vectors and normal numbers.
        seen: What the layer did.
    """

    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    seen: Seen


def read(
    found: Found,
    asked: Asked,
    vocabulary: Sequence[str] = (),
    vectors: ArrayLike | None = None,
    limits: OwnModel = OWN_MODEL,
) -> Reading:
    """Lets a layer of a file read what was asked.

    Args:
        found: What is in the file.
        asked: Which layer reads what.
        vocabulary: Tokens by their ids, for a text.
        vectors: (T, D), for "vectors".
        limits: How long the input may be.

    Raises:
        ValueError: What `tokens_of`, `ids_of` and `look` raise; there is no such matrix.
    """
    layer = found.layers[asked.place]
    longest = limits.longest(layer.hidden)
    tokens: list[str] = []
    ids: list[int] = []
    x: Tensor | ArrayLike
    if asked.source in ("text", "ids"):
        rows = found.embeddings(layer).get(asked.embedding)
        if rows is None:
            raise ValueError(Told("{name} is no embedding for this layer", name=_quoted(asked.embedding)))
        if asked.source == "text":
            tokens, ids = tokens_of(asked.text, vocabulary[: len(rows)], longest)
        else:
            ids = ids_of(asked.text, len(rows), longest)
        x = rows[ids]
    elif asked.source == "vectors":
        if vectors is None:
            raise ValueError(Told("There are no vectors, expected a file of them"))
        x = vectors
    else:
        x = normal_inputs(layer.inputs, min(asked.steps, longest), asked.seed)
    head = found.heads(layer)[asked.head] if asked.head else None
    return Reading(tuple(tokens), tuple(ids), look(layer, x, asked.view, head))


# ---- gradients -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Profiles:
    """How a gradient fades on its way back through one layer, log10 of norms by lag, (T,) each; -inf is an exact 0.

    Attributes:
        loss: ||dL/dh_t||.
        state: ||dh_T/dh_t||_2, the largest singular value.
        memory: ||dc_T/dc_t||_2 of an LSTM; None for other cells.
    """

    loss: Array
    state: Array
    memory: Array | None


def profiles(seen: Trace, loss: Loss = "last", known: Profiles | None = None) -> Profiles:
    """Gradients through time of what is looked at, in float64.

    T is the step that the direction reads last, and lag k the step that it read k steps before.

    Args:
        seen: A trace of `look`.
        loss: "last" is L = Σ h_T over the units, "every" is L = Σ_t Σ h_t.
        known: Those of the same trace and another loss: the norms of Jacobians, which take longest, hang on no loss.

    Raises:
        ValueError: The states explode.
    """
    x = np.array(seen.x[::-1] if seen.reverse else seen.x, dtype=np.float64)
    dh = np.zeros((seen.steps, seen.hidden))
    dh[-1 if loss == "last" else slice(None)] = 1
    felt = loss_profile(seen.cell, x, dh)[::-1]
    if known is not None:
        return Profiles(felt, known.state, known.memory)
    memory = None
    if seen.cell.kind == "LSTM":
        memory = np.concatenate([part.spectral[::-1] for part in products(seen.cell, x, "c")])
    return Profiles(felt, state_profile(seen.cell, x)[::-1], memory)


# ---- lines to take home ----------------------------------------------------------------------------------------------


def lines(layer: Recurrent, kind: str, file: str, squash: Squash = "tanh") -> str:
    """The lines that build a layer with torch.nn and give it the weights of the file.

    Args:
        layer: The layer.
        kind: "safetensors" or "pt".
        file: Its name.
        squash: Of an RNN.
    """
    options = [f"{layer.inputs}", f"{layer.hidden}"]
    options += [f"num_layers={layer.layers}"] if layer.layers > 1 else []
    options += ['nonlinearity="relu"'] if layer.cell == "RNN" and squash == "relu" else []
    options += [] if layer.bias else ["bias=False"]
    options += ["batch_first=True"]
    options += ["bidirectional=True"] if layer.both_ways else []
    options += ["dtype=torch.float64"] if layer.dtype == torch.float64 else []
    inside = "".join(f"[{key!r}]" for key in layer.path)
    if kind == "safetensors":
        read = ["from safetensors.torch import load_file", "", f"weights = load_file({file!r})"]
    else:
        read = ["", f'weights = torch.load({file!r}, map_location="cpu", weights_only=True){inside}']
    name = f"{layer.prefix!r} + name" if layer.prefix else "name"
    state = "(h_n, c_n)" if layer.cell == "LSTM" else "h_n"
    return "\n".join([
        "import torch",
        *read,
        f"rnn = torch.nn.{layer.cell}({', '.join(options)})",
        f"rnn.load_state_dict({{name: weights[{name}] for name in rnn.state_dict()}})",
        f"output, {state} = rnn(x)  # x (1, T, {layer.inputs})",
    ])  # fmt: skip
