"""The notation table: every gate and state of a cell in every hand, and where its weights lie.

Letters and formulas come from `playground.notation` and from the cell itself; only Keras' order of gates is written here.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

from models.cells import Cell
from models.told import Told
from playground import theme
from playground.language import say
from playground.notation import NOTATIONS, SKETCHED, Notation
from playground.notation import html as formula

LECTURES = ("Luo", "Yang", "Xiao", "Xu", "Riveill")
"""The lectures in their order."""

COLUMNS: Mapping[str, Notation] = {name: (NOTATIONS | SKETCHED)[name] for name in ("PyTorch", *LECTURES, "Keras")}
"""Who writes: PyTorch, the five lectures, Keras."""

KERAS_BLOCKS: Mapping[str, tuple[str, ...]] = {"RNN": ("h",), "LSTM": ("i", "f", "g", "o"), "GRU": ("z", "r", "n")}
"""The gates in the order in which Keras stacks their columns, by torch's letters."""

SILENT = "–"
"""Stands where an author does not write a value."""

_FIRST = "value and its role"


@dataclass(frozen=True)
class Row:
    """One value of a cell in all hands.

    Attributes:
        name: in a trace: "f"; "c@-1" for c of the step before.
        role: what it is for; empty for the input and for past states.
        title: in words.
        letters: LaTeX by column; empty where the author does not write it.
        borrowed: columns where PyTorch's letters stand in, as the author has none for this cell.
    """

    name: str
    role: str
    title: str
    letters: Mapping[str, str]
    borrowed: tuple[str, ...] = ()


def rows(cell: Cell) -> tuple[Row, ...]:
    """Every gate and state of a cell, the states of the step before, and the input."""
    values = [(equation.name, equation.role, equation.title) for equation in cell.equations]
    values += [(f"{state}@-1", "", say("{state} of the step before", state=state)) for state in cell.states]
    values.append(("x", "", "input"))
    lent = NOTATIONS["PyTorch"].hands[cell.kind]
    borrowed = tuple(n for n, notation in COLUMNS.items() if n != "PyTorch" and notation.hands.get(cell.kind) is lent)
    return tuple(
        Row(
            name, role, title, {column: _letter(notation, name, cell) for column, notation in COLUMNS.items()}, borrowed
        )
        for name, role, title in values
    )


def _letter(notation: Notation, name: str, cell: Cell) -> str:
    try:
        return notation.symbol(name, cell)
    except KeyError:  # no letters for this cell
        return ""


@dataclass(frozen=True)
class Line:
    """One line of a cell in one hand: whose, what the value is called there, the LaTeX, and what to know before comparing."""

    column: str
    title: str
    latex: str
    remark: str


def lines(name: str, cell: Cell) -> tuple[Line, ...]:
    """One equation in all hands; who does not write this cell is left out.

    Raises:
        KeyError: the cell has no equation of that name.
    """
    found = {equation.name: equation for equation in cell.equations}
    if name not in found:
        raise KeyError(f"{cell.kind} has no equation {name!r}; it has {' '.join(found)}")
    return tuple(
        Line(column, notation.title(name, cell), notation.line(found[name], cell), notation.remark(cell))
        for column, notation in COLUMNS.items()
        if _letter(notation, name, cell)
    )


@dataclass(frozen=True)
class Slice:
    """Where the weights of one gate lie.

    Attributes:
        name: the gate in torch's letters.
        role: of it.
        torch: rows of `weight_ih_l0`, `weight_hh_l0` and both biases, first and one past the last, in blocks of H.
        keras: columns of `kernel`, `recurrent_kernel` and `bias`, the same.
    """

    name: str
    role: str
    torch: tuple[int, int]
    keras: tuple[int, int]


def slices(cell: Cell) -> tuple[Slice, ...]:
    """The block of each gate in both libraries, in torch's order."""
    role = {equation.name: equation.role for equation in cell.equations}
    keras = KERAS_BLOCKS[cell.kind]
    return tuple(
        Slice(name, role[name], (k, k + 1), (keras.index(name), keras.index(name) + 1))
        for k, name in enumerate(type(cell).blocks)
    )


def slice_table(cell: Cell, hidden: int) -> dict[str, list[str]]:
    """The same as a table by column, in H and, for a layer of so many units, in numbers."""
    found = slices(cell)
    torch, keras = NOTATIONS["PyTorch"], NOTATIONS["Keras"]

    def span(blocks: tuple[int, int]) -> str:
        first, stop = ({0: "0", 1: "H"}.get(k, f"{k}H") for k in blocks)
        return f"{first}:{stop}"

    def places(blocks: tuple[int, int]) -> str:
        return say("{first} to {last}", first=blocks[0] * hidden, last=blocks[1] * hidden - 1)

    return {
        say("gate"): [_plain(torch.symbol(each.name, cell)) for each in found],
        say("PyTorch: rows"): [f"[{span(e.torch)}]" for e in found],
        say("rows if H = {hidden}", hidden=hidden): [places(each.torch) for each in found],
        say("Keras calls it"): [_plain(keras.symbol(each.name, cell)) for each in found],
        say("Keras: columns"): [f"[:, {span(each.keras)}]" for each in found],
        say("columns if H = {hidden}", hidden=hidden): [places(each.keras) for each in found],
    }


def _plain(latex: str) -> str:
    """A letter in LaTeX as plain text, without its time step."""
    return formula(latex).replace("<var>", "").replace("</var>", "").replace("<sub>t</sub>", "")


# ---- as HTML ---------------------------------------------------------------------------------------------------------


def letter_table(cell: Cell, chosen: str, *, dark: bool) -> str:
    """The table of letters as HTML, coloured by role, with one column marked; it scrolls sideways where it is narrow."""
    base = theme.DARK if dark else theme.LIGHT
    head = "".join(_head(column, base, chosen=column == chosen) for column in (_FIRST, *COLUMNS))
    body = "".join(_row(row, base, chosen, dark=dark) for row in rows(cell))
    return (
        f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="{html.escape(say("Notation table"))}">'
        f'<table style="border-collapse:collapse;width:100%;font-size:1rem;color:{base.text}">'
        f'<caption style="text-align:left;caption-side:bottom;opacity:.75;padding-top:.4em">{_caption(cell)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _caption(cell: Cell) -> str:
    silent = [column for column, notation in COLUMNS.items() if not _letter(notation, "h", cell)]
    told = [say("Colours go by role: what a value is for.")]
    between = f" {say('and')} "
    if silent:
        text = "{silent}: {names} write no equation of the {kind}."
        told.append(say(text, silent=SILENT, names=between.join(silent), kind=cell.kind))
    if borrowed := rows(cell)[0].borrowed:
        text = "Pale: {names} has no {kind}; PyTorch's letters stand in."
        told.append(say(text, names=between.join(borrowed), kind=cell.kind))
    return " ".join(told)


def _head(column: str, base: theme.Base, *, chosen: bool) -> str:
    edge = f"3px solid {base.primary}" if chosen else f"2px solid {base.border}"
    stuck = f"position:sticky;left:0;background:{base.background};" if column == _FIRST else ""
    style = f"{stuck}text-align:left;padding:.35em .7em;border-bottom:{edge};white-space:nowrap"
    return f'<th scope="col" style="{style}">{say(column)}</th>'


def _row(row: Row, base: theme.Base, chosen: str, *, dark: bool) -> str:
    colour = theme.ROLES[row.role].line(dark=dark) if row.role else "transparent"
    role = f' <small style="color:{colour};font-weight:600">{say(row.role)}</small>' if row.role else ""
    style = (
        f"position:sticky;left:0;background:{base.background};text-align:left;font-weight:400;padding:.3em .7em;"
        f"border-left:6px solid {colour};white-space:nowrap"
    )
    cells = [f'<th scope="row" style="{style}">{html.escape(say(row.title))}{role}</th>']
    for column, latex in row.letters.items():
        shade = f"background:{base.secondary};" if column == chosen else ""
        pale = "opacity:.5;" if column in row.borrowed else ""
        letter = formula(latex) if latex else SILENT
        cells.append(
            f'<td style="{shade}padding:.3em .7em;white-space:nowrap"><span style="{pale}">{letter}</span></td>'
        )
    return f'<tr style="border-bottom:1px solid {base.border}">{"".join(cells)}</tr>'


def line_table(name: str, cell: Cell, chosen: str, *, dark: bool) -> str:
    """One line in all hands as HTML."""
    base = theme.DARK if dark else theme.LIGHT
    role = next(equation.role for equation in cell.equations if equation.name == name)
    colour = theme.ROLES[role].line(dark=dark)
    body = "".join(
        f'<tr style="border-bottom:1px solid {base.border};{_shade(line.column == chosen, base)}">'
        f'<th scope="row" style="text-align:left;padding:.35em .7em;border-left:6px solid {colour}">{line.column}</th>'
        f'<td style="padding:.35em .7em">{html.escape(say(line.title))}</td>'
        f'<td style="padding:.35em .7em;white-space:nowrap">{formula(line.latex)}</td></tr>'
        for line in lines(name, cell)
    )
    return (
        '<div style="overflow-x:auto" tabindex="0" role="region" '
        f'aria-label="{html.escape(say("One line in every notation"))}">'
        f'<table style="border-collapse:collapse;width:100%;color:{base.text}">{body}</table></div>'
    )


def _shade(chosen: bool, base: theme.Base) -> str:  # noqa: FBT001 - a private switch
    return f"background:{base.secondary}" if chosen else ""


def strip(cell: Cell, *, dark: bool) -> str:
    """How both libraries stack the gates, as two strips of coloured blocks in HTML."""
    found = slices(cell)
    orders = {
        "PyTorch, rows of weight_ih_l0": sorted(found, key=lambda each: each.torch),
        "Keras, columns of kernel": sorted(found, key=lambda each: each.keras),
    }
    parts = []
    for (title, blocks), notation in zip(orders.items(), ("PyTorch", "Keras"), strict=True):
        cells = "".join(_block(each.role, NOTATIONS[notation].symbol(each.name, cell), dark=dark) for each in blocks)
        parts.append(
            f'<div style="margin:.3em 0"><small style="opacity:.8">{say(title)}</small>'
            f'<div style="display:flex;gap:3px;max-width:34rem">{cells}</div></div>'
        )
    return "".join(parts)


def _block(role: str, latex: str, *, dark: bool) -> str:
    base = theme.DARK if dark else theme.LIGHT
    style = f"background:{theme.ROLES[role].line(dark=dark)};color:{base.background};border-radius:4px"
    return f'<span style="flex:1;padding:.3em;text-align:center;{style}">{formula(latex)}</span>'


def unsaid(cell: Cell) -> str:
    """What to know before comparing the hands, as a Markdown list."""
    told = {column: notation.remark(cell, say) for column, notation in COLUMNS.items() if _letter(notation, "h", cell)}
    return "\n".join(
        say("- **{name}**: {remark}", name=column, remark=remark) for column, remark in told.items() if remark
    )


def values(cell: Cell) -> dict[str, str]:
    """The lines that one may look at, by name: a letter and its title."""
    return {
        equation.name: Told("{letter}: {title}", letter=equation.name, title=Told(equation.title))
        for equation in cell.equations
    }
