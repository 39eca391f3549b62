"""Numbers on a drawing, the Python side: the message to the browser, and what it refuses."""

import inspect
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground import theme
from playground.graph import Caption, Edge, Node, Piece, Stop, payload

X = Node("x", 1, 1, "x", "2", "share", "input at step 1", step=1)
H = Node("h", 1, 0, "h", "6", "state", "memory at step 1", 1, (Piece("3·2", "x"), Piece(" = 6")))
EDGE = Edge("x", "h", "3")
STOPS = [Stop("step 1", 1)]


def sent(**changes) -> dict[str, Any]:
    parts: dict[str, Any] = {"nodes": [X, H], "edges": [EDGE], "stops": STOPS} | changes
    return payload(parts.pop("nodes"), parts.pop("edges"), parts.pop("stops"), **parts)


def test_the_message_is_plain_json_and_has_every_text():
    message = json.loads(json.dumps(sent(captions=[Caption("inputs", 0, 1)])))
    assert [node["value"] for node in message["nodes"]] == ["2", "6"]
    assert message["nodes"][1]["arithmetic"] == [{"text": "3·2", "node": "x"}, {"text": " = 6", "node": ""}]
    assert message["captions"] == [{"text": "inputs", "column": 0, "row": 1}]


def test_an_edge_is_revealed_with_its_target_unless_it_says_otherwise():
    assert [edge["step"] for edge in sent()["edges"]] == [1]
    late = sent(edges=[replace(EDGE, step=2)], stops=[*STOPS, Stop("back", 1)])
    assert [edge["step"] for edge in late["edges"]] == [2]


def test_a_stop_may_choose_a_number_and_an_edge_may_be_hidden_or_cut():
    message = sent(stops=[replace(STOPS[0], number="h")], edges=[replace(EDGE, look="cut", label_at=0.6)])
    assert message["stops"][0]["number"] == "h"
    assert (message["edges"][0]["look"], message["edges"][0]["label_at"]) == ("cut", 0.6)


def test_equal_drawings_have_equal_digests_and_another_number_another_one():
    assert sent()["digest"] == sent()["digest"]
    assert sent(nodes=[X, replace(H, value="7")])["digest"] != sent()["digest"]
    assert sent(labels="all")["digest"] != sent()["digest"]


def test_every_role_of_the_theme_has_its_colour_in_light_and_dark():
    colours = sent()["colours"]
    assert colours["light"] == {name: role.light for name, role in theme.ROLES.items()}
    assert colours["dark"] == {name: role.dark for name, role in theme.ROLES.items()}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nodes": []}, "graph got 0 nodes and 1 stops"),
        ({"stops": []}, "graph got 2 nodes and 0 stops"),
        ({"nodes": [X, H, X]}, "two nodes bear the same name"),
        ({"nodes": [X, replace(H, step=2)]}, "node 'h' is revealed at stop 2, expected 0 to 1"),
        ({"nodes": [X, replace(H, column=math.nan)]}, "node 'h' stands at nan, 0, expected two finite numbers"),
        ({"nodes": [X, replace(H, arithmetic=(Piece("1", "z"),))]}, "the arithmetic of 'h' names the node 'z'"),
        ({"edges": [Edge("x", "z")]}, "an edge names the node 'z', which there is not"),
        (
            {"edges": [replace(EDGE, look="dotted")]},
            "an edge has the look 'dotted' .* expected one of line, hidden, cut",
        ),
        ({"edges": [replace(EDGE, label_at=1.5)]}, "its label at 1.5, expected .* 0 to 1"),
        ({"stops": [replace(STOPS[0], number="z")]}, "a stop names the node 'z', which there is not"),
    ],
)
def test_what_does_not_fit_together_is_named(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        sent(**changes)


def test_a_role_that_the_theme_does_not_have_is_named():
    with pytest.raises(KeyError, match="node 'h' has the role 'forget', expected one of write"):
        sent(nodes=[X, replace(H, role="forget")])


def test_the_browser_is_told_every_word_that_it_asks_for():
    html, js = (
        Path(inspect.getfile(payload)).with_name(f"graph.{ending}").read_text("utf-8") for ending in ("html", "js")
    )
    wanted = set(re.findall(r'data-(?:label|title|text)="(\w+)"', html)) | set(re.findall(r"texts\.(\w+)", js))
    assert wanted == set(sent()["texts"])
