"""Gradient decay, as a visitor meets it: presets, sliders, the guess, what explodes, stopping, words, links."""

import base64
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import visitor
from visitor import sentences

from models.decay import Fresh, decay
from playground import decaying
from playground.decaying import PRESETS, TRAINED, VIEWS, Setting, curves

PAGE = "pages/gradient_decay.py"


@pytest.fixture
def open_decay(pytestconfig):
    """Opens the page with a query string."""
    return lambda **params: visitor.opened(PAGE, pytestconfig.rootpath, **params)


def figure(app, place=0) -> Any:
    return json.loads(app.get("plotly_chart")[place].proto.spec)


def drawn(app, place=0) -> dict[str, list[float]]:
    """The middle lines of a figure by name; bands have no hover text."""
    found = {}
    for line in figure(app, place)["data"]:
        if line.get("hovertemplate"):
            found[line["name"]] = numbers(line["y"])
    return found


def numbers(y) -> list[float]:
    if isinstance(y, dict):
        return list(np.frombuffer(base64.b64decode(y["bdata"]), y["dtype"]))
    return y


def texts(app):
    return " ".join(text.value for text in app.markdown)


def median(question: Any, seeds: int = 5):
    return np.median([curve(replace(question, seed=seed)) for seed in range(seeds)], axis=0)


def curve(question: Any):
    log10 = decay(question).log10
    assert log10 is not None
    return log10


# ---- fresh networks --------------------------------------------------------------------------------------------------


def test_the_page_opens_on_the_honest_comparison(open_decay):
    app = open_decay(decay_shown="true")
    assert not sentences(app)
    lines = drawn(app)
    assert list(lines) == ["RNN", "GRU", *(f"LSTM b<sub>f</sub>={bias}" for bias in (0, 1, 3))]
    assert np.allclose(lines["RNN"], median(Fresh()))
    assert np.allclose(lines["LSTM b<sub>f</sub>=3"], median(Fresh("LSTM", keep_bias=3)))
    assert max(lines[name][50] for name in ("RNN", "GRU", "LSTM b<sub>f</sub>=0")) < -9
    assert lines["LSTM b<sub>f</sub>=3"][50] > -2
    assert "Fresh networks, seeds 0 to 4" in texts(app)
    assert "not a proof" in texts(app)
    assert [metric.label for metric in app.metric][:2] == ["RNN", "GRU"]
    assert float(app.metric[0].value) == pytest.approx(1.28, abs=0.01)
    assert app.metric[4].value == "over 100"


def test_the_curve_that_one_guesses_waits_for_the_guess_and_all_others_are_there(open_decay):
    app = open_decay()
    others = ["GRU", *(f"LSTM b<sub>f</sub>={bias}" for bias in (0, 1, 3))]
    assert list(drawn(app)) == others
    assert "RNN" not in [metric.label for metric in app.metric]
    assert "**RNN**" not in texts(app)
    assert decaying.JOINS in [caption.value for caption in app.caption]
    app.number_input(key="decay_guess").set_value(40).run()
    assert list(drawn(app)) == ["RNN", *others]
    assert app.metric[0].label == "RNN"
    assert "**RNN**" in texts(app)
    assert decaying.JOINS not in [caption.value for caption in app.caption]


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "at a glance"])
def test_a_preset_sets_the_widgets_and_changes_the_picture(name, open_decay):
    app = open_decay()
    before = figure(app)["data"]
    app.button(key=f"decay_preset_{name}").click().run()
    assert not app.exception
    assert not sentences(app)
    setting, view = PRESETS[name]
    for key, value in decaying.widgets(setting, view).items():
        assert app.session_state[key] == value
    assert app.button(key=f"decay_preset_{name}").proto.type == "primary"
    assert figure(app)["data"] != before


@pytest.mark.parametrize("name", ["exploding", "IRNN"])
def test_a_preset_about_the_rnn_shows_it_unasked(name, open_decay):
    app = open_decay()
    app.button(key=f"decay_preset_{name}").click().run()
    assert "RNN" in drawn(app)


def test_presets_show_what_they_are_called():
    rnn = {name: median(curves(PRESETS[name][0])[0].question) for name in ("vanishing", "exploding", "IRNN")}
    assert rnn["vanishing"][99] < -15
    assert rnn["exploding"][99] > rnn["exploding"][0] + 2
    assert abs(rnn["IRNN"][50] - rnn["IRNN"][0]) < 1.5


def test_a_quick_button_moves_the_slider_and_the_curve(open_decay):
    app = open_decay(decay_compare="false")
    app.button(key="decay_forget_0").click().run()
    assert app.slider(key="decay_forget_bias").value == 0
    lines = drawn(app)
    assert np.allclose(lines["LSTM b<sub>f</sub>=0"], median(Fresh("LSTM")))


@pytest.mark.parametrize(
    ("widget", "value", "network"),
    [
        ("decay_update_bias", 3.0, Fresh("GRU", keep_bias=3)),
        ("decay_factor", 1.5, Fresh(gain=1.5)),
        ("decay_hidden", 64, Fresh(hidden=64)),
        ("decay_steps", 200, Fresh(steps=200)),
        ("decay_squash", "sigmoid", Fresh(squash="sigmoid")),
        ("decay_start", "orthogonal", Fresh(start="orthogonal")),
        ("decay_loss", "every", Fresh(loss="every")),
        ("decay_scale", "radius", Fresh(radius=1.0)),
    ],
)
def test_every_setting_reaches_the_curve(widget, value, network, open_decay):
    app = open_decay(decay_shown="true", decay_compare="false", decay_seeds=2)
    app.get_by_key(widget).set_value(value).run()
    assert not app.exception
    name = next(name for name in drawn(app) if name.startswith(network.cell))
    assert np.allclose(drawn(app)[name], median(network, 2))


def test_what_explodes_gets_a_sentence_and_the_others_are_drawn(open_decay):
    app = open_decay(
        decay_shown="true",
        decay_squash="identity",
        decay_factor=3,
        decay_steps=2000,
        decay_seeds=1,
        decay_compare="false",
    )
    assert "exploded on the way forward (h is not finite at step" in sentences(app)
    assert list(drawn(app)) == ["GRU", "LSTM b<sub>f</sub>=3"]
    assert app.metric[0].value == "exploded"
    app.get_by_key("decay_view").set_value("why").run()
    assert not app.exception
    assert "exploded" in sentences(app)
    app.get_by_key("decay_view").set_value("units").run()
    assert not app.exception
    assert "exploded" in sentences(app)


def test_ten_thousand_steps_are_one_click_away(open_decay):
    app = open_decay(decay_shown="true")
    app.button(key="decay_fresh_try_Ten thousand steps").click().run()
    assert not app.exception
    assert "500 of 10,000 lags are drawn" in " ".join(caption.value for caption in app.caption)
    assert drawn(app)["RNN"][-1] < -2000
    assert not app.progress


@pytest.mark.parametrize(
    ("guess", "verdict"), [(25, "**Right: it is a millionth"), (5, "**Not this time: it is a millionth")]
)
def test_the_guess_is_graded_and_marked_after_it(guess, verdict, open_decay):
    app = open_decay()
    assert "it is a millionth" not in texts(app)
    assert "a millionth, lag" not in json.dumps(figure(app)["layout"])
    app.number_input(key="decay_guess").set_value(guess).run()
    assert verdict in texts(app)
    assert "a millionth, lag 25" in json.dumps(figure(app)["layout"])


def test_the_guess_is_graded_for_the_setting_in_view(open_decay):
    app = open_decay(decay_shown="true", decay_seeds=1, decay_start="orthogonal")
    assert "never within 100 steps" in texts(app)


def test_why_they_fall_shows_bound_and_path_and_both_numbers(open_decay):
    app = open_decay(decay_view=VIEWS["why"])
    rnn, lstm = drawn(app, 0), drawn(app, 1)
    assert (np.array(rnn["bound"]) >= np.array(rnn["RNN"]) - 1e-9).all()
    assert set(lstm) == {"∏ f", "∂c<sub>T</sub>/∂c<sub>t</sub>", "through h"}
    assert "= 1.08**, the largest singular value" in texts(app)
    assert "= 0.595**, the largest |eigenvalue|" in texts(app)
    assert "**19.4**" in texts(app)


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_unit_by_unit_shows_the_chosen_cell(cell, open_decay):
    app = open_decay(decay_view=VIEWS["units"], decay_cell=cell, decay_hidden=6)
    spec = figure(app)
    assert cell in spec["layout"]["title"]["text"]
    assert spec["data"][0]["type"] == "heatmap"


def test_who_stopped_sees_what_was_computed_and_can_go_on(open_decay):
    app = open_decay(decay_shown="true", decay_seeds=2, decay_steps=37)
    setting = Setting(seeds=3, steps=37)
    app.session_state["decay_stopped"] = setting
    app.number_input(key="decay_seeds").set_value(3).run()
    assert "Stopped after 2 of 3 networks" in sentences(app)
    assert np.allclose(drawn(app)["RNN"], median(Fresh(steps=37), 2))
    app.button(key="decay_go_on").click().run()
    assert "Stopped" not in sentences(app)
    assert np.allclose(drawn(app)["RNN"], median(Fresh(steps=37), 3))


# ---- trained networks ------------------------------------------------------------------------------------------------


def test_the_words_are_shaded_for_three_cells_on_one_text(open_decay):
    app = open_decay(decay_tab=TRAINED)
    pages = [element.proto.body for element in app.get("html")]
    shaded = [page for page in pages if "saliency" in page]
    assert len(shaded) == 3
    assert all(page.count("% of the largest") == 9 for page in shaded)
    assert list(drawn(app)) == ["RNN", "LSTM", "GRU"]
    assert "agreement-rnn" in texts(app)


def test_another_word_and_another_place_change_the_shades(open_decay):
    app = open_decay(decay_tab=TRAINED)
    first = [element.proto.body for element in app.get("html")]
    app.selectbox(key="decay_against").set_value("were").run()
    second = [element.proto.body for element in app.get("html")]
    app.number_input(key="decay_after").set_value(3).run()
    third = [element.proto.body for element in app.get("html")]
    assert first != second != third
    assert "logit of *was* minus logit of *were*" in texts(app)
    app.number_input(key="decay_after").set_value(500).run()
    assert "The text has 12 words" in sentences(app)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no word to read"),
        ("the zebra was full", "Not in the network's vocabulary"),
        ("cat " * 25_000, "the network reads the first 512"),
        ("the cat <script>alert(1)</script>", "Not in the network's vocabulary"),
        ("cat", ""),
    ],
)
def test_a_text_that_is_hard_to_read_gets_its_sentence_and_a_picture(text, sentence, open_decay):
    app = open_decay(decay_tab=TRAINED)
    app.text_input(key="decay_text").set_value(text).run()
    assert not app.exception
    assert sentence in sentences(app)
    assert app.get("plotly_chart")
    assert not any("<script" in element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("name", decaying.TRY_TRAINED)
def test_what_there_is_to_try_with_trained_networks_is_one_click_away(name, open_decay):
    app = open_decay(decay_tab=TRAINED)
    app.button(key=f"decay_trained_try_{name}").click().run()
    assert not app.exception
    assert not sentences(app)
    for key, value in decaying.TRY_TRAINED[name][0].items():
        assert app.session_state[key] == value


# ---- links -----------------------------------------------------------------------------------------------------------


def test_a_link_reproduces_the_setting(open_decay):
    app = open_decay(decay_forget_bias=2, decay_hidden=8, decay_seed=4, decay_seeds=1, decay_compare="false")
    assert np.allclose(drawn(app)["LSTM b<sub>f</sub>=2"], curve(Fresh("LSTM", hidden=8, seed=4, keep_bias=2)))


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"decay_steps": "1e9"}, "asks for `1e9`"),
        ({"decay_forget_bias": "x"}, "asks for `x`"),
        ({"decay_squash": "sin"}, "asks for rnn: squashing φ `sin`"),
        ({"decay_view": "why"}, "asks for look at `why`"),
        ({"decay_tab": TRAINED, "decay_word": "zebra"}, "`zebra`"),
        ({"decay_seeds": "nan"}, "asks for `nan`"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(params, sentence, open_decay):
    app = open_decay(**params)
    assert sentence in sentences(app)
    assert app.get("plotly_chart")
