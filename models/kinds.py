"""The kinds of networks by what goes in and what comes out, each unrolled with all its numbers.

    from models import kinds

    found = kinds.unroll(kinds.Question("many-to-one", steps=4, seed=0))
    found.outputs  # what the network says, with the step at which it says it
    found.copies  # which weights each step used: the very same objects
    found.deviation  # how far the unrolled network is from the same modules run by `torch.nn`

Every vector has one number here (D = H = K = 1), and every weight is a multiple of 0.1, so that a pencil can check them.
It computes in float64. A kind differs from another only in where inputs go in, where outputs are read, and in which layers
and directions there are; a step is always h_t = tanh(w_x x_t + w_h h_{t-1} + b_x + b_h), y_t = w_y h_t + b_y.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

LONGEST = 6
"""The most steps: a drawing of more could not be read."""


@dataclass(frozen=True)
class Kind:
    """One kind of network.

    Attributes:
        title: What it is called.
        used: What such networks do, from the lectures.
        reads: What goes in and what comes out, in a sentence.
        build: The lines that build it; sizes are D, H and K.
        run: The lines that run it on `x`, (1, T, D); they leave `y`.
        letters: Of each weight, by name, its rows and columns in letters; a bias has no columns.
    """

    title: str
    used: str
    reads: str
    build: str
    run: str
    letters: Mapping[str, tuple[str, str]]


def _layer(name: str, columns: str = "D", suffix: str = "l0") -> dict[str, tuple[str, str]]:
    return {
        f"{name}.weight_ih_{suffix}": ("H", columns),
        f"{name}.weight_hh_{suffix}": ("H", "H"),
        f"{name}.bias_ih_{suffix}": ("H", ""),
        f"{name}.bias_hh_{suffix}": ("H", ""),
    }


def _head(columns: str = "H") -> dict[str, tuple[str, str]]:
    return {"head.weight": ("K", columns), "head.bias": ("K", "")}


_PLAIN = "rnn = nn.RNN(D, H, batch_first=True)\nhead = nn.Linear(H, K)"

KINDS: Mapping[str, Kind] = {
    "one-to-one": Kind(
        "One to one",
        "an image in, its label out: a plain network",
        "One vector in, one vector out. There is no second step, so nothing recurs.",
        "hidden = nn.Linear(D, H)\nhead = nn.Linear(H, K)",
        "y = head(torch.tanh(hidden(x[:, 0])))  # (1, K)",
        {"hidden.weight": ("H", "D"), "hidden.bias": ("H", ""), **_head()},
    ),
    "one-to-many": Kind(
        "One to many",
        "a note in, a melody out; a picture in, its caption out",
        "One vector in. Each output is the next input, so the network goes on by itself.",
        "rnn = nn.RNN(D, H, batch_first=True)  # K = D: what it says, it reads\nhead = nn.Linear(H, D)",
        "step, h, said = x[:, :1], None, []  # step (1, 1, D)\n"
        "for t in range(T):\n"
        "    out, h = rnn(step, h)  # the same rnn at every step\n"
        "    step = head(out)\n"
        "    said.append(step)\n"
        "y = torch.cat(said, 1)  # (1, T, D)",
        {**_layer("rnn"), "head.weight": ("D", "H"), "head.bias": ("D", "")},
    ),
    "many-to-one": Kind(
        "Many to one",
        "a review in, its sentiment out; prices in, the next price out",
        "A vector at every step in. The output is read once, from the state after the last step.",
        _PLAIN,
        "out, h_n = rnn(x)  # h_n (1, 1, H)\ny = head(h_n[-1])  # (1, K)",
        {**_layer("rnn"), **_head()},
    ),
    "many-to-many": Kind(
        "Many to many, equal",
        "words in, a tag for each word out; DNA in, what each base does out",
        "A vector at every step in, an output at every step. The read-out is shared as well.",
        _PLAIN,
        "out, h_n = rnn(x)  # out (1, T, H)\ny = head(out)  # (1, T, K)",
        {**_layer("rnn"), **_head()},
    ),
    "encoder-decoder": Kind(
        "Many to many, unequal",
        "a sentence in, its translation out; speech in, text out",
        "An encoder reads all T inputs and says nothing. Its last state is where a decoder starts, which has weights of its "
        "own and writes as many outputs as it likes.",
        "encoder = nn.RNN(D, H, batch_first=True)\n"
        "decoder = nn.RNN(K, H, batch_first=True)  # weights of its own\n"
        "head = nn.Linear(H, K)",
        "_, h = encoder(x)  # h (1, 1, H): all that passes\n"
        "step, said = torch.zeros(1, 1, K, dtype=x.dtype), []\n"
        "for u in range(U):\n"
        "    out, h = decoder(step, h)\n"
        "    step = head(out)\n"
        "    said.append(step)\n"
        "y = torch.cat(said, 1)  # (1, U, K)",
        {**_layer("encoder"), **_layer("decoder", "K"), **_head()},
    ),
    "stacked": Kind(
        "Stacked",
        "any of these, deeper: the states of one layer are the inputs of the next",
        "Two layers. Each has weights of its own, and each uses them at every step.",
        "rnn = nn.RNN(D, H, num_layers=2, batch_first=True)\nhead = nn.Linear(H, K)",
        "out, h_n = rnn(x)  # out: layer 2 only; h_n (2, 1, H)\ny = head(out)  # (1, T, K)",
        {**_layer("rnn"), **_layer("rnn", "H", "l1"), **_head()},
    ),
    "bidirectional": Kind(
        "Bidirectional",
        "tags where what tells comes later; only where the whole sequence is there",
        "Two readers with weights of their own, one from each end. At every step the read-out sees both.",
        "rnn = nn.RNN(D, H, batch_first=True, bidirectional=True)\nhead = nn.Linear(2 * H, K)",
        "out, h_n = rnn(x)  # out (1, T, 2H), h_n (2, 1, H)\ny = head(out)  # (1, T, K)",
        {**_layer("rnn"), **_layer("rnn", "D", "l0_reverse"), **_head("2H")},
    ),
}
"""The kinds by name."""


@dataclass(frozen=True)
class Question:
    """Which network reads how many steps.

    Attributes:
        kind: A key of `KINDS`.
        steps: T, 1 to `LONGEST`; one-to-one always has 1.
        outputs: U, the steps of a decoder, 1 to `LONGEST`.
        seed: Of weights and inputs.
        inputs: The numbers that it reads, T of them; drawn from the seed if empty.
        ones: Every weight 1, no bias, ReLU instead of tanh: the lecture's pencil net.

    Raises:
        KeyError: There is no such kind.
        ValueError: A number is outside what is said here.
    """

    kind: str
    steps: int = 4
    outputs: int = 3
    seed: int = 0
    inputs: tuple[float, ...] = ()
    ones: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise KeyError(f"kind is {self.kind!r}, expected one of {', '.join(KINDS)}")
        for name in ("steps", "outputs"):
            if not 1 <= getattr(self, name) <= LONGEST:
                raise ValueError(f"{name} is {getattr(self, name)}, expected 1 to {LONGEST}")
        if self.inputs and len(self.inputs) != self.steps:
            raise ValueError(f"inputs has {len(self.inputs)} numbers, expected {self.steps}: one for each step")
        if not all(math.isfinite(number) for number in self.inputs):
            raise ValueError(f"inputs is {self.inputs}, expected finite numbers")


@dataclass(frozen=True)
class Share:
    """One product in a sum: the number `source` times the weight of that name."""

    source: str
    weight: str
    factor: float


@dataclass(frozen=True)
class Number:
    """One number of the unrolled network, and what it was computed from.

    Attributes:
        name: Its own: letter, layer where there are several, "@" and step: "h1@2".
        letter: "x" an input, "h" a state, "b" a state of the backward reader, "d" of a decoder, "y" an output.
        layer: 1 or 2.
        step: When, from 1. A decoder's steps follow those of its encoder; 0 is before the first one.
        value: The number.
        total: The sum before squashing.
        shares: The products that were summed; empty for what was given.
        bias: What was added to them.
    """

    name: str
    letter: str
    layer: int
    step: int
    value: float
    total: float = 0.0
    shares: tuple[Share, ...] = ()
    bias: float = 0.0


@dataclass(frozen=True)
class Copy:
    """One use of a set of weights.

    Attributes:
        owner: What the weights belong to: "rnn", "encoder", "rnn, layer 2", "rnn, backward", "head".
        step: At which step.
        same: Each of these weights is the very object that the first use took (`is`, in Python).
        total: Sum of all numbers in them.
    """

    owner: str
    step: int
    same: bool
    total: float


@dataclass(frozen=True, eq=False)
class Unrolled:
    """A network with all its numbers.

    Attributes:
        question: What was asked.
        numbers: In the order in which they were computed; see `Number`.
        copies: Each use of each set of weights, in that order.
        outputs: What the modules of torch say to the same inputs, by step.
        deviation: Largest |difference| between them and the unrolled network.
        shapes: Rows and columns of each weight by name; a bias has no columns.
    """

    question: Question
    numbers: tuple[Number, ...]
    copies: tuple[Copy, ...]
    outputs: tuple[float, ...]
    deviation: float
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def parameters(self) -> int:
        """How many numbers a training could change."""
        return sum(math.prod(shape) for shape in self.shapes.values())


def modules(kind: str, D: int, H: int, K: int, device: str = "cpu") -> dict[str, nn.Module]:
    """The modules of a kind by name, as its lines build them, float64, without numbers of their own: all weights 0."""
    name = "encoder" if kind == "encoder-decoder" else "rnn"
    options: dict[str, Any] = {"batch_first": True, "device": "meta", "dtype": torch.float64}
    linear: dict[str, Any] = {"device": "meta", "dtype": torch.float64}
    layers, directions = (2 if kind == "stacked" else 1), kind == "bidirectional"
    found: dict[str, nn.Module] = {}
    if kind == "one-to-one":
        found["hidden"] = nn.Linear(D, H, **linear)
    else:
        found[name] = nn.RNN(D, H, layers, bidirectional=directions, **options)
    if kind == "encoder-decoder":
        found["decoder"] = nn.RNN(K, H, **options)
    found["head"] = nn.Linear(H * (1 + directions), D if kind == "one-to-many" else K, **linear)
    if device != "meta":
        for module in found.values():
            zeros = {weight: torch.zeros(w.shape, dtype=torch.float64) for weight, w in module.named_parameters()}
            module.load_state_dict(zeros, assign=True)
            module.requires_grad_(requires_grad=False)
    return found


def shapes(kind: str, D: int, H: int, K: int) -> dict[str, tuple[int, ...]]:
    """Rows and columns of each weight of a kind by name, as torch has them; a bias has no columns."""
    found = modules(kind, D, H, K, device="meta")
    return {f"{name}.{w}": tuple(p.shape) for name, module in found.items() for w, p in module.named_parameters()}


def drawn(question: Question) -> tuple[dict[str, nn.Module], Tensor]:
    """The modules with their weights, and the inputs (1, T, 1), float64."""
    generator = torch.Generator().manual_seed(question.seed)
    found = modules(question.kind, 1, 1, 1)
    steps = 1 if question.kind in ("one-to-one", "one-to-many") else question.steps
    x = _tenths((1, steps, 1), generator)
    for module in found.values():
        for name, weight in module.named_parameters():
            drawn_ = _tenths(tuple(weight.shape), generator)
            weight.copy_(torch.full_like(weight, float("weight" in name)) if question.ones else drawn_)
        if isinstance(module, nn.RNN) and question.ones:
            module.nonlinearity, module.mode = "relu", "RNN_RELU"
    if question.inputs:
        x = torch.tensor(question.inputs[:steps], dtype=torch.float64).view(1, -1, 1)
    return found, x


def _tenths(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Multiples of 0.1 from 0.2 to 1 and from -1 to -0.2: none so small that it could be overlooked."""
    size = torch.randint(2, 11, shape, generator=generator).double() / 10
    return torch.where(torch.rand(shape, generator=generator) < 0.35, -size, size)


@dataclass(eq=False)
class _Unroller:
    """Writes down every number and every use of a weight."""

    squash: str = "tanh"
    numbers: dict[str, Number] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)
    _first: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)

    def given(self, letter: str, step: int, value: float, layer: int = 1) -> Number:
        return self._keep(Number(_name(letter, step, layer), letter, layer, step, value))

    def state(
        self, module: nn.RNN, owner: str, suffix: str, letter: str, x: Number, past: Number, step: int, layer: int = 1
    ) -> Number:
        """One step of a recurrent layer: the weights are looked up anew, and prove to be those of the step before."""
        w_ih, w_hh, b_ih, b_hh = (
            getattr(module, f"{part}_{suffix}") for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        self._use(owner, step, (w_ih, w_hh, b_ih, b_hh))
        shares = (Share(x.name, "x", w_ih.item()), Share(past.name, "h", w_hh.item()))
        return self._sum(letter, step, layer, shares, (b_ih + b_hh).item(), self.squash)

    def linear(self, module: nn.Linear, owner: str, letter: str, sources: tuple[Number, ...], step: int) -> Number:
        self._use(owner, step, (module.weight, module.bias))
        letters = "y" if letter == "y" else "x"
        shares = tuple(
            Share(source.name, letters, weight)
            for source, weight in zip(sources, module.weight[0].tolist(), strict=True)
        )
        return self._sum(letter, step, 1, shares, module.bias.item(), "" if letter == "y" else self.squash)

    def _sum(self, letter: str, step: int, layer: int, shares: tuple[Share, ...], bias: float, squash: str) -> Number:
        total = sum(share.factor * self.numbers[share.source].value for share in shares) + bias
        value = {"tanh": math.tanh(total), "relu": max(total, 0.0)}.get(squash, total)
        return self._keep(Number(_name(letter, step, layer), letter, layer, step, value, total, shares, bias))

    def _keep(self, number: Number) -> Number:
        self.numbers[number.name] = number
        return number

    def _use(self, owner: str, step: int, weights: tuple[Tensor, ...]) -> None:
        first = self._first.setdefault(owner, weights)
        same = all(now is then for now, then in zip(weights, first, strict=True))
        self.copies.append(Copy(owner, step, same, sum(weight.sum().item() for weight in weights)))


def _name(letter: str, step: int, layer: int = 1) -> str:
    return f"{letter}{layer}@{step}"


def unroll(question: Question) -> Unrolled:
    """Run a network step by step, and the same modules by torch."""
    found, x = drawn(question)
    unroller = _Unroller("relu" if question.ones else "tanh")
    said = _UNROLL[question.kind](unroller, found, x[0, :, 0].tolist(), question)
    outputs = _run(question, found, x)
    return Unrolled(
        question=question,
        numbers=tuple(unroller.numbers.values()),
        copies=tuple(unroller.copies),
        outputs=tuple(outputs),
        deviation=max(abs(number.value - output) for number, output in zip(said, outputs, strict=True)),
        shapes={f"{name}.{w}": tuple(p.shape) for name, m in found.items() for w, p in m.named_parameters()},
    )


def _one_to_one(to: _Unroller, found: Any, x: list[float], question: Question) -> list[Number]:  # noqa: ANN401, ARG001
    state = to.linear(found["hidden"], "hidden", "h", (to.given("x", 1, x[0]),), 1)
    return [to.linear(found["head"], "head", "y", (state,), 1)]


def _one_to_many(to: _Unroller, found: Any, x: list[float], question: Question) -> list[Number]:  # noqa: ANN401
    state, read, said = to.given("h", 0, 0.0), to.given("x", 1, x[0]), []
    for t in range(1, question.steps + 1):
        state = to.state(found["rnn"], "rnn", "l0", "h", read, state, t)
        read = to.linear(found["head"], "head", "y", (state,), t)
        said.append(read)
    return said


def _layer_of(
    to: _Unroller, module: nn.RNN, owner: str, suffix: str, letter: str, inputs: list[Number], layer: int = 1
) -> list[Number]:
    """All steps of one layer, from the left."""
    state, states = to.given(letter, 0, 0.0, layer), []
    for read in inputs:
        state = to.state(module, owner, suffix, letter, read, state, read.step, layer)
        states.append(state)
    return states


def _many_to_one(to: _Unroller, found: Any, x: list[float], question: Question) -> list[Number]:  # noqa: ANN401, ARG001
    inputs = [to.given("x", t, value) for t, value in enumerate(x, 1)]
    states = _layer_of(to, found["rnn"], "rnn", "l0", "h", inputs)
    return [to.linear(found["head"], "head", "y", (states[-1],), len(x))]


def _many_to_many(to: _Unroller, found: Any, x: list[float], question: Question) -> list[Number]:  # noqa: ANN401, ARG001
    inputs = [to.given("x", t, value) for t, value in enumerate(x, 1)]
    states = _layer_of(to, found["rnn"], "rnn", "l0", "h", inputs)
    return [to.linear(found["head"], "head", "y", (state,), state.step) for state in states]


def _encoder_decoder(to: _Unroller, found: Any, x: list[float], question: Question) -> list[Number]:  # noqa: ANN401
    inputs = [to.given("x", t, value) for t, value in enumerate(x, 1)]
    state = _layer_of(to, found["encoder"], "encoder", "l0", "h", inputs)[-1]
    read, said = to.given("x", len(x) + 1, 0.0), []
    for step in range(len(x) + 1, len(x) + question.outputs + 1):
        state = to.state(found["decoder"], "decoder", "l0", "d", read, state, step)
        read = to.linear(found["head"], "head", "y", (state,), step)
        said.append(read)
    return said


def _stacked(to: _Unroller, found: Any, x: list[float], question: Question) -> list[Number]:  # noqa: ANN401, ARG001
    inputs = [to.given("x", t, value) for t, value in enumerate(x, 1)]
    states = inputs
    for layer in (1, 2):
        states = _layer_of(to, found["rnn"], f"rnn, layer {layer}", f"l{layer - 1}", "h", states, layer)
    return [to.linear(found["head"], "head", "y", (state,), state.step) for state in states]


def _bidirectional(to: _Unroller, found: Any, x: list[float], question: Question) -> list[Number]:  # noqa: ANN401, ARG001
    inputs = [to.given("x", t, value) for t, value in enumerate(x, 1)]
    forward = _layer_of(to, found["rnn"], "rnn, forward", "l0", "h", inputs)
    state, backward = to.given("b", len(x) + 1, 0.0), {}
    for read in reversed(inputs):
        state = to.state(found["rnn"], "rnn, backward", "l0_reverse", "b", read, state, read.step)
        backward[read.step] = state
    return [to.linear(found["head"], "head", "y", (h, backward[h.step]), h.step) for h in forward]


_UNROLL = {
    "one-to-one": _one_to_one,
    "one-to-many": _one_to_many,
    "many-to-one": _many_to_one,
    "many-to-many": _many_to_many,
    "encoder-decoder": _encoder_decoder,
    "stacked": _stacked,
    "bidirectional": _bidirectional,
}


def _run(question: Question, found: Any, x: Tensor) -> list[float]:  # noqa: ANN401 - modules by name
    """The same network as torch runs it: what the lines of its kind do. A test runs those lines against this."""
    head, kind = found["head"], question.kind
    if kind == "one-to-one":
        squash = torch.relu if question.ones else torch.tanh
        y = head(squash(found["hidden"](x[:, 0])))
    elif kind in ("one-to-many", "encoder-decoder"):
        writer, steps = (
            (found["rnn"], question.steps) if kind == "one-to-many" else (found["decoder"], question.outputs)
        )
        step, h = (x[:, :1], None) if kind == "one-to-many" else (torch.zeros_like(x[:, :1]), found["encoder"](x)[1])
        said = []
        for _ in range(steps):
            out, h = writer(step, h)
            step = head(out)
            said.append(step)
        y = torch.cat(said, 1)
    else:
        out, h_n = found["rnn"](x)
        y = head(h_n[-1]) if kind == "many-to-one" else head(out)
    return y.flatten().tolist()
