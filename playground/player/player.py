"""The token player, the Python side: a trace in, one message to the browser out, a cursor back.

    from playground.player import Token, Track, Words, player

    player([Track("LSTM", trace)], [Token(word) for word in words], key="cell-player")

The browser gets every value of every step once and then steps by itself (player.js): no number is computed there, and
nothing is sent to the server while someone steps. Arrays travel as base64 of little-endian float32; a float64 trace is
rounded to float32 on the way, which is finer than any number on the screen.

Steps and units count from 0 in Python and from 1 on the screen and in the address bar (`?step=7&unit=3`).
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.components.v2 import component

from playground import figures, language, showing, theme
from playground.language import say
from playground.notation import NOTATIONS, EquationLike, Notation, TermLike, html
from playground.tables import Data, shortest

# What the player reads of a trace. models.trace.Trace fits; so does anything else that has these names.


class Summand(TermLike, Protocol):
    """One summand of a line: see `models.cells.Term`."""

    @property
    def factors(self) -> tuple[str, ...]:
        """The two factors of a product, by name."""
        ...


class Line(EquationLike, Protocol):
    """One line of a cell: see `models.cells.Equation`."""

    @property
    def role(self) -> str:
        """What the value is for."""
        ...

    @property
    def terms(self) -> Sequence[Summand]:
        """The summands."""
        ...


class SubStep(Protocol):
    """A sub-step inside a cell: see `models.cells.Stage`."""

    @property
    def title(self) -> str:
        """Its heading."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """The values that it computes."""
        ...

    @property
    def text(self) -> str:
        """One sentence about it."""
        ...


class OpenCell(Protocol):
    """A cell: its kind says which drawing, its options, looked up by name, which variant of it."""

    @property
    def kind(self) -> str:
        """RNN, LSTM or GRU."""
        ...

    @property
    def equations(self) -> Sequence[Line]:
        """Its lines in order."""
        ...

    @property
    def stages(self) -> Sequence[SubStep]:
        """The sub-steps of one step, in order."""
        ...


class Traced(Protocol):
    """Every value of every step of one layer, by name: see `models.trace.Trace`."""

    @property
    def cell(self) -> OpenCell:
        """The cell that was traced."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """Gates and states in order."""
        ...

    @property
    def inner(self) -> Sequence[str]:
        """Shares, sums and products."""
        ...

    @property
    def start(self) -> Mapping[str, NDArray[np.floating]]:
        """The states before the first step, each (H,)."""
        ...

    @property
    def reverse(self) -> bool:
        """The layer read from the last token to the first."""
        ...

    @property
    def steps(self) -> int:
        """T."""
        ...

    @property
    def hidden(self) -> int:
        """H."""
        ...

    def __getitem__(self, name: str, /) -> NDArray[np.floating]:
        """The values (T, H) of a name."""
        ...


@dataclass(frozen=True)
class Token:
    """One token as it was written, and a remark about it that the reader must see: "read as <unk>"."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Words:
    """What the network says at each token: the top of a distribution over words.

    Args:
        title: what is predicted: "next word".
        words: T lists of k words, the most probable first.
        probabilities: (T, k).
        continues: the words predict the token that follows; the player marks the one that did follow.
    """

    title: str
    words: Sequence[Sequence[str]]
    probabilities: NDArray[np.floating]
    continues: bool = True


@dataclass(frozen=True)
class Numbers:
    """What the network says at each token, where that is one number.

    Args:
        title: what the number is: "predicted sum".
        values: (T,).
    """

    title: str
    values: NDArray[np.floating]


Says = Words | Numbers


Held = Mapping[str, NDArray[np.bool_]]
"""Which values were not computed but set, by name: (T, H)."""


@dataclass(frozen=True)
class Track:
    """A traced network under the cursor, and what it says.

    Args:
        title: what it is called.
        trace: its values.
        says: what it says at each token.
        held: which of its values somebody has set; the inspector says so.
    """

    title: str
    trace: Traced
    says: Says | None = None
    held: Held = field(default_factory=dict)


@dataclass(frozen=True)
class Cursor:
    """Where the reader looks: step in 0..T-1 and unit in 0..H-1."""

    step: int = 0
    unit: int = 0


@dataclass(frozen=True)
class Go:
    """Where to take the reader: a cursor, the value to study (the one studied now if empty), and the errand's number."""

    cursor: Cursor
    value: str = ""
    number: int = 1


_TORCH = NOTATIONS["PyTorch"]


def _joined(*names: str) -> str:
    return "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in names)


_HTML, _JS = _joined("player.html"), _joined("player.js", "views.js", "drawings.js")
_TEXTS = language.texts_in(_HTML, _JS)
_COMPONENT = component("token_player", html=_HTML, css=_joined("player.css"), js=_JS + language.SCRIPT)


def player(  # noqa: PLR0913 - the options of one component, all by keyword
    tracks: Sequence[Track],
    tokens: Sequence[Token],
    *,
    key: str,
    notation: Notation = _TORCH,
    step: int | None = None,
    unit: int | None = None,
    value: str = "",
    go: Go | None = None,
    report: bool = False,
    compact: bool = False,
) -> Cursor:
    """Show traces of one text under one cursor.

    The reader's position survives every rerun, also one that changes the text or the network. The address bar carries
    it too, and wins over `step` and `unit`.

    Args:
        tracks: one network, or several that read the same tokens.
        tokens: the T tokens.
        key: the component's key.
        notation: whose letters the formulas, gates and states bear.
        step: where a first-time visitor starts; 0 if not given.
        unit: the unit that a first-time visitor sees; 0 if not given.
        value: the value by which the first-time visitor sees the tokens shaded; the gate that keeps, if not given.
        go: where the reader is taken now, once for each `number`: for a button in the text that points into the player.
        report: rerun the script with the new cursor when the reader has rested for 600 ms. Otherwise the browser
            sends nothing at all, and the cursor returned is the one at the start.
        compact: only tokens, transport, cell and what the network says; no heatmaps, no lines.

    Raises:
        ValueError: tracks, tokens and what is said do not fit together.
    """
    content = _message(payload(tracks, tokens, notation))
    names = ", ".join(say(track.title) for track in tracks)
    title = say("Player: {names}", names=names)
    showing.keep(key, title, lambda: data(tracks, tokens), parts=_parts(tracks), draws=_draws(tracks, tokens))
    steps, hidden = len(tokens), max(track.trace.hidden for track in tracks)
    start = _start(key, Cursor(step or 0, unit or 0), steps, hidden)
    options = {"step": start.step, "unit": start.unit, "value": value, "report": report, "compact": compact}
    if go:
        options["go"] = {"step": go.cursor.step, "unit": go.cursor.unit, "name": go.value, "number": go.number}
    result = _COMPONENT(key=key, data=content | options, on_cursor_change=_heard if report else None)
    rested = result.get("cursor") if report else None
    return _clipped(Cursor(rested["step"], rested["unit"]) if rested else start, steps, hidden)


def asked(steps: int, hidden: int, values: Sequence[str] = ()) -> tuple[Cursor | None, str]:
    """The cursor that the address bar asks for, and a sentence on what is wrong with it; "" if nothing is.

    Args:
        steps: T.
        hidden: H.
        values: names of the values that may be studied; any if not given.

    Returns:
        None where the address bar asks for nothing, or for nothing that exists.
    """
    found: dict[str, int] = {}
    wrong: list[str] = []
    sentences = {
        "step": "The link asks for step {asked}, but the tokens here are 1 to {most}.",
        "unit": "The link asks for unit {asked}, but the units here are 1 to {most}.",
    }
    for name, most in (("step", steps), ("unit", hidden)):
        text = st.query_params.get(name)
        if text is None:
            continue
        if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most:
            found[name] = int(text[:9]) - 1
        else:
            wrong.append(say(sentences[name], asked=repr(text[:20]), most=most))
    value = st.query_params.get("value", "")
    if value and values and re.sub(r"^[1-9]\.", "", value) not in values:
        wrong.append(say("The link asks for the value {asked}, which there is not here.", asked=repr(value[:20])))
    return (Cursor(**found) if found else None), " ".join(wrong)


def payload(tracks: Sequence[Track], tokens: Sequence[Token], notation: Notation = _TORCH) -> dict[str, Any]:
    """Everything that the browser needs, ready for JSON.

    Raises:
        ValueError: tracks, tokens and what is said do not fit together.
    """
    _check(tracks, tokens)
    return {
        "tokens": [{"text": token.text, "note": say(token.note)} for token in tokens],
        "tracks": [_track(track, notation) for track in tracks],
        "palettes": {name: _palette(dark=name == "dark") for name in ("light", "dark")},
        "texts": language.for_browser(_TEXTS),
    }


def data(tracks: Sequence[Track], tokens: Sequence[Token]) -> Data:
    """Every value of every track, for files: a row for each track, step and unit, both counted from 1.

    A value that a track does not have stays empty: an RNN has no gates.
    """
    names = list(dict.fromkeys(name for track in tracks for name in (*track.trace.names, *track.trace.inner)))

    def rows() -> Iterator[tuple[object, ...]]:
        for track in tracks:
            trace, own = track.trace, {*track.trace.names, *track.trace.inner}
            arrays = [shortest(trace[name]) if name in own else None for name in names]
            for step, token in enumerate(tokens):
                for unit in range(trace.hidden):
                    values = (None if array is None else array[step][unit] for array in arrays)
                    yield track.title, step + 1, token.text, unit + 1, *values

    def plain() -> dict[str, Any]:
        return {"tokens": [token.text for token in tokens], "tracks": [_plain(track) for track in tracks]}

    return Data(("track", "step", "token", "unit", *names), rows, plain)


def _parts(tracks: Sequence[Track]) -> dict[str, str]:
    """The drawing of each cell, by its title, with its name in the browser."""
    titles = [say("{name}: the cell at this token", name=say(track.title)) for track in tracks]
    return {title: f"cell-{number}" for number, title in enumerate(titles, 1)}


def _draws(tracks: Sequence[Track], tokens: Sequence[Token]) -> dict[str, showing.Draw]:
    """A heatmap of each gate and state, by its title: made when it is asked for."""
    texts = [token.text for token in tokens]

    def draw(track: Track, line: Line, title: str) -> showing.Draw:
        return lambda dark: figures.heatmap(track.trace[line.name], line.role, title, texts, dark=dark, say=say)

    return {
        title: draw(track, line, title)
        for track in tracks
        for line in track.trace.cell.equations
        for title in [f"{say(track.title)}: {line.name} ({say(line.role)})"]
    }


def _plain(track: Track) -> dict[str, Any]:
    trace, says = track.trace, track.says
    found: dict[str, Any] = {
        "title": track.title,
        "cell": trace.cell.kind,
        "reverse": trace.reverse,
        "names": list(trace.names),
        "start": dict(trace.start),
        "values": {name: trace[name] for name in (*trace.names, *trace.inner)},
    }
    if isinstance(says, Words):
        found["says"] = {"title": says.title, "words": says.words, "probabilities": says.probabilities}
    elif says:
        found["says"] = {"title": says.title, "values": says.values}
    return found


def _message(content: dict[str, Any]) -> dict[str, Any]:
    """The content as one string, and its digest, by which the browser knows that it has it already.

    One string, as Streamlit looks for a dataframe in every list and dict of a message, and imports pandas for that.
    """
    text = json.dumps(content)
    return {"content": text, "digest": hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}


def _heard() -> None:
    """Streamlit keeps a state only for those who listen to it."""


def _start(key: str, given: Cursor, steps: int, hidden: int) -> Cursor:
    """Where this player started, the same in every rerun: else the message would change, and be sent anew."""
    name = f"{key}-start"
    if name not in st.session_state:
        st.session_state[name] = asked(steps, hidden)[0] or given
    return _clipped(st.session_state[name], steps, hidden)


def _clipped(cursor: Cursor, steps: int, hidden: int) -> Cursor:
    return Cursor(min(max(cursor.step, 0), steps - 1), min(max(cursor.unit, 0), hidden - 1))


def _check(tracks: Sequence[Track], tokens: Sequence[Token]) -> None:
    T = len(tokens)  # noqa: N806 - the axis letter
    if not tracks or not tokens:
        raise ValueError(f"player got {len(tracks)} tracks and {T} tokens, expected at least one of each")
    for track in tracks:
        if track.trace.steps != T:
            raise ValueError(f"track {track.title!r} has {track.trace.steps} steps, expected {T}, one for each token")
        if isinstance(track.says, Words):
            came, wide = np.shape(track.says.probabilities), {len(words) for words in track.says.words}
            if len(track.says.words) != T or len(wide) != 1 or came != (T, *wide):
                raise ValueError(
                    f"track {track.title!r} says {len(track.says.words)} lists of {sorted(wide)} words with "
                    f"probabilities {came}, expected {T} lists of k words and ({T}, k)"
                )
        if isinstance(track.says, Numbers) and np.shape(track.says.values) != (T,):
            raise ValueError(
                f"track {track.title!r} says numbers of shape {np.shape(track.says.values)}, expected ({T},)"
            )


def _palette(*, dark: bool) -> dict[str, Any]:
    return {
        name: {"line": role.line(dark=dark), "scale": theme.scale(name, dark=dark)}
        for name, role in theme.ROLES.items()
    }


def _track(track: Track, notation: Notation) -> dict[str, Any]:
    trace, writer = track.trace, _Writer(track.trace.cell, notation)
    return {
        "title": say(track.title),
        "kind": trace.cell.kind,
        "variant": {
            option: getattr(trace.cell, option)
            for option in ("nonlinearity", "candidate", "output", "reset", "update_gate")
            if isinstance(getattr(trace.cell, option, None), str)
        },
        "hidden": trace.hidden,
        "reverse": trace.reverse,
        "names": list(trace.names),
        "values": _values(trace),
        "start": {name: _encoded(value) for name, value in trace.start.items()},
        "stages": [{"title": say(s.title), "names": list(s.names), "text": say(s.text)} for s in trace.cell.stages],
        "symbols": {
            name: writer.symbol(name)
            for name in ["x", *trace.names, *trace.inner, *(f"{state}@-1" for state in trace.start)]
        },
        "facts": _facts(trace, writer),
        "says": _says(track.says),
        "held": {name: _encoded(np.asarray(held, dtype=np.float32)) for name, held in track.held.items()},
    }


def _says(says: Says | None) -> dict[str, Any] | None:
    if isinstance(says, Words):
        return {
            "title": say(says.title),
            "words": [list(words) for words in says.words],
            "probabilities": _encoded(says.probabilities),
            "continues": says.continues,
        }
    if isinstance(says, Numbers):
        low, high = theme.limits("share", np.asarray(says.values))
        return {"title": say(says.title), "values": _encoded(says.values), "low": low, "high": high}
    return None


def _values(trace: Traced) -> dict[str, dict[str, Any]]:
    """Each value of the trace by name: its numbers, and the role and range that colour it."""
    scales = _scales(trace)
    return {
        name: {"data": _encoded(_row_if_constant(trace[name])), **scales[name]} for name in [*trace.names, *trace.inner]
    }


def _scales(trace: Traced) -> dict[str, dict[str, Any]]:
    """Role and range of each value. What is summed shares one range with its sum, so that the eye can add."""
    scales: dict[str, dict[str, Any]] = {}
    roles = {line.name: line.role for line in trace.cell.equations}
    for line in trace.cell.equations:
        summands = [term.name for term in line.terms if term.name != line.name]
        if line.total:
            scales |= _one_range(trace, "share", [*summands, line.total])
            scales |= _one_range(trace, line.role, [line.name])
        else:
            scales |= _one_range(trace, line.role, [*summands, line.name])
    for name in trace.inner:
        if name == "1-z":
            scales |= _one_range(trace, "write" if roles["z"] == "keep" else "keep", [name])
        elif name not in scales:  # tanh(c) and r*h: the memory as it is shown, the state as the candidate sees it
            scales |= _one_range(trace, "state", [name])
    return scales


def _one_range(trace: Traced, role: str, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    low, high = theme.limits(role, np.stack([trace[name] for name in names]))
    return {name: {"role": role, "low": low, "high": high} for name in names}


# The inspector: for each value its title, its formula, and the rows of its arithmetic.

_SHARES = {"x": "from x", "h": "from h", "b": "bias"}
_SQUASHED = {"sigmoid": "σ of sum", "tanh": "tanh of sum", "relu": "ReLU of sum", "identity": "not squashed"}
_PRODUCTS = {
    "f*c": "what is kept",
    "i*g": "what is written",
    "keep*h": "what is kept",
    "write*n": "what is written",
}

_OPERATIONS = {
    "tanh(c)": ("h", "tanh of c", "state", ("c",), "tanh"),
    "1-z": ("h", "what z leaves", "share", ("z",), "1 minus it"),
    "r*h": ("n", "past state behind the gate", "state", ("r", "h@-1"), "product"),
}
"""Values that are no line and no summand of one: the line they belong to, title, role, operands, and what is done to them."""


@dataclass(frozen=True)
class _Writer:
    """Formulas of one cell in one notation, as HTML."""

    cell: OpenCell
    notation: Notation

    def symbol(self, name: str) -> str:
        return html(self.notation.symbol(name, self.cell))

    def formula(self, source: EquationLike | TermLike | str) -> str:
        return html(self.notation.latex(source, self.cell))

    def title(self, name: str) -> str:
        return say(self.notation.title(name, self.cell))

    def name(self, factor: str) -> str:
        """A factor in English words."""
        if factor.endswith("@-1"):
            return "the step before"
        return _OPERATIONS[factor][1] if factor in _OPERATIONS else self.notation.title(factor, self.cell)

    def row(self, what: str, value: str, label: str | None = None, factors: Sequence[str] = ()) -> dict[str, Any]:
        """One row of arithmetic: what it is, its symbol, and the names under which its numbers stand."""
        return {
            "what": say(what),
            "label": self.symbol(value) if label is None else label,
            "value": value,
            "factors": list(factors),
        }


def _facts(trace: Traced, writer: _Writer) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {}
    for line in trace.cell.equations:
        title = writer.title(line.name)
        shares = _share_rows(line, writer) if line.total else []
        for term in line.terms:
            if line.total:
                facts[term.name] = _fact(
                    line.name, f"{title}: {say(_SHARES[term.name[0]])}", "share", writer.formula(term), shares
                )
            elif term.name in _PRODUCTS:
                product = writer.row("product", term.name, factors=term.factors)
                rows = [*_factor_rows(term, writer), product]
                facts[term.name] = _fact(line.name, say(_PRODUCTS[term.name]), line.role, writer.formula(term), rows)
        if line.total:
            facts[line.total] = _fact(
                line.name, say("{title}: the sum", title=title), "share", writer.symbol(line.total), shares
            )
        formula = f"{writer.symbol(line.name)} = {writer.formula(line)}"
        facts[line.name] = _fact(line.name, title, line.role, formula, _line_rows(line, shares, writer))
    for name, (owner, title, role, operands, result) in _OPERATIONS.items():
        if name in trace.inner:
            rows = [writer.row(writer.name(operand), operand) for operand in operands]
            factors = operands if len(operands) == 2 else ()
            facts[name] = _fact(
                owner, say(title), role, writer.symbol(name), [*rows, writer.row(result, name, factors=factors)]
            )
    return facts


def _fact(owner: str, title: str, role: str, formula: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"owner": owner, "title": title, "role": role, "formula": formula, "rows": list(rows)}


def _line_rows(line: Line, shares: list[dict[str, Any]], writer: _Writer) -> list[dict[str, Any]]:
    if line.total:
        return [*shares, writer.row(_SQUASHED[line.squash], line.name)]
    if len(line.terms) == 1:
        (term,) = line.terms
        return [*_factor_rows(term, writer), writer.row("product", line.name, factors=term.factors)]
    summands = [writer.row(_PRODUCTS[term.name], term.name, factors=term.factors) for term in line.terms]
    return [*summands, writer.row("sum", line.name)]


def _share_rows(line: Line, writer: _Writer) -> list[dict[str, Any]]:
    shares = [writer.row(_SHARES[term.name[0]], term.name) for term in line.terms]
    return [*shares, writer.row("sum", line.total, label="")]


def _factor_rows(term: Summand, writer: _Writer) -> list[dict[str, Any]]:
    return [writer.row(writer.name(factor), factor) for factor in term.factors]


def _row_if_constant(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """A bias is the same at every step: one row (H,) of it is enough."""
    return values[0] if (values == values[0]).all() else values


def _encoded(values: NDArray[np.floating]) -> str:
    """Base64 of little-endian float32."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode("ascii")
