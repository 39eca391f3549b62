"""Clipping and remedies, as a visitor meets them: trainings that explode, vectors, the cliff, remedies, reservoirs."""

import base64
import json
import time
from typing import Any

import numpy as np
import pytest
import visitor
from visitor import sentences

from models import remedies
from models.clipping import Explosion, cliff, descent, race
from models.echo import RADII, Reservoir, distances, forecast, measured
from models.training import Training
from playground import figures, taming, taming_parts
from playground.figures import Arrow, Axes, Curve, Place, arrows, curves

PAGE = "pages/clipping_and_remedies.py"
EXPLODING, REMEDIES, ECHO = taming.TABS


@pytest.fixture
def open_remedies(pytestconfig):
    """Opens the page with a query string."""

    return lambda **params: visitor.opened(PAGE, pytestconfig.rootpath, **params)


def chart(app, key) -> dict[str, Any]:
    """A chart by the end of its key, as the browser gets it."""
    (found,) = (one for one in app.get("plotly_chart") if one.proto.id.endswith(key))
    return json.loads(found.proto.spec)


def drawn(figure, name) -> np.ndarray:
    """The y values of a named curve of a chart; NaN where it has a gap."""
    (trace,) = (trace for trace in figure["data"] if trace.get("name") == name and trace["mode"] != "markers")
    y = trace["y"]
    if isinstance(y, dict):  # Plotly packs arrays
        return np.frombuffer(base64.b64decode(y["bdata"]), np.dtype(y["dtype"]))
    return np.array([np.nan if value is None else value for value in y], dtype=float)


def heading(figure) -> str:
    return figure["layout"]["title"]["text"]


def texts(app) -> str:
    return " ".join(text.value for text in app.markdown)


def table(app, column) -> dict[str, list]:
    (found,) = (one for one in app.dataframe if column in one.value)
    return found.value.to_dict("list")


# ---- exploding -------------------------------------------------------------------------------------------------------


def test_the_page_opens_with_a_training_that_breaks_down_and_one_that_does_not(open_remedies):
    app = open_remedies()
    assert not sentences(app)
    free, clipped = race(Explosion())
    assert f"no longer a number after {free.broke} updates" in texts(app)
    figure = chart(app, "remedy_losses")
    assert np.array_equal(drawn(figure, "clipped"), clipped.losses)
    assert np.array_equal(drawn(figure, "without")[:-1], free.losses[:-1])
    assert heading(figure) == f"Without clipping: over at update {free.broke}"


def test_threshold_rate_and_activation_change_the_trainings(open_remedies):
    app = open_remedies()
    app.select_slider(key="remedy_threshold").set_value("1000").run()
    _, clipped = race(Explosion(threshold=1000))
    assert np.array_equal(drawn(chart(app, "remedy_norms"), "clipped")[:-1], clipped.norms[:-1])
    assert clipped.broke == len(clipped.norms) - 1
    assert "So high a threshold does not save it" in texts(app)
    app.button(key="remedy_preset_tame").click().run()
    assert app.get_by_key("remedy_activation").value == "tanh"
    free, _ = race(Explosion(nonlinearity="tanh", learning_rate=0.02))
    assert np.array_equal(drawn(chart(app, "remedy_losses"), "without"), free.losses)


def test_a_guess_about_tanh_is_graded_by_the_training(open_remedies):
    free, _ = race(taming.TANH)
    right = "learns" if free.accuracy >= 0.75 else "stuck"
    for guess, verdict in ((right, "**Right"), ("nan", "**Not this time")):
        app = open_remedies()
        app.get_by_key("remedy_guess_tanh").set_value(guess).run()
        assert verdict in texts(app)


def test_the_lectures_vector_is_cut_and_another_one_too(open_remedies):
    app = open_remedies()
    found = table(app, "angle")
    assert found["g₁"] == pytest.approx([3, 0.6, 1])
    assert found["g₂"] == pytest.approx([4, 0.8, 1])
    assert found["angle"] == pytest.approx([53.1301, 53.1301, 45], abs=1e-4)
    app.number_input(key="remedy_g2").set_value(-0.5).run()
    assert table(app, "angle")["g₂"] == pytest.approx([-0.5, -0.5 / np.hypot(3, 0.5), -0.5])
    app.number_input(key="remedy_g1").set_value(0.0).run()
    assert heading(chart(app, "remedy_arrows")) == "Short enough: nothing is cut"
    app.number_input(key="remedy_g2").set_value(0.0).run()
    assert heading(chart(app, "remedy_arrows")) == "A gradient of zero has no direction"


def test_a_clipped_descent_stays_on_the_cliff(open_remedies):
    app = open_remedies()
    assert "Without clipping it leaves the picture" in texts(app)
    app.slider(key="remedy_cliff_rate").set_value(0.1).run()
    assert "leaves the picture" not in texts(app)
    loss = cliff(descent(4.2, 0.1, 0.1))[0]
    assert np.array_equal(drawn(chart(app, "remedy_cliff_figure"), "clipped"), loss)


# ---- remedies --------------------------------------------------------------------------------------------------------


def test_the_remedies_are_shown_with_what_was_measured(open_remedies):
    app = open_remedies(remedy_tab=REMEDIES)
    found = remedies.measured(30)
    rows = table(app, "ratio")
    assert rows["remedy"] == [remedy.title for remedy in remedies.REMEDIES.values()]
    assert rows["ratio"][1] == pytest.approx(10 ** np.median(found["orthogonal"].log10_ratio))
    figure = chart(app, "remedy_accuracy_LSTM")
    median = np.median(found["chrono"].accuracy, 0)
    (trace,) = (t for t in figure["data"] if t.get("name") == "chrono" and t["line"]["width"])
    assert drawn({"data": [trace]}, "chrono") == pytest.approx(median)


def test_lag_and_seed_change_what_is_shown(open_remedies):
    app = open_remedies(remedy_tab=REMEDIES)
    before = drawn(chart(app, "remedy_profile_RNN"), "orthogonal")
    app.number_input(key="remedy_start_seed").set_value(4).run()
    other = drawn(chart(app, "remedy_profile_RNN"), "orthogonal")
    assert np.allclose(np.log10(other), remedies.start_profile("orthogonal", 30, 4)[::-1])
    assert not np.allclose(before, other)
    app.button(key="remedy_remedies_try_A lag of 100").click().run()
    assert len(drawn(chart(app, "remedy_profile_RNN"), "orthogonal")) == 100
    assert "**At lag 100, " in texts(app)


def test_a_guess_about_lag_100_is_graded_by_what_was_measured(open_remedies):
    app = open_remedies(remedy_tab=REMEDIES)
    app.get_by_key("remedy_guess_lag").set_value("lstm").run()
    assert "**Not this time.** The default LSTM learned it from 0 of 5 seeds" in texts(app)
    app.get_by_key("remedy_guess_lag").set_value("rnn").run()
    assert "**Right.**" in texts(app)


def job_of(app):
    """The training, once it has shown something; a page that is open says now and then that it is."""
    _, job = app.session_state["remedy_live"]
    until = time.monotonic() + 60
    while not (job.snapshots and (job.over or job.run.steps > 20)) and time.monotonic() < until:
        job.renew()
        time.sleep(0.05)
    return job


def test_a_training_goes_on_in_another_process_and_ends(open_remedies, monkeypatch):
    monkeypatch.setattr(taming, "LIVE_UPDATES", 20)
    app = open_remedies(remedy_tab=REMEDIES, remedy_lag="10 steps")
    app.selectbox(key="remedy_live_name").set_value("orthogonal").run()
    app.button(key="remedy_live_start").click().run()
    job = job_of(app)
    app.run()
    assert not app.exception
    assert [snapshot.step for snapshot in job.snapshots] == [0, 10, 20]
    assert job.run == remedies.run("orthogonal", 10, 0, 20, taming.LIVE_EVERY)
    alone = Training(job.run)
    losses = []
    while not alone.done:
        alone.update()
        losses.append(alone.loss)
    assert drawn(chart(app, "remedy_live_losses"), "") == pytest.approx(losses)
    assert app.get_by_key("remedy_live_stop").disabled


def test_a_training_that_is_stopped_stays_where_it_is(open_remedies):
    app = open_remedies(remedy_tab=REMEDIES, remedy_lag="100 steps")
    app.button(key="remedy_live_start").click().run()
    job = job_of(app)
    app.button(key="remedy_live_stop").click().run()
    assert job.state == "stopped"
    made = job.updates
    assert made < taming.LIVE_UPDATES
    app.run()
    assert job.updates == made
    assert not app.exception


# ---- echo state network ----------------------------------------------------------------------------------------------


def test_the_forecast_and_its_error_are_those_of_the_reservoir(open_remedies):
    app = open_remedies(remedy_tab=ECHO)
    found = forecast(Reservoir())
    assert np.array_equal(drawn(chart(app, "remedy_forecast"), "network"), found.values)
    assert np.array_equal(drawn(chart(app, "remedy_forecast"), "truth"), found.truth)
    assert taming.short(found.error) in texts(app)


def test_another_radius_changes_forecast_mark_and_echo(open_remedies):
    app = open_remedies(remedy_tab=ECHO)
    app.slider(key="remedy_radius").set_value(0.5).run()
    reservoir = Reservoir(radius=0.5)
    assert np.array_equal(drawn(chart(app, "remedy_forecast"), "network"), forecast(reservoir).values)
    (mark,) = (t for t in chart(app, "remedy_errors")["data"] if t.get("name") == "this network")
    assert mark["x"] == [0.5]
    assert mark["y"] == pytest.approx([forecast(reservoir).error])
    assert np.array_equal(drawn(chart(app, "remedy_echo"), ""), distances(reservoir))
    assert "echo state property" in texts(app)


def test_the_curve_of_another_size_is_that_size_s(open_remedies):
    app = open_remedies(remedy_tab=ECHO, remedy_units="50")
    figure = chart(app, "remedy_errors")
    (trace,) = (t for t in figure["data"] if t.get("name") == "50 units" and "markers" in t["mode"])
    expected = np.median(np.minimum(measured()[50], taming.WORST), axis=1)
    assert drawn({"data": [trace]}, "50 units") == pytest.approx(expected)
    assert len(expected) == len(RADII)
    assert "At no radius does the median reservoir beat the straight line" in texts(app)


def test_a_forecast_that_diverges_gets_words_and_no_exception(open_remedies):
    units, radius = 200, 1.8
    seed = int(np.isinf(measured()[units][RADII.index(radius)]).argmax())
    app = open_remedies(remedy_tab=ECHO, remedy_units=units, remedy_radius=radius, remedy_reservoir_seed=seed)
    assert "**It diverged**" in texts(app)
    assert "The straight line wins here" in texts(app)
    assert "They **do not meet**" in texts(app)


def test_a_guess_about_the_echo_is_graded_by_the_distances(open_remedies):
    app = open_remedies(remedy_tab=ECHO)
    apart = distances(Reservoir(radius=taming.ECHO_RADIUS))
    right = "all" if apart[-1] > 0.5 * apart[0] else "some"
    app.get_by_key("remedy_guess_echo").set_value(right).run()
    assert "**Right:" in texts(app)
    app.get_by_key("remedy_guess_echo").set_value("gone").run()
    assert "**Not this time:" in texts(app)


# ---- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tab", "wrong"),
    [
        (EXPLODING, {"remedy_gain": "nan"}),
        (EXPLODING, {"remedy_rate": "7"}),
        (EXPLODING, {"remedy_seed": "-1"}),
        (EXPLODING, {"remedy_g1": "1e300"}),
        (REMEDIES, {"remedy_lag": "11 steps"}),
        (ECHO, {"remedy_radius": "banana"}),
        (ECHO, {"remedy_units": "10000"}),
    ],
)
def test_a_bad_value_in_a_link_gets_a_sentence_and_the_page_opens(tab, wrong, open_remedies):
    app = open_remedies(remedy_tab=tab, **wrong)
    assert "ignored" in sentences(app) or "which there is not" in sentences(app)
    assert app.get("plotly_chart")


def test_only_the_open_tab_computes(open_remedies, monkeypatch):
    def never(*_):
        raise AssertionError("a closed tab computed")

    monkeypatch.setattr(taming_parts.compute, "race", never)
    open_remedies(remedy_tab=ECHO)


# ---- figures and words -----------------------------------------------------------------------------------------------


def layout(figure: Any) -> Any:
    return figure.layout


def notes(figure: Any) -> dict[str, Any]:
    return {note.text: note for note in figure.layout.annotations}


def test_labels_of_curves_that_end_together_keep_apart():
    series = [Curve(f"c{k}", [0, 1], [0, 1], "state") for k in range(6)]
    figure = curves(series, "t", Axes("x", "y", span=(0, 1)))
    low, high = layout(figure).yaxis.range
    places = sorted(note.y for note in notes(figure).values())
    pixels = (layout(figure).height - 104) / (high - low)
    assert min(np.diff(places)) * pixels > 15
    assert places[-1] <= high + 1e-9


def test_a_curve_that_ends_early_has_its_name_where_it_ends_and_gaps_are_gaps():
    figure: Any = curves(
        [Curve("short", [0, 1, 2, 3], [1, 10, np.nan, -1], "state"), Curve("long", range(10), [1] * 10, "keep")],
        "t",
        Axes("x", "y", log=True),
    )
    assert notes(figure)["short"].x == 1
    assert notes(figure)["short"].y == pytest.approx(1)  # the axis is one of powers
    assert np.isnan(figure.data[0].y[2:]).all()


def test_a_log_axis_holds_every_point_and_level():
    figure: Any = curves(
        [Curve("a", [0, 1], [1e-20, 1e5], "state", band=([1e-21, 1], [1e-19, 1e6]))],
        "t",
        Axes("x", "y", log=True),
        places=[Place("level", y=1e9), Place("line", x=0.5), Place("cross", x=0.2, y=3.0)],
    )
    low, high = figure.layout.yaxis.range
    assert low < -21
    assert high > 9
    assert {"level", "line", "cross", "a"} <= set(notes(figure))


def test_curves_and_arrows_refuse_what_they_cannot_draw():
    with pytest.raises(ValueError, match="series is empty"):
        curves([], "t", Axes("x", "y"))
    with pytest.raises(ValueError, match=r"a: x has shape \(2,\) and y \(3,\)"):
        curves([Curve("a", [0, 1], [0, 1, 2], "state")], "t", Axes("x", "y"))
    with pytest.raises(ValueError, match="expected 1 to 3 arrows and a limit above 0"):
        arrows([Arrow("g", (1, 2), "share")], 0.0, "t", ("x", "y"))


def test_arrows_are_drawn_to_scale_and_inside_the_picture():
    figure: Any = figures.arrows([Arrow("g", (-30, 4), "share"), Arrow("cut", (1, 1), "keep")], 1.0, "t", ("x", "y"))
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.xaxis.range[0] < -30
    assert figure.layout.yaxis.range[1] > 4


def test_every_lag_that_was_measured_can_be_chosen():
    assert list(taming.LAG_NAMES) == [str(lag) for lag in remedies.LAGS]


def test_sizes_read_as_one_writes_them():
    assert taming.short(3.5e-5) == "3.5 · 10⁻⁵"
    assert taming.short(0.25) == "0.25"
    assert taming.short(7_300_000) == "7.3 · 10⁶"
    assert taming.short(1234) == "1,234"
    assert taming.percent(0.001) == "0.1 %"
    assert taming.percent(0.39) == "39 %"


def test_the_words_of_a_lesson_follow_the_trainings():
    free, clipped = race(Explosion())
    assert "differ in nothing but the length" in taming.told(Explosion(), free, clipped)
    assert "clipping does no harm" in taming.told(Explosion(), clipped, clipped)
    assert taming.loss_title(clipped) == "The loss, with and without clipping"
    walks = {
        name: (descent(5.0, 0.1, cut), descent(5.0, 0.1, cut)) for name, cut in (("without", None), ("clipped", 1.0))
    }
    assert taming.cliff_title(walks) == "Both descents keep their feet on the ground"
