"""Who contributes to the gradient of a recurrent layer, and what truncated backpropagation through time leaves of it.

    from models.truncated import Noise, Words, backward, contributions, truncate

    seen = backward(Words("The cat, which already ate the fish, was full.", "LSTM"))
    contributions(seen)["w_hh"].shares         # what each word adds to dL/dW_hh, as shares of the sum, (T,)
    truncate(seen)["w_hh"].lost                # ||g_full - g_truncated|| / ||g_full|| for k = 1 ... T

Truncated with k steps means what one does in practice: the sequence is read in chunks of k steps, the state is carried
from chunk to chunk, and it is detached there (`h = h.detach()`; PyTorch's word-language-model example calls this
`repackage_hidden`). The values stay the same; the loss of a step flows back to the start of its own chunk and no further.
The last chunk is the shorter one if k does not divide T. A window that slides, so that every loss flows back over k steps
(Williams and Peng 1990), costs k steps back for each step forward; `slide` computes it for comparison.

The gradients are those of `models.gradients`, in float64. Autograd, which is the oracle, runs the layer of `torch.nn`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.gradients import Gradients
from models.network import RECURRENT, initialise
from models.reading import Question, network_of
from models.tasks.agreement import PLURAL, SINGULAR
from models.text import words

Array = NDArray[np.float64]

WEIGHTS = ("w_hh", "w_ih", "b_ih")
"""The weights whose gradients are looked at: on the past state, on the input, the bias. (torch has a second bias, `b_hh`,
which gets the same gradient, except for the candidate of a GRU.)"""

LONGEST = 80
"""Words of a text, or steps of noise, that are read at most: each k is a way back of its own."""

_HIDDEN = 32  # units of the fresh networks
_INPUTS = 8


@dataclass(frozen=True)
class Words:
    """A trained network reads a text; the loss is the surprise -log P(next word), in nats.

    Attributes:
        text: any text with two words or more.
        cell: "RNN", "LSTM" or "GRU".
        every_step: the mean over all next words; otherwise the surprise at the verb alone, the first *was* or *were*,
            or at the last word where the text has no verb.

    Raises:
        ValueError: the text has fewer than two words, or there is no such cell.
    """

    text: str
    cell: str = "LSTM"
    every_step: bool = False

    def __post_init__(self) -> None:
        _check_cell(self.cell)
        if len(words(self.text)) < 2:
            raise ValueError(f"the text has {len(words(self.text))} word(s), expected two or more: one to say the next")


@dataclass(frozen=True)
class Noise:
    """A fresh network, initialised as `torch.nn` does it, reads random numbers and is asked for random numbers.

    The inputs are N(0, 1); the loss of a step is ½ ||h_t - r_t||² / H with r_t from U(-1, 1), taken as the mean over the
    steps that count.

    Attributes:
        cell: "RNN", "LSTM" or "GRU".
        keep_bias: added to the bias of the gate that keeps the past: f of an LSTM, z of a GRU. An RNN has none.
        steps: T, 2 to `LONGEST`.
        every_step: whether every step counts, or the last one alone.
        seed: of everything.

    Raises:
        ValueError: there is no such cell, or a number is outside what is said here.
    """

    cell: str = "LSTM"
    keep_bias: float = 0.0
    steps: int = 60
    every_step: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        _check_cell(self.cell)
        if not 2 <= self.steps <= LONGEST:
            raise ValueError(f"Noise.steps is {self.steps}, expected 2 to {LONGEST}")
        if not abs(self.keep_bias) <= 20:
            raise ValueError(f"Noise.keep_bias is {self.keep_bias}, expected -20 to 20")
        if not 0 <= self.seed < 2**31:
            raise ValueError(f"Noise.seed is {self.seed}, expected 0 to {2**31 - 1}")


def _check_cell(cell: str) -> None:
    if cell not in RECURRENT:
        raise ValueError(f"cell is {cell!r}, expected one of {', '.join(RECURRENT)}")


Loss = Callable[[Tensor], Tensor]
"""From the states (T, H) to what each step's loss adds to the whole, (T,): 0 where a step has none."""


@dataclass(frozen=True, eq=False)
class Backward:
    """A sequence that was read, its loss, and the gradient of this loss.

    Attributes:
        labels: what was read at each step, (T).
        losses: what each step adds to the loss, (T,); 0 where a step has none.
        dh: dL/dh_t as seen from outside, (T, H).
        oracle: autograd's gradient of the weights, by name.
        layer: the recurrent layer, in float64.
        x: what it read, (T, D).
        loss: of its states.
    """

    labels: tuple[str, ...]
    losses: Array
    dh: Array
    oracle: dict[str, Array]
    layer: nn.RNNBase
    x: Tensor
    loss: Loss

    @property
    def steps(self) -> int:
        """Number of steps, T."""
        return len(self.x)

    @property
    def has_loss(self) -> NDArray[np.bool_]:
        """Which steps have a loss of their own, (T,)."""
        return np.abs(self.dh).max(1) > 0


def backward(question: Words | Noise) -> Backward:
    """Let a network read, and find its loss and autograd's gradient."""
    return _words(question) if isinstance(question, Words) else _noise(question)


def _words(question: Words) -> Backward:
    tokens = tuple(words(question.text)[:LONGEST])
    network = deepcopy(network_of(Question(question.text, question.cell))).double()
    ids = network.encode(tokens)
    last = len(tokens) - 2  # the last step that has a next word
    verb = next((t for t, token in enumerate(tokens) if t and token in (SINGULAR, PLURAL)), last + 1)
    counts = torch.zeros(len(tokens), dtype=torch.float64)
    counts[: last + 1] = 1 / (last + 1) if question.every_step else 0.0
    if not question.every_step:
        counts[verb - 1] = 1.0
    weight, bias = network.head.weight.detach(), network.head.bias.detach()

    def loss(h: Tensor) -> Tensor:
        logits = h[:-1] @ weight.T + bias  # (T - 1, K)
        surprise = nn.functional.cross_entropy(logits, ids[1:], reduction="none")
        return torch.cat([surprise, h.new_zeros(1)]) * counts

    with torch.no_grad():
        x = network.embed(ids)
    return _seen(tokens, network.recurrent, x, loss)


def _noise(question: Noise) -> Backward:
    generator = torch.Generator().manual_seed(question.seed)
    layer = RECURRENT[question.cell](_INPUTS, _HIDDEN, batch_first=True, device="meta")
    layer.load_state_dict({name: torch.zeros(w.shape) for name, w in layer.named_parameters()}, assign=True)
    head = nn.Linear(_HIDDEN, 1, device="meta")
    head.load_state_dict({name: torch.zeros(w.shape) for name, w in head.named_parameters()}, assign=True)
    initialise(layer, head, generator, question.keep_bias)
    shape = (question.steps, _HIDDEN)
    x = torch.randn((question.steps, _INPUTS), generator=generator, dtype=torch.float64)
    wanted = torch.empty(shape, dtype=torch.float64).uniform_(-1, 1, generator=generator)
    counts = torch.full((question.steps,), float(question.every_step) / question.steps, dtype=torch.float64)
    if not question.every_step:
        counts[-1] = 1.0

    def loss(h: Tensor) -> Tensor:
        return (h - wanted[: len(h)]).square().mean(1) / 2 * counts

    return _seen(tuple(str(t) for t in range(1, question.steps + 1)), layer.double(), x, loss)


def _seen(labels: tuple[str, ...], layer: nn.RNNBase, x: Tensor, loss: Loss) -> Backward:
    layer.requires_grad_(requires_grad=True)
    h = _states(layer, x)
    losses = loss(h)
    dh, oracle = _autograd(layer, losses, h)
    return Backward(labels, _read_only(losses.detach().numpy()), dh, oracle, layer, x, loss)


def _states(layer: nn.RNNBase, x: Tensor, every: int = 0, *, keep: bool = True) -> Tensor:
    """The states (T, H) of a sequence read in chunks of `every` steps, 0 for at once.

    Each chunk begins with the last state of the chunk before it, detached; without `keep`, with zeros.
    """
    parts, state = [], None
    for chunk in x.split(every or len(x)):
        part, state = layer(chunk[None], state)
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        state = state if keep else None
        parts.append(part[0])
    return torch.cat(parts)


def _autograd(layer: nn.RNNBase, losses: Tensor, h: Tensor) -> tuple[Array, dict[str, Array]]:
    """dL/dh as seen from outside, (T, H), and the gradients of the weights by name; leaves no `.grad` behind."""
    names = {name: name.replace("w_", "weight_").replace("b_", "bias_") + "_l0" for name in WEIGHTS}
    weights = [layer.get_parameter(name) for name in names.values()]
    dh, *found = torch.autograd.grad(losses.sum(), [h, *weights])
    return _read_only(dh.numpy()), {
        name: _read_only(gradient.numpy()) for name, gradient in zip(names, found, strict=True)
    }


# ---- who contributes -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each step adds to the gradient of one weight matrix.

    Attributes:
        log10_norms: log10 of the Frobenius norm of each step's contribution, (T,); -inf where it is 0.
        shares: contribution · sum / ||sum||², (T,): how far each goes in the direction of the full gradient. Without a cut
            they add up to 1.
        difference: ||sum - autograd's gradient|| relative to its norm.
    """

    log10_norms: Array
    shares: Array
    difference: float


def contributions(seen: Backward, cut: int = 0) -> dict[str, Contributions]:
    """What each step adds to the gradient of each of `WEIGHTS`.

    Args:
        seen: what was read.
        cut: truncated with so many steps; 0 for not at all. Shares are those of the full gradient all the same, and the
            difference is that to autograd with `.detach()`.
    """
    found = Gradients(seen.layer, seen.x, seen.dh, cuts=borders(seen.steps, cut))
    norms, total = found.log10_contributions(), found.total()
    parts = [found.contribution(t) for t in range(seen.steps)]
    oracle = detached(seen, cut) if cut else seen.oracle
    answer = {}
    for name in WEIGHTS:
        full = seen.oracle[name]
        shares = np.array([(part[name] * full).sum() for part in parts]) / (full**2).sum()
        answer[name] = Contributions(_read_only(norms[name]), _read_only(shares), _relative(total[name], oracle[name]))
    return answer


def borders(steps: int, every: int) -> range:
    """The steps, counted from 0, that begin a new chunk and read a detached state."""
    return range(every, steps, every) if every else range(0)


def detached(seen: Backward, every: int) -> dict[str, Array]:
    """Autograd's gradient of the weights when the state is detached after every so many steps."""
    h = _states(seen.layer, seen.x, every)
    return _autograd(seen.layer, seen.loss(h), h)[1]


# ---- truncated -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Truncated:
    """What is left of one gradient when backpropagation is truncated with k = 1 ... T steps.

    Attributes:
        lost: ||g_full - g_k|| / ||g_full||, (T,): 0 where nothing is cut off. It may exceed 1.
        cosine: of the angle between g_full and g_k, (T,); NaN where g_k is 0.
    """

    lost: Array
    cosine: Array

    @property
    def angle(self) -> Array:
        """Degrees between g_full and g_k, (T,)."""
        return np.degrees(np.arccos(np.clip(self.cosine, -1, 1)))


def truncate(seen: Backward) -> dict[str, Truncated]:
    """Truncated backpropagation with every k beside the full one, for each of `WEIGHTS`."""
    steps = range(1, seen.steps + 1)
    totals = [Gradients(seen.layer, seen.x, seen.dh, cuts=borders(seen.steps, k)).total() for k in steps]
    return {name: _beside(totals[-1][name], [total[name] for total in totals]) for name in WEIGHTS}


def slide(seen: Backward) -> dict[str, Truncated]:
    """The other way to truncate, a window that slides: every loss flows back over k steps, its own among them."""
    after: dict[str, Array] = {name: np.zeros((seen.steps, *seen.oracle[name].shape)) for name in WEIGHTS}
    for s in np.flatnonzero(seen.has_loss).tolist():
        alone = np.zeros_like(seen.dh[: s + 1])
        alone[s] = seen.dh[s]
        found = Gradients(seen.layer, seen.x[: s + 1], alone)
        for back in range(s + 1):
            for name, part in found.contribution(s - back).items():
                if name in after:
                    after[name][back] += part
    sums = {name: parts.cumsum(0) for name, parts in after.items()}
    return {name: _beside(part[-1], list(part)) for name, part in sums.items()}


def truncate_scalar(gradients: Sequence[float]) -> Truncated:
    """The same for one number: its gradient with k = 1 ... T steps; the last one is the full one."""
    return _beside(np.array([gradients[-1]]), [np.array([value]) for value in gradients])


def _beside(full: Array, parts: Sequence[Array]) -> Truncated:
    size = float(np.linalg.norm(full))
    lost = np.array([_relative(part, full) for part in parts])
    sizes = np.array([float(np.linalg.norm(part)) for part in parts])
    along = np.array([float((part * full).sum()) for part in parts])
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.where(sizes * size > 0, along / (sizes * size), np.nan)
    return Truncated(_read_only(lost), _read_only(cosine))


def _read_only(array: Array) -> Array:
    """The same array, that nobody can change any more: several sessions may share it."""
    array.flags.writeable = False
    return array


def _relative(came: Array, wanted: Array) -> float:
    """||came - wanted|| / ||wanted||; where wanted is 0, 0 or inf."""
    off, size = float(np.linalg.norm(came - wanted)), float(np.linalg.norm(wanted))
    return off / size if size else (np.inf if off else 0.0)


# ---- what learners ask -----------------------------------------------------------------------------------------------


def loss_at_seams(seen: Backward, every: int) -> tuple[float, float]:
    """The loss when chunks of so many steps are read: with the state carried on, and with a state of zeros in each."""
    with torch.no_grad():
        runs = [seen.loss(_states(seen.layer, seen.x, every, keep=keep)).sum() for keep in (True, False)]
    carried, zeroed = (float(loss) for loss in runs)
    return carried, zeroed


def second_backward() -> str:
    """What PyTorch says when a second chunk goes back into the first one, as its state was not detached."""
    layer = nn.RNN(1, 1, batch_first=True, device="meta")
    layer.load_state_dict({name: torch.full(w.shape, 0.5) for name, w in layer.named_parameters()}, assign=True)
    chunk = torch.ones(1, 2, 1)
    output, state = layer(chunk)
    output.sum().backward()
    output, _ = layer(chunk, state)  # a graph that still reaches into the first chunk
    try:
        output.sum().backward()
    except RuntimeError as error:
        return str(error)
    raise AssertionError("PyTorch went back into a graph that it had freed")
