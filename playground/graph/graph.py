"""Numbers on a drawing, the Python side: nodes and edges in, one message to the browser out.

    from playground.graph import Edge, Node, Piece, Stop, graph

    x = Node("x", 1, 1, "x", "2", "share", "input", step=1)
    h = Node("h", 1, 0, "h", "6", "state", "memory", step=1, arithmetic=(Piece("3·2", "x"), Piece(" = 6")))
    graph([x, h], [Edge("x", "h", "3")], [Stop("step 1", 1)], key="demo_graph")

A number that is clicked, tapped or focused lights the numbers that it was computed from, the edges from them with
their weights, and its arithmetic. Keys ← and → reveal one stop after the other: forward through time, or forward and
then backward, as the stops say. The browser does it all by itself (graph.js): it computes nothing but where to put a
line, and sends nothing to the server. Every text comes from here and only ever becomes text.

The stop and the number that are looked at stand in the address bar (`?step=2&number=h1@2`).
"""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import streamlit as st
from streamlit.components.v2 import component

from playground import showing, theme
from playground.language import said_all, say
from playground.tables import Data


@dataclass(frozen=True)
class Piece:
    """A piece of an arithmetic. One that names a node is a way to that node, in its colour: "1·2" of "1·2 + 1·4 = 6"."""

    text: str
    node: str = ""


@dataclass(frozen=True)
class Node:
    """One number.

    Attributes:
        name: its own name, also in the address bar: "h1@2".
        column: where it stands from left to right, in columns; parts of a column are welcome.
        row: where it stands from top to bottom, in rows.
        symbol: its letter: "h₁".
        value: the number as it is to be written: "8".
        role: a key of `theme.ROLES`; gives the colour.
        title: what it is, in words: "memory cell 1 at step 2".
        step: the stop that reveals it, from 1; 0 is there from the start.
        arithmetic: how it was computed; empty for what was given.
    """

    name: str
    column: float
    row: float
    symbol: str
    value: str
    role: str
    title: str
    step: int = 0
    arithmetic: tuple[Piece, ...] = ()


Look = Literal["line", "hidden", "cut"]


@dataclass(frozen=True)
class Edge:
    """From one number to another one that was computed from it.

    Attributes:
        source: name of a node.
        target: name of a node.
        label: the weight on the way, or any other short text.
        bend: how far the line swings out to its left, as a share of its length; 0 is straight. Sets two lines between
            the same places apart.
        step: the stop that reveals it; that of its target if not given.
        label_at: how far along the line its label stands, 0 to 1. Off the middle, where lines cross.
        look: "line"; "hidden" is drawn only while its target is chosen; "cut" is broken: nothing flows along it, so it
            never lights its source.
    """

    source: str
    target: str
    label: str = ""
    bend: float = 0.0
    step: int | None = None
    label_at: float = 0.36
    look: Look = "line"


@dataclass(frozen=True)
class Stop:
    """One stop on the way through the drawing.

    Attributes:
        title: the heading of its column: "step 2".
        column: the column to mark meanwhile; a click on it goes to its first stop.
        says: what the reader is told here: "Step 2 of 3", "Backward to step 2"; the title if empty.
        number: the name of the node that is chosen on arrival. If empty, the choice moves along: to the same number of
            the column that is marked now, where there is one.
    """

    title: str
    column: float
    says: str = ""
    number: str = ""


@dataclass(frozen=True)
class Caption:
    """Words in the drawing, centred on a place: the name of a row."""

    text: str
    column: float
    row: float


def _part(ending: str) -> str:
    return Path(__file__).with_name(f"graph.{ending}").read_text(encoding="utf-8")


_COMPONENT = component("number_graph", html=_part("html"), css=_part("css"), js=_part("js"))

Labels = Literal["lit", "all"]

TEXTS = {
    "graph": "Numbers of the unrolled network",
    "steps": "Steps",
    "first": "First step",
    "first_key": "First step (Home)",
    "back": "Back one step",
    "back_key": "Back one step (←)",
    "forward": "Forward one step",
    "forward_key": "Forward one step (→)",
    "last": "Last step",
    "last_key": "Last step (End)",
    "step": "step",
    "number": "number",
    "all_lines": "all lines",
    "drawing": "Drawing: time runs from left to right",
    "choose": "Choose a number: it lights the numbers that it was computed from.",
    "later": "not computed yet",
}
"""What the browser writes around the numbers, by the names under which graph.html and graph.js ask for it."""


def graph(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    stops: Sequence[Stop],
    *,
    key: str,
    captions: Iterable[Caption] = (),
    labels: Labels = "lit",
    number: str = "",
) -> None:
    """Show numbers on a drawing, all of them revealed at first.

    The stop and the chosen number survive every rerun, also one that changes the numbers. The address bar carries them
    too, and goes first.

    Args:
        nodes: the numbers, in the order in which the keys ↑ and ↓ walk through them.
        edges: what was computed from what.
        stops: what ← and → reveal, in order.
        key: the component's key.
        captions: words in the drawing.
        labels: "lit" writes the labels of the edges that are lit, "all" writes all of them.
        number: the name of the node that a first-time visitor finds lit; none if empty.

    Raises:
        ValueError: nodes, edges and stops do not fit together.
        KeyError: a role is not in the theme.
    """
    showing.keep(key, say("Drawing: every number with its arithmetic"), lambda: data(nodes, edges), drawn=True)
    _COMPONENT(key=key, data=payload(nodes, edges, stops, captions=captions, labels=labels) | {"number": number})


def data(nodes: Sequence[Node], edges: Sequence[Edge]) -> Data:
    """The numbers of a drawing with their arithmetic, a row for each, and what was computed from what, for files."""

    def rows() -> list[tuple[object, ...]]:
        return [(n.name, n.symbol, n.value, n.title, n.step, "".join(p.text for p in n.arithmetic)) for n in nodes]

    def plain() -> dict[str, Any]:
        ways = [{"from": edge.source, "to": edge.target, "label": edge.label} for edge in edges]
        return {"numbers": [dict(zip(columns, row, strict=True)) for row in rows()], "edges": ways}

    columns = ("name", "symbol", "value", "title", "revealed at", "arithmetic")
    return Data(columns, rows, plain)


def asked(nodes: Iterable[Node], stops: Sequence[Stop], *, key: str) -> str:
    """A sentence on what a link asks for and this drawing does not have; "" if nothing is wrong.

    Only the address that a visitor came with is a link: later the browser writes it, and what stands there may have
    left the drawing with an edit.

    Args:
        nodes: the numbers.
        stops: the stops.
        key: the component's key.
    """
    step, number = st.query_params.get("step"), st.query_params.get("number")
    wrong = []
    if step is not None and not (step.isascii() and step.isdigit() and 1 <= int(step[:9]) <= len(stops)):
        told = say(
            "The link asks for step {step!r}, but the steps here are 1 to {last}.", step=step[:20], last=len(stops)
        )
        wrong.append(told)
    if number and number not in {node.name for node in nodes}:
        wrong.append(say("The link asks for the number {number!r}, which there is not.", number=number[:20]))
    sentence = " ".join(wrong)
    return sentence if st.session_state.setdefault(f"{key}-link", sentence) == sentence else ""


def payload(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    stops: Sequence[Stop],
    *,
    captions: Iterable[Caption] = (),
    labels: Labels = "lit",
) -> dict[str, Any]:
    """Everything that the browser needs, ready for JSON. Equal content has an equal `digest`.

    Raises:
        ValueError: nodes, edges and stops do not fit together.
        KeyError: a role is not in the theme.
    """
    _check(nodes, edges, stops)
    steps = {node.name: node.step for node in nodes}
    dated = [replace(edge, step=steps[edge.target] if edge.step is None else edge.step) for edge in edges]
    content = {
        "nodes": [asdict(node) for node in nodes],
        "edges": [asdict(edge) for edge in dated],
        "stops": [asdict(stop) for stop in stops],
        "captions": [asdict(caption) for caption in captions],
        "labels": labels,
        "texts": said_all(TEXTS),
        "colours": {
            look: {name: role.line(dark=look == "dark") for name, role in theme.ROLES.items()}
            for look in ("light", "dark")
        },
    }
    digest = hashlib.blake2b(json.dumps(content).encode(), digest_size=16).hexdigest()
    return content | {"digest": digest}


def _check(nodes: Sequence[Node], edges: Sequence[Edge], stops: Sequence[Stop]) -> None:
    if not nodes or not stops:
        raise ValueError(f"graph got {len(nodes)} nodes and {len(stops)} stops, expected at least one of each")
    names = {node.name for node in nodes}
    if len(names) < len(nodes):
        raise ValueError("two nodes bear the same name, expected a name of its own for each")
    for node in nodes:
        if node.role not in theme.ROLES:
            raise KeyError(f"node {node.name!r} has the role {node.role!r}, expected one of {', '.join(theme.ROLES)}")
        if not 0 <= node.step <= len(stops):
            raise ValueError(f"node {node.name!r} is revealed at stop {node.step}, expected 0 to {len(stops)}")
        if not (math.isfinite(node.column) and math.isfinite(node.row)):
            raise ValueError(f"node {node.name!r} stands at {node.column}, {node.row}, expected two finite numbers")
        _check_names(f"the arithmetic of {node.name!r}", (piece.node for piece in node.arithmetic if piece.node), names)
    for edge in edges:
        _check_names("an edge", (edge.source, edge.target), names)
        if edge.look not in get_args(Look) or not 0 <= edge.label_at <= 1:
            raise ValueError(
                f"an edge has the look {edge.look!r} and its label at {edge.label_at}, "
                f"expected one of {', '.join(get_args(Look))} and 0 to 1"
            )
    _check_names("a stop", (stop.number for stop in stops if stop.number), names)


def _check_names(where: str, asked_for: Iterable[str], names: set[str]) -> None:
    for name in asked_for:
        if name not in names:
            raise ValueError(f"{where} names the node {name!r}, which there is not")
