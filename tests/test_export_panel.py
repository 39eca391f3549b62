"""The panel for saving in Streamlit's own test runner: closed it costs nothing, open it has what the page shows."""

import csv
import io
import json
import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest
from visitor import ENTRY, opened

from playground import saving, showing, tables, theme
from playground.exhibits import EXHIBITS
from playground.recording import OPEN


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


@pytest.fixture
def saved(root):
    """Opens an exhibit with its panel open."""

    def opened_for_saving(file, **params) -> AppTest:
        app = AppTest.from_file(root / ENTRY, default_timeout=60)
        app.session_state[OPEN] = True
        app.run()
        if file != EXHIBITS[0].file:
            app.switch_page(str(root / file))
            for name, value in params.items():
                app.query_params[name] = value
            app.run()
        assert not app.exception
        return app

    return opened_for_saving


def shown(app) -> dict[str, showing.Shown]:
    return app.session_state["save_shown"]


def labels(app) -> list[str]:
    return [
        button.proto.label for button in app.get("download_button") if button.key and button.key.startswith("save_as_")
    ]


def test_a_closed_panel_makes_and_keeps_nothing(root):
    app = opened("pages/chains_of_numbers.py", root)
    assert labels(app) == []
    assert shown(app) == {}
    assert app.session_state["save_calls"] == {}


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.title)
def test_everything_that_a_page_draws_can_be_saved(exhibit, saved):
    app = saved(exhibit.file)
    drawn = {key for chart in app.get("plotly_chart") for key in [chart.key] if key != "save_picture_of"}
    assert drawn <= set(shown(app))
    if not shown(app):
        assert "This page shows no figure now." in [text.value for text in app.markdown]
    for one in shown(app).values():
        data = one.data()
        rows = list(csv.reader(io.StringIO(tables.csv_text(data), newline="")))
        assert len(rows) > 1, one.key
        assert {len(row) for row in rows} == {len(data.columns)}
        assert json.loads(tables.json_text(data))
        assert one.title
        assert "<" not in one.title


def test_the_numbers_of_a_figure_are_those_of_the_page(saved):
    app = saved("pages/chains_of_numbers.py")
    one = shown(app)["chain_products"]
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.key == "chain_products"]
    sent: Any = go.Figure(json.loads(chart.proto.spec))
    points = [y for trace in sent.data for y in tables._list(trace.y)]
    rows = list(csv.DictReader(io.StringIO(tables.csv_text(one.data()), newline="")))
    assert [float(row["y"] or "nan") for row in rows] == pytest.approx(points, nan_ok=True)


def test_choosing_something_else_offers_that(saved):
    app = saved("pages/clipping_and_remedies.py")
    which = app.selectbox(key="save_which")
    assert which.value == "remedy_losses"
    assert labels(app) == ["HTML", "CSV", "JSON", "Python"]
    which.set_value("remedy_arrows").run()
    (picture,) = [
        json.loads(json.loads(component.proto.json))
        for component in app.get("bidi_component")
        if "remedy_arrows" in component.proto.json
    ]
    assert picture["of"] == "remedy_arrows"


def test_a_player_is_saved_as_a_heatmap_of_the_chosen_value(saved):
    app = saved("pages/step_a_cell.py")
    assert "LSTM: i (write)" in app.selectbox(key="save_drawn").options
    app.selectbox(key="save_drawn").set_value("LSTM: c (memory)").run()
    assert not app.exception
    (chart,) = [chart for chart in app.get("plotly_chart") if chart.key == "save_picture_of"]
    assert "LSTM: c (memory)" in str(chart.proto)


def test_the_cell_of_every_network_in_a_player_is_offered_as_it_stands_on_the_page(saved):
    app = saved("pages/three_cells.py")
    which = app.selectbox(key="save_which")
    key = next(key for key, one in shown(app).items() if one.parts)
    which.set_value(key).run()
    titles = [title for title in app.selectbox(key="save_drawn").options if "the cell at this token" in title]
    assert [title.split(":")[0] for title in titles] == ["RNN", "LSTM", "GRU"]
    app.selectbox(key="save_drawn").set_value(titles[2]).run()
    assert not app.exception
    (asked,) = [
        json.loads(json.loads(component.proto.json))
        for component in app.get("bidi_component")
        if '\\"kinds\\"' in component.proto.json
    ]
    assert (asked["of"], asked["part"], asked["kinds"]) == (key, "cell-3", ["svg", "png", "html"])
    assert labels(app) == ["CSV", "JSON", "Python"]
    assert not [chart for chart in app.get("plotly_chart") if chart.key == "save_picture_of"]


def test_a_choice_of_another_page_is_forgotten(saved, root):
    app = saved("pages/clipping_and_remedies.py")
    app.selectbox(key="save_which").set_value("remedy_arrows").run()
    app.switch_page(str(root / "pages/chains_of_numbers.py")).run()
    assert not app.exception
    assert app.selectbox(key="save_which").value == "chain_products"


def test_figures_of_one_title_are_told_apart():
    one = showing.Shown("a", "Loss", lambda: tables.of_figure(go.Figure()))
    other = showing.Shown("b", "Loss", one.data)
    assert saving._names({"a": one, "b": other}) == {"a": "Loss", "b": "Loss (2)"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The steeper, the sooner forgotten", "the-steeper-the-sooner-forgotten"),
        ("‖∂L/∂h‖", "l-h"),
        ("../../etc/passwd", "etc-passwd"),
        ("☃", "figure"),
        ("a" * 100, "a" * 60),
    ],
)
def test_a_title_becomes_the_name_of_a_file(title, name):
    assert saving.file_name(title) == name


@pytest.mark.parametrize("dark", [False, True])
def test_a_figure_as_html_needs_no_network_and_has_the_colours_of_the_page(dark):
    figure = go.Figure(go.Scatter(y=np.arange(3.0)))
    text = saving.html(figure, title="<script>alert(1)</script>", alt='a "b" & c', dark=dark)
    assert not re.search(r'<(script|link)[^>]*(src|href)="http', text)
    assert "<title>&lt;script>alert(1)&lt;/script></title>" in text
    assert 'content="a &quot;b&quot; &amp; c"' in text
    assert (theme.DARK if dark else theme.LIGHT).background in text
    assert figure.to_dict()["layout"].get("paper_bgcolor") is None  # the figure of the page is left as it is
