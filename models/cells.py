"""The open cells: RNN, LSTM and GRU as equations, and the code that computes them, side by side.

`torch.nn` runs a whole layer at once and keeps its gates to itself. An open cell computes one step from the same
weights and returns every value by name: the gates, the states, and the terms that each of them is the sum of.
Gate letters, gate order and weight layout are those of `torch.nn`, so a `state_dict` fits both ways.

A test evaluates every LaTeX formula here on random numbers and compares it with the code below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Literal, get_args

import torch
from torch import Tensor, nn

Named = dict[str, Tensor]
"""Values of one step (H,), or of many steps at once (T, H), by name."""

Intervene = Callable[[str, Tensor], Tensor]
"""Gets the name of a gate or state and its value the moment it is computed; what it returns is used from then on."""

InterveneAt = Callable[[int, str, Tensor], Tensor]
"""The same over a whole sequence: gets the step, counted from 0, as well."""


def untouched(name: str, value: Tensor) -> Tensor:  # noqa: ARG001 - no value is changed, whatever its name
    """Leaves every value as it was computed."""
    return value


SQUASH = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "identity": torch.clone}
_SQUASH_LATEX = {"sigmoid": r"\sigma", "tanh": r"\tanh", "relu": r"\mathrm{ReLU}", "identity": ""}

Nonlinearity = Literal["tanh", "relu", "sigmoid", "identity"]
Bounded = Literal["tanh", "identity"]
Reset = Literal["after", "before"]
UpdateGate = Literal["keep", "write"]


@dataclass(frozen=True)
class Term:
    """One summand of an equation: its name in the trace and its LaTeX; `factors` names the two factors of a product.

    A factor written `c@-1` is the value c of the step before.
    """

    name: str
    latex: str
    factors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Equation:
    """One line of a cell: what it is called, what it is for, and how it is computed.

    Attributes:
        name: the letter of the value after its squashing, as in `torch.nn`: "f".
        latex: the right-hand side; `lhs` is the left-hand side.
        role: what the value is for: write, keep, reset, read, candidate, memory or state. Roles carry colour and scale.
        title: the value in words: "forget gate".
        terms: summands whose sum is the value before squashing, the names they bear in a trace among them.
        squash: a key of `SQUASH`.
        total: name in the trace of the sum before squashing; empty where nothing is squashed.
    """

    name: str
    latex: str
    role: str
    title: str
    terms: tuple[Term, ...]
    squash: str = "identity"
    total: str = ""

    @property
    def lhs(self) -> str:
        """The value's symbol in LaTeX, with its time index."""
        return f"{self.name}_t"

    @property
    def squash_latex(self) -> str:
        """The squashing function in LaTeX; empty for the identity."""
        return _SQUASH_LATEX[self.squash]


@dataclass(frozen=True)
class Stage:
    """A sub-step inside the cell: the names that it computes, in words a student can read aloud."""

    title: str
    names: tuple[str, ...]
    text: str


def _gate(name: str, role: str, title: str, squash: str = "sigmoid") -> Equation:
    """A squashed sum of a share from x, a share from h and a bias, in `torch.nn`'s symbols."""
    return Equation(
        name,
        _squashed(squash, rf"W_{{i{name}}} x_t + b_{{i{name}}} + W_{{h{name}}} h_{{t-1}} + b_{{h{name}}}"),
        role,
        title,
        (
            Term(f"x_{name}", rf"W_{{i{name}}} x_t"),
            Term(f"h_{name}", rf"W_{{h{name}}} h_{{t-1}}"),
            Term(f"b_{name}", rf"b_{{i{name}}} + b_{{h{name}}}"),
        ),
        squash,
        f"a_{name}",
    )


def _squashed(squash: str, inside: str) -> str:
    return f"{_SQUASH_LATEX[squash]}({inside})" if squash != "identity" else inside


@dataclass(frozen=True, eq=False)
class Cell:
    """A recurrent cell with its weights, open for looking inside.

    Args:
        w_ih: weights on the input, (G·H, D): one block of H rows for each gate, in the order of `blocks`.
        w_hh: weights on the past state, (G·H, H).
        b_ih: first bias, (G·H,).
        b_hh: second bias, (G·H,). torch adds both; one would do, except for the candidate of a GRU.

    Raises:
        ValueError: a weight has another shape than the other weights ask for, or an option is unknown.
    """

    w_ih: Tensor
    w_hh: Tensor
    b_ih: Tensor
    b_hh: Tensor

    kind = "Cell"  # the name of the torch.nn module: RNN, LSTM or GRU
    blocks: ClassVar[tuple[str, ...]]
    states: ClassVar[tuple[str, ...]] = ("h",)
    options: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __post_init__(self) -> None:
        rows = len(self.blocks) * self.hidden
        wanted = {"w_ih": (rows, self.inputs), "w_hh": (rows, self.hidden), "b_ih": (rows,), "b_hh": (rows,)}
        for name, shape in wanted.items():
            came = tuple(getattr(self, name).shape)
            if came != shape:
                raise ValueError(f"{self.kind}.{name} has shape {came}, expected {shape}")
        for name, known in self.options.items():
            if getattr(self, name) not in known:
                raise ValueError(f"{self.kind}.{name} is {getattr(self, name)!r}, expected one of {', '.join(known)}")

    @property
    def hidden(self) -> int:
        """Number of hidden units, H."""
        return self.w_hh.shape[-1]

    @property
    def inputs(self) -> int:
        """Size of the input vector, D."""
        return self.w_ih.shape[-1]

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The cell's lines in the order in which they are computed."""
        raise NotImplementedError

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The sub-steps of one step, in order."""
        raise NotImplementedError

    def gates(self, x: Tensor, h: Tensor, intervene: Intervene = untouched) -> Named:
        """All values that need only the input and the past state h.

        Args:
            x: input, (D,), or (T, D) for many steps at once.
            h: the state of the step before, (H,) or (T, H).
            intervene: replaces gates as they are computed.

        Returns:
            The gates and their terms by name, each (H,) or (T, H).
        """
        raise NotImplementedError

    def update(self, values: Named, past: Mapping[str, Tensor], intervene: Intervene = untouched) -> Named:
        """What follows from the gates and the past states, element by element: the new states and their terms."""
        raise NotImplementedError

    def step(self, x: Tensor, past: Mapping[str, Tensor], intervene: Intervene = untouched) -> Named:
        """One step, every value by name.

        Args:
            x: input, (D,).
            past: the states of the step before, `h` (H,) and, for an LSTM, `c` (H,).
            intervene: replaces gates and states as they are computed; all that follows uses the replaced ones.
        """
        values = self.gates(x, past["h"], intervene)
        return values | self.update(values, past, intervene)

    def start(self) -> Named:
        """The states before the first step: zeros, each (H,)."""
        return {name: self.w_hh.new_zeros(self.hidden) for name in self.states}

    def run(self, x: Tensor, past: Mapping[str, Tensor] | None = None, intervene: InterveneAt | None = None) -> Named:
        """Step through a whole sequence in a plain loop: the reference that everything faster is tested against.

        Args:
            x: inputs, (T, D).
            past: the states before the first step, each (H,); zeros if not given.
            intervene: replaces gates and states of some steps as they are computed; nothing if not given.

        Returns:
            Every value of every step by name, each (T, H).
        """
        past = past or self.start()
        steps = []
        for t, x_t in enumerate(x):
            past = self.step(x_t, past, partial(intervene, t) if intervene else untouched)
            steps.append(past)
        return {name: torch.stack([values[name].expand(self.hidden) for values in steps]) for name in steps[0]}

    def symbols(self) -> Named:
        """The weights by the symbols that the formulas use: `W_{if}` (H, D), `W_{hf}` (H, H), `b_{if}` (H,)."""
        pairs = {("W", "i"): self.w_ih, ("W", "h"): self.w_hh, ("b", "i"): self.b_ih, ("b", "h"): self.b_hh}
        return {
            f"{letter}_{{{source}{block}}}": part
            for (letter, source), whole in pairs.items()
            for block, part in zip(self.blocks, whole.chunk(len(self.blocks)), strict=True)
        }

    def _shares(self, x: Tensor, h: Tensor) -> Named:
        """Each gate's shares before squashing, from x, from h and the bias, and their sum: x_f, h_f, b_f, a_f."""
        x_share, h_share, bias = x @ self.w_ih.T, h @ self.w_hh.T, self.b_ih + self.b_hh  # (..., G·H)
        shares: Named = {}
        for letter, whole in (("x", x_share), ("h", h_share), ("b", bias), ("a", x_share + h_share + bias)):
            parts = whole.chunk(len(self.blocks), -1)  # (..., H) each
            shares |= {f"{letter}_{block}": part for block, part in zip(self.blocks, parts, strict=True)}
        return shares


@dataclass(frozen=True, eq=False)
class RNN(Cell):
    """The simple recurrent network of Elman (1990), as `torch.nn.RNN`, with a choice of squashing.

    Args:
        nonlinearity: tanh or relu as in `torch.nn.RNN`; sigmoid and identity, which lectures use as well.
    """

    kind = "RNN"
    blocks: ClassVar[tuple[str, ...]] = ("h",)
    options: ClassVar[dict[str, tuple[str, ...]]] = {"nonlinearity": get_args(Nonlinearity)}
    nonlinearity: Nonlinearity = "tanh"

    @property
    def equations(self) -> tuple[Equation, ...]:
        """One line: the new state."""
        return (_gate("h", "state", "state", self.nonlinearity),)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """One sub-step: there is nothing but the state."""
        return (Stage("State", ("h",), "Mix the input with the past state, then squash: that is all an RNN does."),)

    def gates(self, x: Tensor, h: Tensor, intervene: Intervene = untouched) -> Named:
        """The new state; see `Cell.gates`."""
        v = self._shares(x, h)
        v["h"] = intervene("h", SQUASH[self.nonlinearity](v["a_h"]))
        return v

    def update(
        self,
        values: Named,  # noqa: ARG002 - the RNN has no gates to apply
        past: Mapping[str, Tensor],  # noqa: ARG002
        intervene: Intervene = untouched,  # noqa: ARG002
    ) -> Named:
        """Nothing is left to do once the state is known."""
        return {}


@dataclass(frozen=True, eq=False)
class LSTM(Cell):
    """Long short-term memory with a forget gate (Hochreiter & Schmidhuber 1997; Gers et al. 2000), as `torch.nn.LSTM`.

    Args:
        candidate: squashing of the candidate g; identity gives the cell of the lecture's memory table.
        output: squashing of the memory on its way out; identity gives h = o ∘ c, as some lectures write.
    """

    kind = "LSTM"
    blocks: ClassVar[tuple[str, ...]] = ("i", "f", "g", "o")
    states: ClassVar[tuple[str, ...]] = ("h", "c")
    options: ClassVar[dict[str, tuple[str, ...]]] = {"candidate": get_args(Bounded), "output": get_args(Bounded)}
    candidate: Bounded = "tanh"
    output: Bounded = "tanh"

    @property
    def equations(self) -> tuple[Equation, ...]:
        """i, f, g, o, c, h."""
        shown, shown_name = (r"\tanh(c_t)", "tanh(c)") if self.output == "tanh" else ("c_t", "c")
        return (
            _gate("i", "write", "input gate"),
            _gate("f", "keep", "forget gate"),
            _gate("g", "candidate", "candidate", self.candidate),
            _gate("o", "read", "output gate"),
            Equation(
                "c",
                r"f_t \odot c_{t-1} + i_t \odot g_t",
                "memory",
                "cell state (memory)",
                (Term("f*c", r"f_t \odot c_{t-1}", ("f", "c@-1")), Term("i*g", r"i_t \odot g_t", ("i", "g"))),
            ),
            Equation(
                "h",
                rf"o_t \odot {shown}",
                "state",
                "hidden state",
                (Term("h", rf"o_t \odot {shown}", ("o", shown_name)),),
            ),
        )

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Forget, input, candidate, memory, output."""
        return (
            Stage("Forget gate", ("f",), "How much of each memory cell is kept."),
            Stage("Input gate", ("i",), "How far each memory cell opens for something new."),
            Stage("Candidate", ("g",), "What could be written."),
            Stage("Memory", ("c",), "Keep the old times f, add the candidate times i."),
            Stage("Output", ("o", "h"), "How much of the memory is shown to the rest of the network."),
        )

    def gates(self, x: Tensor, h: Tensor, intervene: Intervene = untouched) -> Named:
        """i, f, g, o and their shares; see `Cell.gates`."""
        v = self._shares(x, h)
        v["i"] = intervene("i", torch.sigmoid(v["a_i"]))
        v["f"] = intervene("f", torch.sigmoid(v["a_f"]))
        v["g"] = intervene("g", SQUASH[self.candidate](v["a_g"]))
        v["o"] = intervene("o", torch.sigmoid(v["a_o"]))
        return v

    def update(self, values: Named, past: Mapping[str, Tensor], intervene: Intervene = untouched) -> Named:
        """C and h; see `Cell.update`."""
        kept, written = values["f"] * past["c"], values["i"] * values["g"]
        c = intervene("c", kept + written)
        if self.output == "identity":
            return {"f*c": kept, "i*g": written, "c": c, "h": intervene("h", values["o"] * c)}
        shown = torch.tanh(c)
        return {"f*c": kept, "i*g": written, "c": c, "tanh(c)": shown, "h": intervene("h", values["o"] * shown)}


@dataclass(frozen=True, eq=False)
class GRU(Cell):
    """Gated recurrent unit (Cho et al. 2014), as `torch.nn.GRU`, with the two other habits of papers and lectures.

    Args:
        reset: "after" applies r to W_hn h + b_hn, as torch does; "before" applies r to h, as the paper and lectures do.
        update_gate: "keep" means that z keeps the past state, as in torch; "write" means that z writes the candidate.
    """

    kind = "GRU"
    blocks: ClassVar[tuple[str, ...]] = ("r", "z", "n")
    options: ClassVar[dict[str, tuple[str, ...]]] = {"reset": get_args(Reset), "update_gate": get_args(UpdateGate)}
    reset: Reset = "after"
    update_gate: UpdateGate = "keep"

    @property
    def equations(self) -> tuple[Equation, ...]:
        """r, z, n, h."""
        keep, write = (r"z_t", r"(1 - z_t)") if self.update_gate == "keep" else (r"(1 - z_t)", r"z_t")
        keep_name, write_name = ("z", "1-z") if self.update_gate == "keep" else ("1-z", "z")
        written, kept = rf"{write} \odot n_t", rf"{keep} \odot h_{{t-1}}"
        return (
            _gate("r", "reset", "reset gate"),
            _gate("z", self.update_gate, "update gate"),
            self._candidate,
            Equation(
                "h",
                f"{written} + {kept}",
                "state",
                "hidden state",
                (Term("write*n", written, (write_name, "n")), Term("keep*h", kept, (keep_name, "h@-1"))),
            ),
        )

    @property
    def _candidate(self) -> Equation:
        x_share = Term("x_n", r"W_{in} x_t")
        if self.reset == "after":
            inside = r"W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn})"
            terms = (
                x_share,
                Term("h_n", r"r_t \odot W_{hn} h_{t-1}"),
                Term("b_n", r"b_{in} + r_t \odot b_{hn}"),
            )
        else:
            inside = r"W_{in} x_t + b_{in} + W_{hn} (r_t \odot h_{t-1}) + b_{hn}"
            terms = (x_share, Term("h_n", r"W_{hn} (r_t \odot h_{t-1})"), Term("b_n", r"b_{in} + b_{hn}"))
        return Equation("n", rf"\tanh({inside})", "candidate", "candidate", terms, "tanh", "a_n")

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Reset, update gate, candidate, state."""
        keeps, replaces = "How much of the past state is kept.", "How much of the past state is replaced."
        return (
            Stage("Reset gate", ("r",), "How much of the past state the candidate may see."),
            Stage("Update gate", ("z",), keeps if self.update_gate == "keep" else replaces),
            Stage("Candidate", ("n",), "What could be written."),
            Stage("State", ("h",), "A blend: part of the past state, part of the candidate."),
        )

    def gates(self, x: Tensor, h: Tensor, intervene: Intervene = untouched) -> Named:
        """r, z, n and their shares; see `Cell.gates`."""
        v = self._shares(x, h)
        b_in, b_hn = (bias.chunk(3)[2] for bias in (self.b_ih, self.b_hh))
        v["r"] = intervene("r", torch.sigmoid(v["a_r"]))
        v["z"] = intervene("z", torch.sigmoid(v["a_z"]))
        v["1-z"] = 1 - v["z"]
        if self.reset == "after":
            v["h_n"], v["b_n"] = v["r"] * v["h_n"], b_in + v["r"] * b_hn
        else:
            v["r*h"] = v["r"] * h
            v["h_n"] = v["r*h"] @ self.w_hh.chunk(3)[2].T
        v["a_n"] = v["x_n"] + v["h_n"] + v["b_n"]
        v["n"] = intervene("n", torch.tanh(v["a_n"]))
        return v

    def update(self, values: Named, past: Mapping[str, Tensor], intervene: Intervene = untouched) -> Named:
        """h; see `Cell.update`."""
        keep, write = ("z", "1-z") if self.update_gate == "keep" else ("1-z", "z")
        written, kept = values[write] * values["n"], values[keep] * past["h"]
        return {"write*n": written, "keep*h": kept, "h": intervene("h", written + kept)}

    def turned(self) -> GRU:
        """The same cell in the other notation of z: its weights change sign, as 1 - σ(a) = σ(-a)."""

        def negate_z(weight: Tensor) -> Tensor:
            r, z, n = weight.chunk(3)
            return torch.cat([r, -z, n])

        return GRU(
            negate_z(self.w_ih),
            negate_z(self.w_hh),
            negate_z(self.b_ih),
            negate_z(self.b_hh),
            self.reset,
            "write" if self.update_gate == "keep" else "keep",
        )


CELLS: dict[str, type[Cell]] = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
"""The cells by the name of their `torch.nn` module."""


def open_cell(module: nn.RNNBase) -> Cell:
    """The open cell with the weights of a one-layer, one-direction `torch.nn` module.

    Args:
        module: an `nn.RNN`, `nn.LSTM` or `nn.GRU`; the first layer's forward direction is taken.

    Raises:
        ValueError: the module is of another kind, or it has projections.
    """
    kind = next((name for name in CELLS if isinstance(module, getattr(nn, name))), None)
    if kind is None:
        raise ValueError(f"module is {type(module).__name__}, expected nn.RNN, nn.LSTM or nn.GRU")
    if module.proj_size:
        raise ValueError(f"module has proj_size {module.proj_size}: a projected LSTM is not open here, expected 0")
    w_ih, w_hh, *biases = (weight.detach() for weight in module.all_weights[0])
    b_ih, b_hh = biases or (w_hh.new_zeros(w_hh.shape[0]),) * 2
    options = {"nonlinearity": module.nonlinearity} if kind == "RNN" else {}
    return CELLS[kind](w_ih, w_hh, b_ih, b_hh, **options)
