"""What is shown as rows and plain values: every number of a figure, a player, a drawing and live curves."""

import csv
import io
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from models import trace
from playground import figures, tables
from playground.graph import Edge, Node, Piece
from playground.graph.graph import data as of_graph
from playground.live import Chart, Curve
from playground.live.live import data as of_live
from playground.player import Token, Track, Words
from playground.player.player import data as of_player
from playground.tables import Data, csv_text, json_text, of_figure, safe


def rows(data: Data) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(data), newline="")))


def plain(data: Data) -> dict:
    return json.loads(json_text(data))


def test_a_heatmap_is_a_row_for_each_cell_with_the_words_of_its_axis():
    values = np.array([[0.1, 0.2], [0.3, np.nan], [0.5, 0.6]], dtype=np.float32)
    data = of_figure(figures.heatmap(values, "keep", "Forget gate", ["the", "=cat", "sat"]))
    found = {(row["x label"], row["y"]): row["z"] for row in rows(data)}
    assert found == {
        ("the", "1"): "0.1", ("'=cat", "1"): "0.3", ("sat", "1"): "0.5",
        ("the", "2"): "0.2", ("'=cat", "2"): "", ("sat", "2"): "0.6",
    }  # fmt: skip
    whole = plain(data)
    assert whole["title"] == "Forget gate"
    assert whole["traces"][0]["z"] == [[0.1, 0.3, 0.5], [0.2, None, 0.6]]
    assert whole["traces"][0]["x labels"] == [[1.0, "the"], [2.0, "=cat"], [3.0, "sat"]]


def test_lines_are_rows_with_the_name_of_each_line():
    series = [figures.Line("c", [1, 2], [0.5, math.nan], "memory"), figures.Line("h", [1, 2], [-1, 2], "state")]
    data = of_figure(figures.lines(series, "Steps", "token", "mean |change|"))
    lines = [row for row in rows(data) if row["trace"] in ("c", "h")]
    assert [(row["trace"], row["x"], row["y"]) for row in lines] == [
        ("c", "1", "0.5"), ("c", "2", ""), ("h", "1", "-1.0"), ("h", "2", "2.0"),
    ]  # fmt: skip
    assert plain(data)["traces"][0]["x axis"] == "token"


def test_a_trace_without_x_counts_from_0_and_one_without_a_name_has_its_number():
    figure = go.Figure(
        [go.Scatter(y=[3, 4]), go.Bar(x=["a", "b"], y=[1.5, 2], error_y={"array": [0.1, 0.2]}, text=["p", "q"])]
    )
    assert [list(row.values()) for row in rows(of_figure(figure))] == [
        ["trace 1", "0", "", "3", "", "", "", ""],
        ["trace 1", "1", "", "4", "", "", "", ""],
        ["trace 2", "a", "", "1.5", "", "", "0.1", "p"],
        ["trace 2", "b", "", "2", "", "", "0.2", "q"],
    ]  # fmt: skip


def test_arrays_that_plotly_packs_are_unpacked():
    packed = go.Figure({"data": [{"type": "scatter", "y": {"dtype": "f8", "bdata": "AAAAAAAA8D8AAAAAAAAAQA=="}}]})
    assert [row["y"] for row in rows(of_figure(packed))] == ["1.0", "2.0"]
    assert plain(of_figure(packed))["traces"][0]["y"] == [1.0, 2.0]


def test_titles_lose_their_markup_and_keep_their_words():
    assert tables.words("|∂h<sub>T</sub>/∂h| <b>fades</b>\n fast") == "|∂h T /∂h| fades fast"
    assert tables.words(None) == ""


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@sum(a)", " =1", "＝1", "－1", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0"]
)
def test_words_that_a_spreadsheet_would_run_are_kept_from_it(text):
    assert safe(text) == f"'{text}"
    figure = go.Figure(go.Bar(x=[text], y=[-1.0], name=text))
    (row,) = csv.DictReader(io.StringIO(csv_text(of_figure(figure)), newline=""))
    assert row["x"].startswith("'")
    assert row["y"] == "-1.0"  # a number stays one


def test_a_name_of_a_column_is_no_formula_either():
    text = tables.csv_of(["=1", "a"], [("-x", -1.5)])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["'=1", "a"], ["'-x", "-1.5"]]


@pytest.mark.parametrize("answer", ["-1.5", "+1", "-2e-05", "12"])
def test_an_answer_that_is_nothing_but_a_number_stays_one_if_asked_for(answer):
    assert tables.csv_of(["answer"], [(answer,)], numerals=True).splitlines()[1] == answer


@pytest.mark.parametrize("answer", ["-1+1", "=1", "+", "-1 ", "-1_0", "-²", "-inf"])
def test_what_only_begins_like_a_number_is_kept_from_a_spreadsheet(answer):
    assert tables.csv_of(["answer"], [(answer,)], numerals=True).splitlines()[1] == f"'{answer}"


@pytest.mark.parametrize("value", ["cat", "1", "", 0, -1.5, np.float32(-0.1), True])
def test_other_cells_stay_as_they_are(value):
    assert safe(value) == value


def test_a_table_reads_back_the_same_float32():
    values = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
    data = of_figure(figures.heatmap(values, "memory", "c"))
    back = np.array([np.float32(row["z"]) for row in rows(data)]).reshape(4, 5).T
    assert np.array_equal(back, values)
    assert np.array_equal(np.float32(plain(data)["traces"][0]["z"]).T, values)


# ---- what is not a figure --------------------------------------------------------------------------------------------


@pytest.fixture
def tracks() -> list[Track]:
    found = []
    for kind in ("RNN", "LSTM"):
        layer = getattr(torch.nn, kind)(2, 3)
        says = Words("next", [["a", "b"]] * 4, np.full((4, 2), 0.25))
        found.append(Track(kind, trace(layer, torch.ones(4, 2)), says))
    return found


def test_a_player_is_a_row_for_each_track_step_and_unit(tracks):
    found = rows(of_player(tracks, [Token(word) for word in ("the", "-", "cat", "sat")]))
    assert len(found) == 2 * 4 * 3
    row = found[3 * 4 + 3 * 1 + 2]  # the second track, second step, third unit
    assert (row["track"], row["step"], row["token"], row["unit"]) == ("LSTM", "2", "'-", "3")
    assert np.float32(row["f"]) == tracks[1].trace["f"][1, 2]
    assert found[0]["f"] == ""  # an RNN has no gates
    assert found[0]["h"]


def test_a_player_as_json_has_its_arrays_and_what_the_network_says(tracks):
    whole = plain(of_player(tracks, [Token(word) for word in "abcd"]))
    assert whole["tokens"] == ["a", "b", "c", "d"]
    assert np.array_equal(np.float32(whole["tracks"][1]["values"]["c"]), tracks[1].trace["c"])
    assert whole["tracks"][0]["says"] == {
        "title": "next",
        "words": [["a", "b"]] * 4,
        "probabilities": [[0.25, 0.25]] * 4,
    }


def test_live_curves_are_rows_with_chart_and_curve():
    charts = [Chart("loss", "Loss", (Curve("LSTM", [0, 10], [2.5, math.inf]),)), Chart("accuracy", "Accuracy", ())]
    data = of_live(charts, "updates")
    assert [tuple(row.values()) for row in rows(data)] == [("loss", "LSTM", "0", "2.5"), ("loss", "LSTM", "10", "inf")]
    assert plain(data)["charts"][0]["curves"] == [{"line": "LSTM", "x": [0, 10], "y": [2.5, None]}]


def test_a_drawing_is_a_row_for_each_number_with_its_arithmetic():
    nodes = [
        Node("x", 1, 1, "x", "2", "share", "input"),
        Node("h", 1, 0, "h", "6", "state", "memory", step=1, arithmetic=(Piece("3·2", "x"), Piece(" = 6"))),
    ]
    data = of_graph(nodes, [Edge("x", "h", "3")])
    assert rows(data)[1]["arithmetic"] == "3·2 = 6"
    assert plain(data)["edges"] == [{"from": "x", "to": "h", "label": "3"}]
