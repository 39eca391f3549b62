"""Gradients through time: how much an early step still counts at a later one, exactly.

    from models.gradients import Gradients, loss_profile, state_profile

    loss_profile(layer, x, dh)              # log10 ||dL/dh_t||, (T,)
    state_profile(layer, x)                 # log10 ||dh_T/dh_t||_2, (T,)
    Gradients(layer, x, dh).total()         # what autograd puts into the .grad of the weights

One step of a recurrent cell is a function of the states before it, and its Jacobian is known in closed form. A gradient
travels from the last step to the first through the transposes of these Jacobians (backpropagation through time; Werbos
1990), so it shrinks or grows like a product of matrices (Bengio et al. 1994; Pascanu et al. 2013, equation 5).

Everything is computed in float64, one step after the other, and no step's Jacobian is written out. A gradient is kept as a
number of ordinary size times a power of two (`Scaled`): ten thousand steps can shrink it to 1e-4000, where autograd has
long said 0. What is 10^300 times smaller than the largest part of the same gradient does count as 0.

A gradient belongs to a node, as autograd understands it. An LSTM has two nodes a step: h_t, which feeds the gates of step
t + 1 and whatever reads the layer, and c_t, which feeds h_t and c_{t+1}. What flows from c to c is not part of dL/dh_t.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from models.cells import GRU, LSTM, RNN, Cell, open_cell

Array = NDArray[np.float64]
Progress = Callable[[float], object]
"""Called with the share that is done, 0 to 1, several times a second. To stop the work, raise from it."""

_CHUNK = 64
"""Steps that are computed at once where that is possible: their arrays stay in the processor's cache."""
_SAFE = (1e-100, 1e100)
"""Squared sizes between which a gradient needs no new scale. One step may shrink or grow it 10^100 times more."""
_LOST = 1e-13
"""What the square of a spectral norm may lose, relative to the whole."""


@dataclass(frozen=True, eq=False)
class Scaled:
    """One gradient for each step, as `mantissa` · 2^`exponent`: neither underflows nor overflows.

    Attributes:
        mantissa: (T, ...).
        exponent: (T,), whole numbers.
    """

    mantissa: Array
    exponent: NDArray[np.int64]

    @property
    def log10_norm(self) -> Array:
        """log10 of each step's norm, (T,): Euclid's for vectors, Frobenius' for matrices. -inf where it is 0."""
        return _log10(_norm(self.mantissa.reshape(len(self.mantissa), -1)), self.exponent)

    @property
    def log10_size(self) -> Array:
        """log10 of the size of every part, shaped like the mantissa. -inf where it is 0."""
        return _log10(np.abs(self.mantissa), self._column)

    def numbers(self) -> Array:
        """Plain float64: 0 where they are too small for it, inf where they are too large."""
        with np.errstate(over="ignore"):
            return np.ldexp(self.mantissa, self._column)

    @property
    def _column(self) -> NDArray[np.int64]:
        return self.exponent.reshape(-1, *[1] * (self.mantissa.ndim - 1))


class Gradients:
    """Backpropagation through time with nothing thrown away: the gradient of a loss at every step of one sequence.

    Attributes:
        h: dL/dh_t, `Scaled` (T, H).
        c: dL/dc_t of an LSTM, `Scaled` (T, H); None for other cells.

    Args:
        module: a one-layer, one-direction `nn.RNN`, `nn.LSTM` or `nn.GRU`, or an open cell. It starts from zeros. Its
            weights are taken in float64, whatever their type.
        x: inputs, (T, D).
        dh: dL/dh_t as seen from outside, (T, H): what the loss says about the layer's output at each step, without what
            comes back from later steps. A loss at the last step alone has zeros in all other rows.
        progress: see `Progress`.
        cuts: steps, counted from 0, that read the states before them as constants: no gradient flows from such a step to
            the one before it. This is `.detach()` of truncated backpropagation; see `models.truncated`.

    Raises:
        ValueError: a module of another kind or with more layers or directions; a wrong shape; no numbers.
    """

    h: Scaled
    c: Scaled | None

    def __init__(
        self,
        module: nn.RNNBase | Cell,
        x: Tensor | ArrayLike,
        dh: Tensor | ArrayLike,
        progress: Progress | None = None,
        cuts: Collection[int] = (),
    ) -> None:
        self._x = _numbers("x", x)
        self._run = _run(module, self._x)
        steps, hidden = self._run.h.shape
        outside = _numbers("dh", dh)
        if outside.shape != (steps, hidden):
            raise ValueError(f"dh has shape {outside.shape}, expected {(steps, hidden)}: one row for each step")
        largest = int(np.frexp(np.abs(outside).max())[1])  # the loss may have any size: its largest part counts as 1
        outside = np.ldexp(outside, -largest)
        nodes = np.empty((steps, len(self._run.cell.states), hidden))  # (T, S, H)
        exponent = np.empty(steps, dtype=np.int64)
        for t, size, gradients in _backwards(self._run, np.zeros((nodes.shape[1], 1, hidden)), outside, cuts):
            nodes[t], exponent[t] = gradients[:, 0], size + largest
            if progress and t % 1000 == 0:
                progress(1 - t / steps)
        self.h = Scaled(nodes[:, 0], exponent)
        self.c = Scaled(nodes[:, 1], exponent) if nodes.shape[1] == 2 else None

    def contribution(self, t: int) -> dict[str, Array]:
        """What step t adds to the gradient of each weight: `w_ih` (G·H, D), `w_hh` (G·H, H), `b_ih`, `b_hh` (G·H,).

        Summed over all steps this is `total()`: the unfolded weights are one weight (Pascanu et al. 2013, equation 4).

        Raises:
            ValueError: there is no such step.
        """
        if not 0 <= t < len(self._x):
            raise ValueError(f"t is {t}, expected 0 to {len(self._x) - 1}: the sequence has {len(self._x)} step(s)")
        return self._weights(slice(t, t + 1))

    def total(self) -> dict[str, Array]:
        """The gradient of each weight, as autograd has it in `.grad`: `w_ih`, `w_hh`, `b_ih`, `b_hh`."""
        return self._weights(slice(None))

    def log10_contributions(self) -> dict[str, Array]:
        """log10 of the Frobenius norm of every step's contribution to each weight, (T,) each. -inf where it is 0."""
        to_x, to_h = self._sums
        read_x, read_h = _norm(self._x)[:, None], _norm(self._run.read)  # (T, 1); (T, G), or (T, 1)
        return {  # the norm of an outer product is the product of the norms
            "w_ih": Scaled(_norm(to_x.mantissa) * read_x, to_x.exponent).log10_norm,
            "w_hh": Scaled(_norm(to_h.mantissa) * read_h, to_h.exponent).log10_norm,
            "b_ih": to_x.log10_norm,
            "b_hh": to_h.log10_norm,
        }

    def inputs(self) -> Scaled:
        """dL/dx_t, `Scaled` (T, D): how much each input counts for the loss."""
        to_x, _ = self._sums
        return Scaled(to_x.mantissa.reshape(len(self._x), -1) @ self._run.cell.w_ih.numpy(), to_x.exponent)

    @cached_property
    def _sums(self) -> tuple[Scaled, Scaled]:
        """dL/d of what W_ih and what W_hh add to each gate, before squashing, (T, G, H) each."""
        memory = self.c.mantissa if self.c else self.h.mantissa
        to_x, to_h = self._run.sums(slice(None), self.h.mantissa, memory)
        return Scaled(to_x, self.h.exponent), Scaled(to_h, self.h.exponent)

    def _weights(self, steps: slice) -> dict[str, Array]:
        to_x, to_h = (Scaled(part.mantissa[steps], part.exponent[steps]).numbers() for part in self._sums)
        w_ih = np.einsum("tgh,td->ghd", to_x, self._x[steps], optimize=True)
        read = np.broadcast_to(self._run.read[steps], to_h.shape)
        w_hh = np.einsum("tgh,tgk->ghk", to_h, read, optimize=True)
        sums = {"w_ih": w_ih, "w_hh": w_hh, "b_ih": to_x.sum(0), "b_hh": to_h.sum(0)}
        return {name: part.reshape(-1, *part.shape[2:]) for name, part in sums.items()}


@dataclass(frozen=True, eq=False)
class Products:
    """Some neighbouring steps of dh_T/dh_t, or of dc_T/dc_t: products of Jacobians, as numbers about each matrix.

    Attributes:
        steps: the n steps t, counted from 0, in order; the last of all is T - 1, where the product is the identity.
        spectral: log10 of the spectral norm, the largest singular value, (n,). -inf where the matrix is 0.
        frobenius: log10 of the Frobenius norm, (n,).
        singular: log10 of the singular values at the steps that were asked for, largest first, (H,) each. What is
            10^15 times smaller than the largest is rounding.
        through_h: for c, log10 of the spectral norm of dc_T/dc_t without its elementwise path, (n,): what the gates add
            by reading h. None for h.
    """

    steps: range
    spectral: Array
    frobenius: Array
    singular: dict[int, Array]
    through_h: Array | None = None


def loss_profile(
    module: nn.RNNBase | Cell, x: Tensor | ArrayLike, dh: Tensor | ArrayLike, progress: Progress | None = None
) -> Array:
    """log10 ||dL/dh_t|| for every step, (T,): how much a loss feels a small push of the state at step t.

    Args and errors are those of `Gradients`, which has the vectors themselves. -inf only where the norm is zero.
    """
    return Gradients(module, x, dh, progress).h.log10_norm


def state_profile(module: nn.RNNBase | Cell, x: Tensor | ArrayLike, progress: Progress | None = None) -> Array:
    """log10 ||dh_T/dh_t||_2 for every step, (T,): how far a small push of h_t can move the last state at most.

    Args and errors are those of `products`, which can be stopped between chunks. -inf only where the norm is zero.
    """
    profile: list[Array] = []
    steps = 0
    for part in products(module, x):
        profile.append(part.spectral)
        steps = steps or part.steps.stop  # the first chunk ends with the last step
        if progress:
            progress(1 - part.steps.start / steps)
    return np.concatenate(profile[::-1])


def products(
    module: nn.RNNBase | Cell, x: Tensor | ArrayLike, of: str = "h", singular: Sequence[int] = ()
) -> Iterator[Products]:
    """dh_T/dh_t, or dc_T/dc_t of an LSTM, from the last step back to the first, some steps at a time.

    The work of a chunk is done when it is asked for: whoever has seen enough stops asking.

    Args:
        module: a one-layer, one-direction `nn.RNN`, `nn.LSTM` or `nn.GRU`, or an open cell. It starts from zeros. Its
            weights are taken in float64, whatever their type.
        x: inputs, (T, D).
        of: the state, "h" or "c".
        singular: steps whose singular values are wanted, counted from 0.

    Raises:
        ValueError: what `Gradients` raises; the cell has no such state; the sequence has no such step.
    """
    run = _run(module, _numbers("x", x))
    steps, hidden = run.h.shape
    if of not in run.cell.states:
        raise ValueError(f"of is {of!r}, expected one of {', '.join(run.cell.states)}: the states of {run.cell.kind}")
    for t in singular:
        if not 0 <= t < steps:
            raise ValueError(f"singular has step {t}, expected 0 to {steps - 1}: the sequence has {steps} step(s)")
    return _products(run, run.cell.states.index(of), hidden, frozenset(singular))


def memory_path(module: nn.RNNBase | Cell, x: Tensor | ArrayLike) -> Array:
    """log10 of the elementwise path from c_t to c_T, the product of the forget gates f_{t+1} to f_T, (T, H).

    This is the diagonal matrix that dc_T/dc_t would be if no gate read h; its spectral norm is the largest of a row. It
    is not dc_T/dc_t: compare `products(module, x, "c")`.

    Raises:
        ValueError: what `Gradients` raises; the cell is no LSTM.
    """
    run = _run(module, _numbers("x", x))
    if not isinstance(run, _LSTMRun):
        came = run.cell.kind
        raise ValueError(f"module is {came}, expected LSTM: only a memory has a path of forget gates")  # noqa: TRY004
    later = np.cumsum(_log10(run.f[:0:-1]), axis=0)[::-1]  # (T - 1, H)
    return np.concatenate([later, np.zeros((1, run.h.shape[1]))])


def slopes(module: nn.RNNBase | Cell, x: Tensor | ArrayLike) -> Array:
    """φ'(a_t) of an RNN at every step, (T, H): what squashing leaves of a gradient, unit by unit.

    One step back, dh_t/dh_{t-1} = diag(φ'(a_t)) W_hh, so no gradient grows by more than max φ'(a_t) · ||W_hh||_2.

    Raises:
        ValueError: what `Gradients` raises; the cell is no RNN.
    """
    run = _run(module, _numbers("x", x))
    if not isinstance(run, _RNNRun):
        came = run.cell.kind
        raise ValueError(f"module is {came}, expected RNN: a cell with gates has more than one slope")  # noqa: TRY004
    return run.slope


# ---- one step backwards ----------------------------------------------------------------------------------------------


class _Run:
    """What one pass over a sequence leaves for the way back: factors of every step's Jacobian, never the Jacobian.

    `nodes` are K gradients of each state: dh (K, H), and for an LSTM dc (K, H).

    Attributes:
        cell: with weights in float64.
        h: the states, (T, H).
        read: what each block of W_hh was applied to, (T, G, H), or (T, 1, H) where all blocks read h_{t-1}.
    """

    def __init__(self, cell: Cell, values: dict[str, Array], past: Array) -> None:
        self.cell, self.h, self.read = cell, values["h"], past[:, None]
        self.w_hh = cell.w_hh.numpy()

    def sums(self, t: int | slice, dh: Array, dc: Array) -> tuple[Array, Array]:
        """Gradients of what W_ih x, and of what W_hh h, adds to each gate before squashing, (K, G, H) each.

        With t = slice(None) the K gradients are those of the T steps.
        """
        raise NotImplementedError

    def arrive(self, t: int, nodes: Array) -> None:
        """Let dh_t, now complete, flow into the other nodes of step t."""

    def back(self, t: int, nodes: Array) -> Array:
        """The gradients one step earlier, as far as they come through step t."""
        raise NotImplementedError


class _RNNRun(_Run):
    """dh/dh- = diag(φ'(a)) W."""

    def __init__(self, cell: RNN, values: dict[str, Array], past: Array) -> None:
        super().__init__(cell, values, past)
        self.slope = slope(cell.nonlinearity, values["a_h"])

    def sums(self, t: int | slice, dh: Array, dc: Array) -> tuple[Array, Array]:  # noqa: ARG002 - an RNN has no c
        both = (dh * self.slope[t])[:, None]
        return both, both

    def back(self, t: int, nodes: Array) -> Array:
        return _times(nodes[0] * self.slope[t], self.w_hh)[None]


class _LSTMRun(_Run):
    """dc/dc- = diag(f); dh/dc = diag(e) with e = o φ'(c); all else flows through the four gates."""

    def __init__(self, cell: LSTM, values: dict[str, Array], past: Array) -> None:
        super().__init__(cell, values, past)
        i, self.f, g, o, c = (values[name] for name in "ifgoc")
        before = np.concatenate([np.zeros_like(c[:1]), c[:-1]])
        shown = np.tanh(c) if cell.output == "tanh" else c
        self.shown = o * slope(cell.output, c)  # e
        self.by_c = np.stack(  # (T, 3, H)
            [
                g * slope("sigmoid", values["a_i"]),
                before * slope("sigmoid", values["a_f"]),
                i * slope(cell.candidate, values["a_g"]),
            ],
            axis=1,
        )
        self.by_h = shown * slope("sigmoid", values["a_o"])

    def sums(self, t: int | slice, dh: Array, dc: Array) -> tuple[Array, Array]:
        both = np.concatenate([dc[:, None] * self.by_c[t], (dh * self.by_h[t])[:, None]], axis=1)
        return both, both

    def arrive(self, t: int, nodes: Array) -> None:
        nodes[1] += nodes[0] * self.shown[t]

    def back(self, t: int, nodes: Array) -> Array:
        dh, dc = nodes
        earlier = np.empty_like(nodes)
        earlier[0] = _times(self.sums(t, dh, dc)[1].reshape(len(dh), -1), self.w_hh)
        np.multiply(dc, self.f[t], out=earlier[1])
        return earlier


class _GRURun(_Run):
    """dh/dh- = diag(keep) + what flows through the gates, with W_hn before or after the reset gate."""

    def __init__(self, cell: GRU, values: dict[str, Array], past: Array) -> None:
        super().__init__(cell, values, past)
        self.r, z, n = (values[name] for name in "rzn")
        self.before = cell.reset == "before"
        self.keep, write, sign = (z, 1 - z, 1) if cell.update_gate == "keep" else (1 - z, z, -1)
        by_z = sign * (past - n) * slope("sigmoid", values["a_z"])
        by_n = write * slope("tanh", values["a_n"])
        w_hn, b_hn = cell.w_hh.chunk(3)[2].numpy(), cell.b_hh.chunk(3)[2].numpy()
        if self.before:
            self.w_hn, self.reset = w_hn, past * slope("sigmoid", values["a_r"])
            self.by_x = self.by_h = np.stack([by_z, by_n], axis=1)  # (T, 2, H)
            self.read = np.stack([past, past, self.r * past], axis=1)  # (T, 3, H)
        else:
            by_r = by_n * (past @ w_hn.T + b_hn) * slope("sigmoid", values["a_r"])
            self.by_x = np.stack([by_r, by_z, by_n], axis=1)  # (T, 3, H)
            self.by_h = np.stack([by_r, by_z, by_n * self.r], axis=1)

    def sums(self, t: int | slice, dh: Array, dc: Array) -> tuple[Array, Array]:  # noqa: ARG002 - a GRU has no c
        to_x, to_h = dh[:, None] * self.by_x[t], dh[:, None] * self.by_h[t]
        if not self.before:
            return to_x, to_h
        to_r = (to_x[:, 1] @ self.w_hn) * self.reset[t]
        both = np.concatenate([to_r[:, None], to_x], axis=1)
        return both, both

    def back(self, t: int, nodes: Array) -> Array:
        dh = nodes[0]
        if not self.before:
            to_h = dh[:, None] * self.by_h[t]
            return (_times(to_h.reshape(len(dh), -1), self.w_hh) + dh * self.keep[t])[None]
        to_h = self.sums(t, dh, dh)[1]
        hidden = dh.shape[1]
        gates = to_h[:, :2].reshape(len(dh), -1) @ self.w_hh[: 2 * hidden]
        return (gates + (to_h[:, 2] @ self.w_hn) * self.r[t] + dh * self.keep[t])[None]


def _backwards(
    run: _Run, nodes: Array, outside: Array | None = None, cuts: Collection[int] = ()
) -> Iterator[tuple[int, int, Array]]:
    """Steps from the last to the first: t, exponent, and the gradients of its nodes without 2^exponent, (S, K, H).

    `nodes` are the gradients after the last step; `outside` (T, H) is added to dh at each step; nothing flows back from
    a step of `cuts`.
    """
    exponent = 0
    speaks: list[bool] = [] if outside is None else (np.abs(outside).max(1) > 0).tolist()
    for t in range(len(run.h) - 1, -1, -1):
        if outside is not None and speaks[t]:
            if exponent < 0:  # what came back has become small: let it be small beside the new part
                nodes, exponent = np.ldexp(nodes, exponent), 0
            nodes[0] += np.ldexp(outside[t], -exponent)
        run.arrive(t, nodes)
        flat = nodes.reshape(-1)
        if not _SAFE[0] < flat @ flat < _SAFE[1]:
            shift = int(np.frexp(np.abs(nodes).max())[1])
            nodes, exponent = np.ldexp(nodes, -shift), exponent + shift
        yield t, exponent, nodes
        nodes, exponent = (np.zeros_like(nodes), 0) if t in cuts else (run.back(t, nodes), exponent)


def _products(run: _Run, state: int, hidden: int, singular: frozenset[int]) -> Iterator[Products]:
    nodes = np.zeros((len(run.cell.states), hidden, hidden))
    nodes[state] = np.eye(hidden)
    chunk = np.empty((_CHUNK, hidden, hidden))
    exponents = np.empty(_CHUNK, dtype=np.int64)
    paths = np.empty((_CHUNK, hidden)) if state else None
    path, before = np.ones(hidden), 0
    norms, norms_of_rest = _Norms(), _Norms()
    for t, exponent, gradients in _backwards(run, nodes):
        row = t % _CHUNK
        chunk[row], exponents[row] = gradients[state], exponent
        if paths is not None and isinstance(run, _LSTMRun):
            path = np.ldexp(path, before - exponent)  # the same roundings as in the product
            paths[row], before = path, exponent
            path = path * run.f[t]
        if row == 0:
            steps = range(t, min(t + _CHUNK, len(run.h)))
            n = len(steps)
            spectral, frobenius = norms(chunk[:n], exponents[:n])
            values = {s: _singular(chunk[s - t], exponents[s - t]) for s in steps if s in singular}
            part = Products(steps, spectral, frobenius, values)
            if paths is not None:
                rest = chunk[:n] - paths[:n, :, None] * np.eye(hidden)
                part = replace(part, through_h=norms_of_rest(rest, exponents[:n])[0])
            yield part


class _Norms:
    """Spectral and Frobenius norms of matrices P that come one after the other, each the last one times a Jacobian.

    An eigenvalue problem for each step would cost more than all else. But long products come close to low rank, and
    their columns stay in nearly the same few directions V. If ||P||² - ||Vᵀ P||² is below `_LOST` of ||P||², then the
    largest eigenvalue of the small Vᵀ P Pᵀ V is that of P Pᵀ with no greater error; if not, the whole is solved.
    """

    def __init__(self) -> None:
        self._directions: Tensor | None = None  # V, (H, rank)

    def __call__(self, matrices: Array, exponent: NDArray[np.int64]) -> tuple[Array, Array]:
        """log10 of both norms of each matrix, (n,), where the first is the last one to be reached on the way back."""
        shift = np.frexp(np.abs(matrices).max((1, 2)))[1].astype(np.int64)  # it may be small beside the other nodes
        p = torch.from_numpy(matrices * np.ldexp(1.0, -shift)[:, None, None])
        squares = p.square().sum((1, 2))  # ||P||²: the sum of the eigenvalues
        largest = torch.zeros_like(squares)
        whole = squares > 0
        if self._directions is not None:
            few = self._directions.T @ p  # (n, rank, H)
            whole &= squares - few.square().sum((1, 2)) > _LOST * squares
            largest = torch.linalg.eigvalsh(few @ few.mT)[:, -1]
        if whole.any():
            largest[whole] = torch.linalg.eigvalsh(p[whole] @ p[whole].mT)[:, -1]
        self._directions = self._span(p[0])
        scale = exponent + shift
        return _log10(largest.clamp(min=0).sqrt().numpy(), scale), _log10(squares.sqrt().numpy(), scale)

    @staticmethod
    def _span(p: Tensor) -> Tensor | None:
        """The directions in which all but a hundredth of `_LOST` of P lies; None if they are too many to be of use."""
        eigenvalues, vectors = torch.linalg.eigh(p @ p.T)  # from the smallest to the largest
        lost = int((eigenvalues.cumsum(0) <= _LOST / 100 * eigenvalues.sum()).sum())
        return vectors[:, lost:] if len(p) / 2 <= lost < len(p) else None


def _singular(matrix: Array, exponent: int) -> Array:
    return _log10(np.linalg.svd(matrix, compute_uv=False), exponent)


def _norm(vectors: Array) -> Array:
    """Euclid's norm along the last axis; unlike NumPy's it does not square what is too small or too large for it."""
    largest = np.abs(vectors).max(-1)
    unit = np.where(largest > 0, largest, 1.0)
    return unit * np.linalg.norm(vectors / unit[..., None], axis=-1)


def _times(rows: Array, weights: Array) -> Array:
    """Rows times a matrix. Many rows are torch's work, which keeps to torch's number of threads; NumPy's may not."""
    if len(rows) == 1:
        return np.dot(rows, weights)
    return torch.mm(torch.from_numpy(rows), torch.from_numpy(weights)).numpy()


def _log10(size: NDArray[np.floating], exponent: NDArray[np.int64] | int = 0) -> Array:
    """log10(size · 2^exponent), -inf where size is 0."""
    with np.errstate(divide="ignore"):
        return np.log10(size) + exponent * np.log10(2.0)


def slope(squash: str, a: Array) -> Array:
    """φ'(a), for a of one dimension or more. ReLU' is 0 at 0, as in torch.

    Not from φ(a): 1 - tanh² is exactly 0 from a = 19 on, where the slope is still 1e-16.
    """
    if squash in ("tanh", "sigmoid"):  # σ' = e / (1 + e)² with e = exp(-|a|), and tanh'(a) = 4 σ'(2a)
        k = 2 if squash == "tanh" else 1
        found = np.abs(a)
        found *= -k  # in place, as fresh memory costs more than the arithmetic
        np.exp(found, out=found)
        below = found + 1
        below *= below
        found /= below
        found *= k * k
        return found
    return (a > 0).astype(np.float64) if squash == "relu" else np.ones_like(a)


# ---- the way there ---------------------------------------------------------------------------------------------------


def _run(module: nn.RNNBase | Cell, x: Array) -> _Run:
    """One pass forward, in float64: the states, and the factors of the way back."""
    cell = _double(module)
    if x.shape[1] != cell.inputs:
        raise ValueError(f"x has shape {x.shape}, expected (T, {cell.inputs})")
    values = _values(cell, torch.from_numpy(x))
    finite = np.isfinite(values["h"]).all(1)
    if not finite.all():
        raise ValueError(f"h is not finite at step {int(finite.argmin())}, expected numbers: the network has exploded")
    past = np.concatenate([np.zeros_like(values["h"][:1]), values["h"][:-1]])  # (T, H)
    if isinstance(cell, RNN):
        return _RNNRun(cell, values, past)
    if isinstance(cell, LSTM):
        return _LSTMRun(cell, values, past)
    if isinstance(cell, GRU):
        return _GRURun(cell, values, past)
    raise ValueError(f"module is {cell.kind}, expected RNN, LSTM or GRU")


def _double(module: nn.RNNBase | Cell) -> Cell:
    """The open cell of a module, with weights in float64 on the CPU."""
    if isinstance(module, nn.RNNBase) and (module.num_layers, module.bidirectional) != (1, False):
        came = f"{module.num_layers} layer(s), bidirectional {module.bidirectional}"
        raise ValueError(f"module has {came}, expected one layer in one direction")
    cell = module if isinstance(module, Cell) else open_cell(module)
    weights = {name: getattr(cell, name).detach() for name in ("w_ih", "w_hh", "b_ih", "b_hh")}
    return replace(cell, **{name: weight.to("cpu", torch.float64) for name, weight in weights.items()})


def _values(cell: Cell, x: Tensor) -> dict[str, Array]:
    """The gates, their sums before squashing and the states, (T, H) each.

    Where torch has the cell, its fused layer gives h, and with h known the gates of many steps are computed at once.
    """
    names = [*(equation.name for equation in cell.equations), *(e.total for e in cell.equations if e.total)]
    with torch.no_grad():
        layer = _fused(cell)
        if layer is None:
            return {name: value.numpy() for name, value in cell.run(x).items() if name in names}
        h: Tensor = layer(x)[0]
        past = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
        values = {name: np.empty(h.shape) for name in names}
        for start in range(0, len(h), _CHUNK):
            some = slice(start, start + _CHUNK)
            for name, value in cell.gates(x[some], past[some]).items():
                if name in values:
                    values[name][some] = value.numpy()
    values["h"] = h.numpy()
    if isinstance(cell, LSTM):
        c = np.zeros(cell.hidden)
        for c_t, f, written in zip(values["c"], values["f"], values["i"] * values["g"], strict=True):
            c = np.add(f * c, written, out=c_t)
    return values


def _fused(cell: Cell) -> nn.RNNBase | None:
    """The layer of `torch.nn` that computes the same as a cell, if there is one."""
    options: dict[str, str] = {}
    if isinstance(cell, RNN) and cell.nonlinearity in ("tanh", "relu"):
        kind, options = nn.RNN, {"nonlinearity": cell.nonlinearity}
    elif isinstance(cell, LSTM) and (cell.candidate, cell.output) == ("tanh", "tanh"):
        kind = nn.LSTM
    elif isinstance(cell, GRU) and (cell.reset, cell.update_gate) == ("after", "keep"):
        kind = nn.GRU
    else:
        return None
    layer = kind(cell.inputs, cell.hidden, device="meta", dtype=torch.float64, **options)
    for name in ("w_ih", "w_hh", "b_ih", "b_hh"):
        full = name.replace("w_", "weight_").replace("b_", "bias_")
        setattr(layer, f"{full}_l0", nn.Parameter(getattr(cell, name), requires_grad=False))
    return layer


def _numbers(name: str, values: Tensor | ArrayLike) -> Array:
    """Finite numbers as float64, in two dimensions with at least one row."""
    try:
        array = np.asarray(values.detach().cpu() if isinstance(values, Tensor) else values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is not an array of numbers: {error}") from error
    if array.dtype.kind not in "biuf":  # bits, whole numbers, floats
        raise ValueError(f"{name} is not an array of numbers: it holds {array.dtype}")
    array = np.array(array, dtype=np.float64)
    if array.ndim != 2 or len(array) == 0:
        raise ValueError(f"{name} has shape {array.shape}, expected two dimensions with at least one step")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or inf, expected finite numbers")
    return array
