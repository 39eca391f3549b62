r"""How PyTorch, the lectures and Keras write the same gate.

    from playground.notation import NOTATIONS, html

    yang = NOTATIONS["Yang"]
    yang.line(equation, cell)     # \Gamma_f^{\langle t \rangle} = \sigma(W_{f} [a^{\langle t-1 \rangle}, ...
    yang.symbol("f", cell)        # \Gamma_f^{\langle t \rangle}
    html(equation.latex)          # the same formula as small HTML

No formula stands here: every line is made from the LaTeX of the cell itself by putting other letters for its own.
A letter always means what its author means by it: where a lecture's z is torch's 1 - z, the line says 1 - z.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol


class TermLike(Protocol):
    """A summand of an equation, such as `models.cells.Term`."""

    @property
    def name(self) -> str:
        """Its name in a trace."""
        ...

    @property
    def latex(self) -> str:
        """Its formula in PyTorch's letters."""
        ...


class EquationLike(TermLike, Protocol):
    """A line of a cell, such as `models.cells.Equation`."""

    @property
    def title(self) -> str:
        """The value in words."""
        ...

    @property
    def terms(self) -> Sequence[TermLike]:
        """The summands."""
        ...

    @property
    def squash(self) -> str:
        """The squashing of the sum; "identity" if there is none."""
        ...

    @property
    def total(self) -> str:
        """The name of the sum before squashing; empty if nothing is squashed."""
        ...


class CellLike(Protocol):
    """A cell, such as `models.cells.LSTM`; where it has `options`, their names, each is an attribute of its own."""

    @property
    def kind(self) -> str:
        """RNN, LSTM or GRU."""
        ...

    @property
    def equations(self) -> Sequence[EquationLike]:
        """Its lines in order."""
        ...


@dataclass(frozen=True)
class Sum:
    """How an author writes a weighted sum: a share from the input, one from the past state, and a bias.

    In the texts <g> stands for the gate's mark, <x> for the input, <past> for what the past weights are multiplied
    with, <entry> for the same inside brackets, <from_x> and <from_h> for a matrix and its vector, and <w>, <w_x>,
    <w_h>, <b>, <b_x>, <b_h> for the fields of that name.

    Attributes:
        total: the whole sum before squashing.
        w_x: the matrix on the input, (H, D), or (D, H) where vectors are rows.
        w_h: the matrix on the past state, (H, H).
        b: both biases together.
        b_x: the input's bias alone; empty where it never stands alone.
        b_h: the past state's bias alone.
        w: the two matrices side by side, in the order of the brackets; empty where they are never joined.
        times: what stands between a matrix and its vector.
        rows: vectors are rows and stand on the left of their matrix.
    """

    total: str
    w_x: str
    w_h: str
    b: str
    b_x: str = ""
    b_h: str = ""
    w: str = ""
    times: str = " "
    rows: bool = False


@dataclass(frozen=True)
class Hand:
    """An author's handwriting for one cell.

    Attributes:
        values: LaTeX of each value by its name in torch; "x" is the input, "h@-1" the state of the step before.
        marks: what the weights of each gate are marked with.
        sum: how the weighted sums are written.
        z: what a GRU's z does in this hand, "keep" or "write"; empty for whatever the cell's own z does.
    """

    values: Mapping[str, str]
    marks: Mapping[str, str]
    sum: Sum
    z: str = ""

    def fill(self, text: str, gate: str, past: str = "") -> str:
        """The text with the gate's mark and this hand's letters in place."""
        order = -1 if self.sum.rows else 1
        parts = {
            "<total>": self.sum.total,
            "<from_x>": self.sum.times.join(("<w_x>", "<x>")[::order]),
            "<from_h>": self.sum.times.join(("<w_h>", "<past>")[::order]),
            **{f"<{name}>": getattr(self.sum, name) for name in ("b", "b_x", "b_h", "w", "w_x", "w_h")},
            "<x>": self.values["x"],
            "<past>": past,
            "<entry>": past.removeprefix("(").removesuffix(")"),
            "<g>": self.marks[gate],
            "_{}": "",  # a gate without a mark
            "^{}": "",
        }
        for placeholder, part in parts.items():
            text = text.replace(placeholder, part)
        return text


_PAST = r"(?P<past>h_\{t-1\}|\(r_t \\odot h_\{t-1\}\))"
_RULES = {
    text: re.compile(pattern)
    for text, pattern in {
        "<total>": r"W_\{i(?P<gate>\w)\} x_t \+ b_\{i(?P=gate)\} \+ "
        rf"W_\{{h(?P=gate)\}} {_PAST} \+ b_\{{h(?P=gate)\}}",
        "<b>": r"b_\{i(?P<gate>\w)\} \+ b_\{h(?P=gate)\}",
        "<from_x>": r"W_\{i(?P<gate>\w)\} x_t",
        "<from_h>": rf"W_\{{h(?P<gate>\w)\}} {_PAST}",
        "<b_x>": r"b_\{i(?P<gate>\w)\}",
        "<b_h>": r"b_\{h(?P<gate>\w)\}",
    }.items()
}
"""What is found in the cell's LaTeX, largest piece first, by what is written for it."""

_VALUE = re.compile(r"(?P<other>\(1 - z_t\)|1 - z_t)|(?P<name>[a-z])_(?:t|(?P<past>\{t-1\}))")
_INNER = {"tanh(c)": r"\tanh(c_t)", "1-z": r"1 - z_t", "r*h": r"r_t \odot h_{t-1}"}
"""Values of a trace that are parts of a formula, but no summand of it."""

_TURNED = {"update gate": "update gate, turned round"}
"""What z is called where it is 1 - z of the author."""


@dataclass(frozen=True)
class Notation:
    """How one author writes the three cells.

    Hands, titles and remarks go by cell, "GRU", or by cell and option, "GRU reset=after"; the latter goes first.

    Attributes:
        name: whose notation it is.
        hands: the letters.
        titles: what the author calls a value, by its name in torch, where that is not the cell's own title.
        remarks: where the author's convention differs from what is computed.
    """

    name: str
    hands: Mapping[str, Hand]
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)

    def latex(self, formula: EquationLike | TermLike | str, cell: CellLike) -> str:
        """The right-hand side of an equation, a term, or any LaTeX in the cell's own letters, in this notation."""
        text = formula if isinstance(formula, str) else formula.latex
        return self._write(text, self.hand(cell), turned=self.turned(cell))

    def symbol(self, name: str, cell: CellLike) -> str:
        r"""A value of a trace in LaTeX: a letter, `\Gamma_f^{\langle t \rangle}`, or what the value is made of.

        Args:
            name: as in a trace: "f", "c", "x_f", "a_f", "f*c"; also "x", and "c@-1" for the c of the step before.
            cell: the cell that computes it.

        Raises:
            KeyError: the cell has no value of that name.
        """
        if name == "z" and self.turned(cell):
            return self.latex("z_t", cell)[1:-1]
        letters = self.hand(cell).values
        if name in letters:
            return letters[name]
        formulas = {term.name: term.latex for equation in cell.equations for term in equation.terms}
        formulas |= {equation.total: _inside(equation) for equation in cell.equations if equation.total}
        whole = " ".join(equation.latex for equation in cell.equations)
        formulas |= {inner: text for inner, text in _INNER.items() if text in whole}
        if name not in formulas:
            raise KeyError(f"{cell.kind} has no value {name!r}; it has {' '.join([*letters, *formulas])}")
        return self.latex(formulas[name], cell)

    def line(self, equation: EquationLike, cell: CellLike) -> str:
        """The whole line, left and right."""
        return f"{self.symbol(equation.name, cell)} = {self.latex(equation, cell)}"

    def title(self, name: str, cell: CellLike) -> str:
        """What this author calls a gate or a state.

        Raises:
            KeyError: the cell has no equation of that name.
        """
        titles = {equation.name: equation.title for equation in cell.equations}
        if name not in titles:
            raise KeyError(f"{cell.kind} has no equation {name!r}; it has {' '.join(titles)}")
        title = self.titles.get(cell.kind, {}).get(name, titles[name])
        return _TURNED[title] if name == "z" and self.turned(cell) else title

    def remark(self, cell: CellLike, say: Callable[[str], str] = str) -> str:
        """What a reader has to know before comparing this cell with the author's; empty if nothing.

        Args:
            cell: the cell.
            say: says a remark in the reader's language.
        """
        return " ".join(say(self.remarks[key]) for key in reversed(_keys(cell)) if key in self.remarks)

    def shapes(
        self, equation: EquationLike, cell: CellLike, hidden: int, inputs: int
    ) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The symbols of a right-hand side with their shapes, in order of appearance.

        Args:
            equation: one of the cell's equations.
            cell: the cell.
            hidden: number of hidden units, H.
            inputs: size of the input vector, D.
        """
        hand, H, D = self.hand(cell), hidden, inputs  # noqa: N806 - axis letters
        known: dict[str, tuple[int, ...]] = {hand.values["x"]: (D,)}
        for gate in hand.marks:
            known[hand.fill("<w>", gate)] = (H, H + D)
            known[hand.fill("<w_x>", gate)] = (D, H) if hand.sum.rows else (H, D)
            known[hand.fill("<w_h>", gate)] = (H, H)
        found = dict.fromkeys(_SYMBOL.findall(self.latex(equation, cell)))
        return tuple((symbol, known.get(symbol, (H,))) for symbol in found)

    def hand(self, cell: CellLike) -> Hand:
        """The letters for a cell.

        Raises:
            KeyError: a cell of another kind.
        """
        found = [self.hands[key] for key in _keys(cell) if key in self.hands]
        if not found:
            raise KeyError(f"{self.name} has no letters for {cell.kind}; it has some for {', '.join(self.hands)}")
        return found[0]

    def turned(self, cell: CellLike) -> bool:
        """The author's z is 1 - z of this cell."""
        z = self.hand(cell).z
        return bool(z) and z != getattr(cell, "update_gate", z)

    def _write(self, text: str, hand: Hand, *, turned: bool) -> str:
        """Write the largest piece that is found, then what stands before and after it; in the end letters are left."""
        for template, rule in _RULES.items():
            if found := rule.search(text):
                before, after = text[: found.start()], text[found.end() :]
                groups = found.groupdict()
                past = self._write(groups.get("past") or "", hand, turned=turned)
                piece = hand.fill(template, groups["gate"], past)
                if template == "<from_h>" and hand.sum.rows and before.endswith(r"\odot "):
                    piece = f"({piece})"  # r * (h U), not (r * h) U
                return self._write(before, hand, turned=turned) + piece + self._write(after, hand, turned=turned)

        def value(found: re.Match[str]) -> str:
            if found["other"]:
                letter = hand.values["z"]
                return letter if turned else found["other"].replace("z_t", letter)
            letter = hand.values[found["name"] + ("@-1" if found["past"] else "")]
            return f"(1 - {letter})" if turned and found["name"] == "z" else letter

        return _VALUE.sub(value, text)


def _inside(equation: EquationLike) -> str:
    """The sum before squashing."""
    return equation.latex if equation.squash == "identity" else equation.latex.partition("(")[2].removesuffix(")")


def _keys(cell: CellLike) -> list[str]:
    """What hands and remarks may be filed under, special before general: "GRU reset=after", ..., "GRU"."""
    options = [f"{cell.kind} {name}={getattr(cell, name)}" for name in getattr(cell, "options", ())]
    return [*reversed(options), cell.kind]


def _letters(now: str, past: str, **letters: str) -> dict[str, str]:
    """Letters with the time step on them, and those of the states with the step before as well."""
    return {name: letter + now for name, letter in letters.items()} | {
        f"{state}@-1": letters[state] + past for state in ("h", "c") if state in letters
    }


_TORCH_SUM = Sum(
    "<from_x> + <b_x> + <from_h> + <b_h>",
    w_x="W_{i<g>}",
    w_h="W_{h<g>}",
    b="<b_x> + <b_h>",
    b_x="b_{i<g>}",
    b_h="b_{h<g>}",
)
_TORCH = {
    "RNN": Hand(_letters("_t", "_{t-1}", x="x", h="h"), {"h": "h"}, _TORCH_SUM),
    "LSTM": Hand(
        _letters("_t", "_{t-1}", x="x", i="i", f="f", g="g", o="o", c="c", h="h"),
        {"i": "i", "f": "f", "g": "g", "o": "o"},
        _TORCH_SUM,
    ),
    "GRU": Hand(
        _letters("_t", "_{t-1}", x="x", r="r", z="z", n="n", h="h"), {"r": "r", "z": "z", "n": "n"}, _TORCH_SUM
    ),
}
_TORCH_REMARKS = {
    "RNN nonlinearity=sigmoid": "nn.RNN itself offers tanh and relu only.",
    "RNN nonlinearity=identity": "nn.RNN itself offers tanh and relu only.",
    "LSTM candidate=identity": "nn.LSTM always squashes the candidate with tanh; here it is left as it is.",
    "LSTM output=identity": "nn.LSTM always writes h = o ∘ tanh(c); here the memory is shown without tanh.",
    "GRU reset=before": "nn.GRU applies r to W h + b, after the product; here r is applied to h, before it.",
    "GRU update_gate=write": "In nn.GRU z keeps the past state; here z writes the candidate.",
}

_YANG_TIME = (r"^{\langle t \rangle}", r"^{\langle t-1 \rangle}")
_YANG_SUM = Sum("<w> [<entry>, <x>] + <b>", w="W_{<g>}", w_x="W_{<g>x}", w_h="W_{<g>a}", b="b_{<g>}")
_YANG = {
    "RNN": Hand(
        _letters(*_YANG_TIME, x="x", h="a"),
        {"h": "a"},
        Sum("<from_h> + <from_x> + <b>", w_x="W_{<g>x}", w_h="W_{<g>a}", b="b_{<g>}"),
    ),
    "LSTM": Hand(
        _letters(*_YANG_TIME, x="x", i=r"\Gamma_u", f=r"\Gamma_f", g=r"\tilde{c}", o=r"\Gamma_o", c="c", h="a"),
        {"i": "u", "f": "f", "g": "c", "o": "o"},
        _YANG_SUM,
    ),
    "GRU": Hand(
        _letters(*_YANG_TIME, x="x", r=r"\Gamma_r", z=r"\Gamma_u", n=r"\tilde{c}", h="c"),
        {"r": "r", "z": "u", "n": "c"},
        replace(_YANG_SUM, w_h="W_{<g>c}", b_x="b_{<g>x}", b_h="b_{<g>c}"),
        z="write",
    ),
}

_XU = {
    "RNN": Hand(
        _TORCH["RNN"].values,
        {"h": "h"},
        Sum("<from_h> + <from_x> + <b>", w_x="W_{<g>x}", w_h="W_{<g>h}", b="b_{<g>}"),
    ),
    "LSTM": Hand(
        _letters("^t", "^{t-1}", x="x", c="c", h="h") | {"i": "z^i", "f": "z^f", "g": "z", "o": "z^o"},
        {"i": "i", "f": "f", "g": "", "o": "o"},
        Sum("<w> [<x>, <entry>] + <b>", w="W^{<g>}", w_x="W^{<g>}_{x}", w_h="W^{<g>}_{h}", b="b^{<g>}"),
    ),
    "GRU": _TORCH["GRU"],
}

_RIVEILL_SUM = Sum(
    r"<w> \cdot [<entry>, <x>] + <b>", w="W_{<g>}", w_x="W_{<g>x}", w_h="W_{<g>h}", b="b_{<g>}", times=r" \cdot "
)
_RIVEILL = {
    "RNN": Hand(_TORCH["RNN"].values, {"h": ""}, _RIVEILL_SUM),
    "LSTM": Hand(
        _letters("_t", "_{t-1}", x="x", i="i", f="f", g=r"\tilde{C}", o="o", c="C", h="h"),
        {"i": "i", "f": "f", "g": "C", "o": "o"},
        _RIVEILL_SUM,
    ),
    "GRU": Hand(
        _letters("_t", "_{t-1}", x="x", r="r", z="z", n=r"\tilde{h}", h="h"),
        {"r": "r", "z": "z", "n": "h"},
        replace(_RIVEILL_SUM, b_x="b_{<g>x}", b_h="b_{<g>h}"),
        z="write",
    ),
}

_KERAS_SUM = Sum("<from_x> + <from_h> + <b>", w_x="W_{<g>}", w_h="U_{<g>}", b="b_{<g>}", rows=True)
_KERAS_GRU = Hand(
    _letters("_t", "_{t-1}", x="x", r="r", z="z", n=r"\tilde{h}", h="h"),
    {"r": "r", "z": "z", "n": "h"},
    _KERAS_SUM,
    z="keep",
)
_KERAS = {
    "RNN": Hand(_TORCH["RNN"].values, {"h": ""}, _KERAS_SUM),
    "LSTM": Hand(
        _letters("_t", "_{t-1}", x="x", i="i", f="f", g=r"\tilde{c}", o="o", c="c", h="h"),
        {"i": "i", "f": "f", "g": "c", "o": "o"},
        _KERAS_SUM,
    ),
    "GRU": _KERAS_GRU,
    "GRU reset=after": replace(
        _KERAS_GRU, sum=replace(_TORCH_SUM, w_x="W_{<g>}", w_h="U_{<g>}", b_x="b_{W<g>}", b_h="b_{U<g>}", rows=True)
    ),
}

NOTATIONS: dict[str, Notation] = {
    notation.name: notation
    for notation in (
        Notation("PyTorch", _TORCH, remarks=_TORCH_REMARKS),
        Notation(
            "Yang",
            _YANG,
            titles={
                "RNN": {"h": "activation"},
                "LSTM": {"i": "update gate", "c": "memory cell", "h": "activation"},
                "GRU": {"r": "relevance gate", "h": "memory cell"},
            },
            remarks={
                "RNN": "Yang calls the state a, the activation; his one bias is the sum of torch's two.",
                "LSTM": "Yang's update gate Γ_u is torch's input gate i; his W_f holds W_hf and W_if side by side.",
                "LSTM candidate=identity": "He squashes the candidate with tanh.",
                "LSTM output=tanh": "He prints a = Γ_o ∘ c; what is computed is a = Γ_o ∘ tanh(c), as in torch.",
                "LSTM output=identity": "a = Γ_o ∘ c, without tanh, is as he prints it; torch squashes c first.",
                "GRU": "Yang's GRU calls the state c, and a is the same.",
                "GRU reset=after": (
                    "His Γ_r acts before the product with the weights; here it acts after it, as in torch, so the "
                    "candidate's weights cannot be joined into one matrix."
                ),
                "GRU update_gate=keep": (
                    "His Γ_u opens where torch's z shuts: Γ_u = 1 − z, σ of the same sum with its sign turned."
                ),
            },
        ),
        Notation(
            "Xu",
            _XU,
            titles={"LSTM": {"g": "cell input"}},
            remarks={
                "RNN": "Xu's one bias b_h is the sum of torch's two.",
                "LSTM": (
                    "z is the candidate, and z with a gate's letter is that gate after squashing. In Xu's memory "
                    "table, c′ = g(z) f(z_i) + c f(z_f), the same letters stand for the values before it."
                ),
                "LSTM output=identity": "His equations squash the memory on its way out; here it is shown without tanh.",
                "GRU": "Xu's lecture has no GRU: PyTorch's letters are shown.",
                **{key: text for key, text in _TORCH_REMARKS.items() if key.startswith("GRU")},
            },
        ),
        Notation(
            "Riveill",
            _RIVEILL,
            titles={"LSTM": {"c": "cell state"}},
            remarks={
                "RNN": "Riveill joins both matrices into one W, which is applied to the past state and the input.",
                "LSTM": "Riveill writes the memory as C; his W_f holds W_hf and W_if side by side, with one bias.",
                "LSTM output=identity": "He squashes the memory on its way out; here it is shown without tanh.",
                "GRU reset=after": (
                    "Riveill's r acts before the product with the weights; here it acts after it, as in torch, so the "
                    "candidate's weights cannot be joined into one matrix."
                ),
                "GRU update_gate=keep": (
                    "Riveill's z writes the candidate where torch's z keeps the past state: his z is torch's 1 − z, "
                    "σ of the same sum with its sign turned."
                ),
            },
        ),
        Notation(
            "Keras",
            _KERAS,
            titles={"LSTM": {"c": "carry state"}},
            remarks={
                "RNN": "Keras multiplies rows from the left, x W, and adds one bias where torch adds two.",
                "LSTM": (
                    "Keras multiplies rows from the left, x W, adds one bias per gate where torch adds two, and stacks "
                    "its gates i f c o."
                ),
                "LSTM output=identity": "It squashes the memory on its way out; here it is shown without tanh.",
                "GRU": "Keras multiplies rows from the left, x W, and stacks its gates z r h, where torch has r z n.",
                "GRU reset=after": "With reset_after=True, its default, it keeps two biases, as torch does.",
                "GRU reset=before": "With reset_after=False it adds one bias per gate, where torch adds two.",
                "GRU update_gate=write": (
                    "Its z keeps the past state where this cell's z writes the candidate: Keras' z is this z's 1 − z."
                ),
            },
        ),
    )
}
"""The notations by name."""

_UNSAID = Sum(r"\ldots", w_x="", w_h="", b="")
_INITIALS = Hand(
    _letters("_t", "_{t-1}", x="x", i="i", f="f", g=r"\tilde{c}", o="o", c="c", h="h"),
    {"i": "i", "f": "f", "g": "c", "o": "o"},
    _UNSAID,
)

SKETCHED: dict[str, Notation] = {
    notation.name: notation
    for notation in (
        Notation("Luo", {"LSTM": _INITIALS}),
        Notation(
            "Xiao",
            {
                "RNN": Hand(
                    {"x": "x(t)", "h": "h(t)", "h@-1": "h(t-1)"},
                    {"h": ""},
                    Sum("<w> [<past>; <x>] + <b>", "", "", "b", w="W"),
                ),
                "LSTM": _INITIALS,
            },
            remarks={"RNN": "Xiao squashes with σ, and his slide prints x(t − 1) where x(t) is meant."},
        ),
    )
}
"""Two lectures that write the cells down in part: their letters are known, the weights of their gates are not.

So they are columns of a table of letters, and no choice where whole formulas are wanted. Luo compares LSTM and GRU in words.
"""

_SYMBOL = re.compile(r"(?<![\\{A-Za-z])(?:\\tilde\{\w\}|\\Gamma|[A-Za-z])(?:[_^](?:\{[^{}]*\}|\w))*")

_SIGNS = {
    r"\sigma": "σ",
    r"\tanh": "tanh",
    r"\mathrm{ReLU}": "ReLU",
    r"\Gamma": "Γ",
    r"\odot": " ∘ ",
    r"\cdot": " · ",
    r"\langle": "⟨",
    r"\rangle": "⟩",
    "+": " + ",
    "-": " − ",
    "=": " = ",
    ",": ", ",
    ";": "; ",
    r"\ldots": "…",
    **{sign: sign for sign in "()[]"},
}
_TOKEN = re.compile(
    r"(?P<script>[_^](?:\{(?P<group>[^{}]*)\}|(?P<one>\w)))|\\tilde\{(?P<tilde>[A-Za-z])\}|(?P<space>\s+)"
    r"|(?P<sign>\\mathrm\{ReLU\}|\\[a-z]+|\\Gamma|[-+=,;()\[\]])|(?P<letter>[A-Za-z])|(?P<digit>\d)"
)


def html(latex: str) -> str:
    """Small HTML for a formula, in any of the notations: <var>, <sub>, <sup> and Unicode signs, nothing else.

    Raises:
        ValueError: the formula has something else in it than our formulas have.
    """
    out = []
    at = 0
    while at < len(latex):
        found = _TOKEN.match(latex, at)
        if not found or (found["sign"] and found["sign"] not in _SIGNS):
            raise ValueError(f"no HTML for {latex[at:]!r} in {latex!r}")
        out.append(_html(found))
        at = found.end()
    return re.sub(" +", " ", "".join(out)).strip()


def _html(found: re.Match[str]) -> str:
    if found["script"]:
        tag = "sub" if found["script"][0] == "_" else "sup"
        inside = re.sub(r"</?var>| ", "", html(found["group"] or found["one"] or ""))
        return f"<{tag}>{inside}</{tag}>"
    if found["tilde"]:
        return f"<var>{found['tilde']}\u0303</var>"
    if found["letter"]:
        return f"<var>{found['letter']}</var>"
    if found["sign"]:
        return _SIGNS[found["sign"]]
    return found["digit"] or " "
