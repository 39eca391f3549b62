"""Trace: every value of every step of a recurrent layer, by name.

    from models import trace

    t = trace(torch.nn.LSTM(8, 16), x)      # x (T, 8)
    t.names                                 # ["i", "f", "g", "o", "c", "h"]
    t["f"]                                  # the forget gate, a NumPy array (T, 16)
    t["x_f"], t["h_f"], t["b_f"]            # its shares before squashing: from x, from h, bias

Axis letters, everywhere in this project: B batch, T time step, D input, H hidden unit, K class.

The fused layer of `torch.nn` runs once and gives h. Every gate of step t needs only x_t and h_{t-1}, which are then
known, so one matrix product over all steps recovers them all; only an LSTM's c needs a scan, element by element.
That costs about as much as the layer itself, where a Python loop over the steps costs many times more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from models.cells import CELLS, LSTM, Cell, Equation, InterveneAt, Named, open_cell

if TYPE_CHECKING:
    import pandas  # noqa: ICN001

Hidden = Tensor | ArrayLike | tuple[Tensor | ArrayLike, Tensor | ArrayLike]


@dataclass(frozen=True, eq=False)
class Trace:
    """Every value of every step of one layer in one direction, as read-only NumPy arrays (T, H) by name.

    `names` lists the gates and states; all that `inner` lists can be asked for as well.

    Attributes:
        cell: the open cell whose equations were computed.
        start: the states before the first step by name, each (H,).
        x: what the layer read, (T, D).
        reverse: the layer read from the last step to the first; arrays still stand in the order of x.
    """

    cell: Cell
    start: Mapping[str, NDArray[np.floating]]
    x: NDArray[np.floating]
    reverse: bool
    _values: Named = field(repr=False)

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The lines that were computed, in order; they carry LaTeX, roles and terms."""
        return self.cell.equations

    @property
    def names(self) -> list[str]:
        """The gates and states in the order in which they are computed: LSTM i f g o c h; GRU r z n h; RNN h."""
        return [equation.name for equation in self.equations]

    @property
    def inner(self) -> list[str]:
        """The names of the values inside the equations: shares, sums and products."""
        return [name for name in self._values if name not in self.names]

    @property
    def steps(self) -> int:
        """Number of time steps, T."""
        return self.x.shape[0]

    @property
    def hidden(self) -> int:
        """Number of hidden units, H."""
        return self._values["h"].shape[1]

    def __getitem__(self, name: str) -> NDArray[np.floating]:
        """The array (T, H) of a value.

        Raises:
            KeyError: the layer has no value of that name.
        """
        if name not in self._values:
            known = f"{' '.join(self.names)} and inside {' '.join(self.inner)}"
            raise KeyError(f"{self.cell.kind} has no value {name!r}; it has {known}")
        return _read_only(self._values[name].expand(self.steps, self.hidden))

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def past(self, name: str) -> NDArray[np.floating]:
        """The state of the step before each step, (T, H); row 0 (the last one if reversed) is the start.

        Raises:
            KeyError: `name` is not a state.
        """
        if name not in self.start:
            raise KeyError(
                f"{self.cell.kind} carries no {name!r} from step to step; its states are {' '.join(self.start)}"
            )
        start, values = self.start[name][None], self[name]
        return np.concatenate([values[1:], start] if self.reverse else [start, values[:-1]])

    def of_unit(self, unit: int) -> Trace:
        """One unit of this trace, arrays (T, 1), to look at beside a smaller network. `cell` is still the whole one.

        Raises:
            ValueError: there is no such unit.
        """
        if not 0 <= unit < self.hidden:
            raise ValueError(f"unit is {unit}, expected 0 to {self.hidden - 1}: the trace has {self.hidden} unit(s)")
        start = {name: state[unit : unit + 1] for name, state in self.start.items()}
        return replace(self, start=start, _values={name: v[..., unit : unit + 1] for name, v in self._values.items()})

    def to_dict(self) -> dict[str, Any]:
        """Plain Python, ready for JSON: lists of floats that read back to the last bit.

        Shapes: `x` [T][D], each state of `start` [H], each of `values` [T][H], gates and states first, then `inner`.
        JSON knows no NaN: a trace of NaN inputs has them here as Python has them.
        """
        return {
            "cell": self.cell.kind,
            "names": self.names,
            "reverse": self.reverse,
            "x": self.x.tolist(),
            "start": {name: value.tolist() for name, value in self.start.items()},
            "values": {name: self[name].tolist() for name in [*self.names, *self.inner]},
        }

    def to_pandas(self, *, inner: bool = False) -> pandas.DataFrame:
        """A table with a row for each step and unit, both counted from 0, and a column for each gate and state.

        `t.to_pandas()["f"].unstack()` is the wide form of one value, T rows and H columns.

        Args:
            inner: shares, sums and products as columns, too.

        Raises:
            ImportError: pandas is not installed. Nothing else in models/ needs it.
        """
        import pandas  # noqa: ICN001, PLC0415  half a second, and only for whoever asks for a table

        index = pandas.MultiIndex.from_product([range(self.steps), range(self.hidden)], names=["step", "unit"])
        names = [*self.names, *(self.inner if inner else [])]
        return pandas.DataFrame({name: self[name].ravel() for name in names}, index=index)


def trace(
    module: nn.RNNBase | Cell,
    x: Tensor | ArrayLike,
    hx: Hidden | None = None,
    *,
    layer: int = 0,
    reverse: bool = False,
    intervene: InterveneAt | None = None,
) -> Trace:
    """Trace one layer of an `nn.RNN`, `nn.LSTM` or `nn.GRU`, in one direction, while it reads one sequence.

    Dropout between layers is off, as in evaluation mode. The module is not changed; later changes of its weights or of
    x leave the trace alone. Hooks of a stacked or bidirectional module do not run, as its layers are run one by one.

    Args:
        module: the torch module, stacked and bidirectional ones included; or an open cell, which is stepped in a loop.
        x: inputs, (T, D), unbatched whatever `batch_first` says.
        hx: the states before the first step as `torch.nn` takes them: (L·directions, H), for an LSTM a pair (h, c).
            Zeros if not given. For an open cell (1, H).
        layer: which layer of a stack, counted from 0.
        reverse: look at the direction that reads from the end; for bidirectional modules.
        intervene: replaces gates and states while an open cell steps: see `Cell.run`.

    Raises:
        ValueError: a module of another kind, or one with projections; a wrong shape; a layer or direction that
            the module does not have; an intervention in a torch module, into which nobody can reach.
    """
    if isinstance(module, Cell):
        _check_strand(layer, reverse=reverse, layers=1, directions=1)
        inputs = _inputs(x, module.w_ih, module.inputs)
        states = _states(module.states, hx, inputs, (1, module.hidden))
        start = {name: state[0] for name, state in states.items()}
        with torch.no_grad():
            values = module.run(inputs, start, intervene)
        return _frozen(module, values, start, inputs, reverse=False)

    if intervene is not None:
        raise ValueError(f"intervene is given for {type(module).__name__}, expected an open cell: see open_cell")
    cells = tuple(getattr(nn, name) for name in CELLS)
    if not isinstance(module, cells):
        raise ValueError(f"module is {type(module).__name__}, expected nn.RNN, nn.LSTM or nn.GRU")  # noqa: TRY004
    if module.proj_size:
        raise ValueError(f"module has proj_size {module.proj_size}: a projected LSTM has no trace, expected 0")
    directions = 2 if module.bidirectional else 1
    _check_strand(layer, reverse=reverse, layers=module.num_layers, directions=directions)
    inputs = _inputs(x, module.all_weights[0][0], module.input_size)
    shape = (module.num_layers * directions, module.hidden_size)
    states = _states(("h", "c") if isinstance(module, nn.LSTM) else ("h",), hx, inputs, shape)
    with torch.no_grad():
        for below in range(layer):
            inputs = torch.cat(
                [_forward(module, inputs, states, below, reverse=direction == 1)[0] for direction in range(directions)],
                -1,
            )
        h, strand, start = _forward(module, inputs, states, layer, reverse=reverse)
        return _recover(strand, inputs, h, start, reverse=reverse)


def deviation(module: nn.RNNBase, x: Tensor | ArrayLike) -> float:
    """How far the shown equations are from `torch.nn`: the largest |difference| of h over all steps and units.

    The open cell steps through the sequence by itself, from zeros, without ever seeing torch's h.

    Args:
        module: a one-layer, one-direction `nn.RNN`, `nn.LSTM` or `nn.GRU`.
        x: inputs, (T, D).
    """
    fused, stepped = trace(module, x), trace(open_cell(module), x)
    return float(np.abs(fused["h"] - stepped["h"]).max())


def _recover(module: nn.RNNBase, x: Tensor, h: Tensor, start: Named, *, reverse: bool) -> Trace:
    """All values of a one-layer module from its h: one matrix product for the gates, a scan for c."""
    cell = open_cell(module)
    if reverse:
        x, h = x.flip(0), h.flip(0)
    past = {"h": torch.cat([start["h"][None], h[:-1]])}  # (T, H)
    values = cell.gates(x, past["h"])
    if isinstance(cell, LSTM):
        c = _scan(values["f"], values["i"] * values["g"], start["c"])
        past["c"] = torch.cat([start["c"][None], c[:-1]])
    values |= cell.update(values, past)
    values["h"] = h  # the module's own state, to the last bit
    if reverse:
        x = x.flip(0)
        values = {name: value.flip(0) if value.ndim == 2 else value for name, value in values.items()}
    return _frozen(cell, values, start, x, reverse=reverse)


def _scan(f: Tensor, written: Tensor, c: Tensor) -> Tensor:
    """c_t = f_t ∘ c_{t-1} + written_t for all t at once, (T, H), in log2(T) passes (Hillis & Steele 1986).

    After the pass with distance k, row t holds what the 2k steps up to t add to the memory, and `kept` the product of
    their forget gates. Only products and sums of gates in [0, 1]: stable, where dividing by a running product is not.
    In NumPy, as its calls cost a third of torch's on arrays of this size.
    """
    memory, kept = written.cpu().numpy().copy(), f.cpu().numpy().copy()
    memory[0] += kept[0] * c.cpu().numpy()
    k = 1
    while k < len(memory):
        memory[k:] += kept[k:] * memory[:-k]
        kept[k:] *= kept[:-k].copy()
        k *= 2
    return torch.as_tensor(memory, device=f.device)


def _forward(
    module: nn.RNNBase, x: Tensor, states: Named, layer: int, *, reverse: bool
) -> tuple[Tensor, nn.RNNBase, Named]:
    """Run one layer in one direction: its h (T, H) in the order of x, the one-layer module, its start states (H,)."""
    directions = 2 if module.bidirectional else 1
    row = layer * directions + int(reverse)
    start = {name: state[row] for name, state in states.items()}
    strand = _strand(module, layer, reverse=reverse)
    first = tuple(state[None] for state in start.values())
    h, _ = strand(x.flip(0) if reverse else x, first if len(first) == 2 else first[0])
    return (h.flip(0) if reverse else h), strand, start


def _strand(module: nn.RNNBase, layer: int, *, reverse: bool) -> nn.RNNBase:
    """One layer in one direction as a module of its own that shares the weights."""
    if module.num_layers == 1 and not module.bidirectional:
        return module
    kind = next(getattr(nn, name) for name in CELLS if isinstance(module, getattr(nn, name)))
    suffix = f"_l{layer}{'_reverse' if reverse else ''}"
    width = getattr(module, f"weight_ih{suffix}").shape[1]
    options = {"nonlinearity": module.nonlinearity} if kind is nn.RNN else {}
    strand = kind(width, module.hidden_size, bias=module.bias, device="meta", **options)
    for name in ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if module.bias else ())):
        weight = getattr(module, f"{name}{suffix}").detach()  # pruned weights are no Parameter
        setattr(strand, f"{name}_l0", nn.Parameter(weight, requires_grad=False))
    return strand


def _frozen(cell: Cell, values: Named, start: Named, x: Tensor, *, reverse: bool) -> Trace:
    first = {name: _read_only(value) for name, value in start.items()}
    weights = {name: getattr(cell, name).detach().clone() for name in ("w_ih", "w_hh", "b_ih", "b_hh")}
    cell = replace(cell, **weights)  # later training of the module leaves the trace alone
    return Trace(cell, first, _read_only(x), reverse, values)


def _read_only(value: Tensor) -> NDArray[np.floating]:
    """A NumPy view that nobody can change, as several sessions may share it."""
    array = value.cpu().numpy()
    array.flags.writeable = False
    return array


def _inputs(x: Tensor | ArrayLike, like: Tensor, width: int) -> Tensor:
    """The inputs as a tensor (T, D) of the weights' type and device."""
    if like.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"module has weights of type {like.dtype}, expected float32 or float64")
    inputs = _numbers(x, "x is not an array of numbers (T, D)", like)
    if inputs.ndim != 2 or inputs.shape[0] == 0 or inputs.shape[1] != width:
        raise ValueError(f"x has shape {tuple(inputs.shape)}, expected (T, {width}) with T of at least 1")
    return inputs


def _numbers(values: Tensor | ArrayLike, otherwise: str, like: Tensor) -> Tensor:
    """A copy of our own, of the weights' type and device: later changes of `values` leave the trace alone."""
    try:
        tensor = values.detach() if isinstance(values, Tensor) else _real(np.asarray(values))
    except (TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{otherwise}: {error}") from error
    if tensor.is_complex():
        raise ValueError(f"{otherwise}: it holds {tensor.dtype}")
    return tensor.to(like, copy=True, memory_format=torch.contiguous_format)


def _real(array: NDArray[Any]) -> Tensor:
    if array.dtype.kind not in "biuf":  # bits, whole numbers, floats; not text, objects or complex numbers
        raise ValueError(f"it holds {array.dtype}")
    return torch.from_numpy(np.array(array, dtype=float, order="C"))


def _states(names: Sequence[str], hx: Hidden | None, like: Tensor, shape: tuple[int, int]) -> Named:
    """The start states by name, each (L·directions, H), zeros where none are given."""
    if hx is None:
        return {name: like.new_zeros(shape) for name in names}
    given = tuple(
        _numbers(state, "hx is not an array of numbers", like) for state in (hx if isinstance(hx, tuple) else (hx,))
    )
    if len(given) != len(names):
        raise ValueError(f"hx has {len(given)} state(s), expected {len(names)}: {', '.join(names)}")
    for name, state in zip(names, given, strict=True):
        if tuple(state.shape) != shape:
            raise ValueError(f"hx: {name} has shape {tuple(state.shape)}, expected {shape}")
    return dict(zip(names, given, strict=True))


def _check_strand(layer: int, *, reverse: bool, layers: int, directions: int) -> None:
    if not isinstance(layer, int) or not 0 <= layer < layers:
        raise ValueError(f"layer is {layer!r}, expected 0 to {layers - 1}: the module has {layers} layer(s)")
    if reverse and directions == 1:
        raise ValueError("reverse is True, but the module reads in one direction only")
