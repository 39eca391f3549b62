from typing import Any

import numpy as np
import pytest

from playground import theme
from playground.figures import Line, heatmap, lines


def drawn_by(figure: Any) -> Any:
    """What a figure draws; Plotly gives it no type."""
    return figure.data


RNG = np.random.default_rng(0)


def test_heatmap_shows_units_up_and_tokens_along():
    values = RNG.uniform(size=(5, 3))
    figure: Any = heatmap(values, "keep", "Forget gate", ["the", "cat", ",", "was", "full"])
    (drawn,) = figure.data
    assert np.array_equal(np.array(drawn.z), values.T)
    assert list(figure.layout.xaxis.ticktext) == ["the", "cat", ",", "was", "full"]
    assert figure.layout.title.text == "Forget gate"
    assert figure.layout.xaxis.title.text
    assert figure.layout.yaxis.title.text


@pytest.mark.parametrize("role", theme.ROLES)
def test_heatmap_never_clips(role):
    values = RNG.normal(size=(4, 6)) * 9
    (drawn,) = drawn_by(heatmap(values, role, "x"))
    assert drawn.zmin <= values.min()
    assert drawn.zmax >= values.max()


def test_heatmap_keeps_the_range_of_a_gate_whatever_its_values():
    (drawn,) = drawn_by(heatmap(np.full((4, 6), 0.5), "keep", "x"))
    assert (drawn.zmin, drawn.zmax) == (0, 1)


def test_heatmap_leaves_what_is_not_finite_empty():
    values = np.array([[1.0, np.nan], [np.inf, -2.0]])
    (drawn,) = drawn_by(heatmap(values, "memory", "x"))
    assert np.isnan(np.array(drawn.z)).sum() == 2
    assert drawn.zmax == 2.0


@pytest.mark.parametrize(
    ("values", "tokens", "sentence"),
    [
        (np.zeros(3), None, r"values has shape \(3,\), expected \(T, H\)"),
        (np.zeros((0, 3)), None, r"values has shape \(0, 3\)"),
        (np.zeros((2, 3)), ["a"], "tokens has 1 words, expected 2"),
    ],
)
def test_heatmap_names_what_does_not_fit(values, tokens, sentence):
    with pytest.raises(ValueError, match=sentence):
        heatmap(values, "keep", "x", tokens)


def test_heatmap_knows_only_the_roles_of_the_theme():
    with pytest.raises(KeyError, match="role is 'forget', expected one of write"):
        heatmap(np.zeros((2, 2)), "forget", "x")


def test_lines_bear_their_names_at_their_ends():
    series = [Line("c", [1, 2, 3], [0, 1, 4.0], "memory"), Line("h", [1, 2, 3], [0, 1, 2.0], "state", dash=1)]
    figure: Any = lines(series, "Change", "token", "mean |change|", words=["a", "b", "c"])
    assert [(note.text, note.x, note.y) for note in figure.layout.annotations] == [("c", 3, 4.0), ("h", 3, 2.0)]
    assert [drawn.line.color for drawn in figure.data] == [theme.ROLES[line.role].light for line in series]
    solid, dashed = figure.data
    assert solid.line.dash != dashed.line.dash


def test_labels_of_lines_that_end_together_do_not_cover_each_other():
    figure: Any = lines([Line(name, [1, 2], [0, 1.0], "state") for name in "abc"], "x", "x", "y")
    shifts = sorted(note.yshift for note in figure.layout.annotations)
    assert np.diff(shifts).min() >= 16


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        ([], "series is empty"),
        ([Line("c", [1, 2], [1.0], "memory")], r"c: x has shape \(2,\) and y \(1,\)"),
    ],
)
def test_lines_name_what_does_not_fit(series, sentence):
    with pytest.raises(ValueError, match=sentence):
        lines(series, "x", "x", "y")
