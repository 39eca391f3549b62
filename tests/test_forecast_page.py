"""Forecasting, as a visitor meets it: windows, guesses, shapes, splits, the echo, one's own file, links."""

import json
from typing import Any

import numpy as np
import pytest
import visitor
from visitor import learned, sentences

from models.forecasters import HOURLY, day_ahead, errors, facts, month_ahead
from models.forecasting import KINDS, SCALINGS, STRATEGIES
from models.limits import LIMITS
from models.series import generated
from playground import compute, figures
from playground import forecast_words as words
from playground.figures import Line

PAGE = "pages/forecasting.py"
MONTHS = "month,value\n" + "".join(
    f"{1950 + k // 12}-{k % 12 + 1:02d},{v:g}\n" for k, v in enumerate(generated("monthly").values[:120])
)


@pytest.fixture
def open_page(pytestconfig):
    """Opens the page at a tab with a query string."""

    def opened(tab=words.DAY_TAB, **params):
        return visitor.opened(PAGE, pytestconfig.rootpath, forecast_tab=tab, **params)

    return opened


def texts(app) -> str:
    return " ".join(text.value for text in app.markdown)


def chart(app, key) -> dict[str, list]:
    """The lines of a chart by name: what is drawn."""
    (found,) = (one for one in app.get("plotly_chart") if key in one.proto.id)
    drawn: dict[str, Any] = {}
    for trace in json.loads(found.proto.spec)["data"]:
        drawn[trace["name"]] = trace
    return drawn


def table(app) -> dict[str, list]:
    return app.dataframe[0].value.to_dict("list")


def upload(app, text, name="mine.csv"):
    app.file_uploader(key="forecast_file").set_value(
        (name, text if isinstance(text, bytes) else text.encode(), "text/csv")
    )
    app.run()
    assert not app.exception


# ---- a day ahead -----------------------------------------------------------------------------------------------------


def test_the_page_opens_with_a_day_of_forecasts_and_the_baselines_drawn(open_page):
    app = open_page()
    assert not sentences(app)
    assert set(chart(app, "forecast_day_figure")) == {"what came", "last value", "yesterday", "linear", "LSTM"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_network_and_route_is_shown_and_stepped(kind, strategy, open_page):
    app = open_page(forecast_kind=kind, forecast_route=words.ROUTES[strategy])
    alone = kind == "dense" and strategy == "encoder-decoder"
    assert ("no state to hand to a decoder" in sentences(app)) == alone
    assert kind in chart(app, "forecast_day_figure")
    assert bool(app.main.get("bidi_component")) == (kind != "dense")


def test_the_day_and_the_hour_choose_the_window(open_page):
    app = open_page()
    app.slider(key="forecast_day").set_value(3).run()
    app.slider(key="forecast_hour").set_value(0).run()
    said, _, truth = day_ahead("direct", words.window_of(3, 0))
    assert words.day_verdict(said, truth) in texts(app)


def test_what_learned_stays_hidden_until_somebody_guesses(open_page):
    app = open_page()
    assert set(chart(app, "forecast_horizon_figure")) == {"last value", "yesterday"}
    assert not app.dataframe
    app.get_by_key("forecast_guess").set_value("RNN").run()
    assert set(KINDS) < set(chart(app, "forecast_horizon_figure"))


def test_the_guess_is_graded_from_the_numbers(open_page):
    last = {name: e.absolute[-1] for name, e in errors("hourly", 24, 24).items()}
    last |= {kind: facts(name)["errors"]["direct"]["absolute"][-1] for kind, name in HOURLY.items()}
    best = min(last, key=last.__getitem__)
    for guess in ("last value", best):
        app = open_page(forecast_guess=words.GUESSES[guess])
        head = "Right" if guess == best else "Not this time"
        assert f"**{head}: {words.shown(best, 'hour')}, off by {last[best]:.2f} °C.**" in texts(app)


def test_the_table_holds_the_numbers_of_the_facts(open_page):
    found = table(open_page(forecast_shown="true"))
    row = dict(zip(found["forecast"], zip(found["24 h"], found["weights"], strict=True), strict=True))
    for kind, name in HOURLY.items():
        known = facts(name)
        assert row[kind] == (known["errors"]["direct"]["absolute"][-1], known["parameters"]["direct"])
    assert row["yesterday"][0] == errors("hourly", 24, 24)["season ago"].absolute[-1]
    assert row["linear"][1] == 25 * 24


def test_a_guess_that_cannot_take_part_is_told(open_page):
    app = open_page(forecast_guess="dense", forecast_route=words.ROUTES["encoder-decoder"])
    assert "dense knows no encoder-decoder" in sentences(app)


def test_no_recurrent_network_is_said_to_win_by_luck(open_page):
    assert "No recurrent network beats the dense one" in texts(open_page(forecast_shown="true"))
    apart = {"dense": [2.0, 2.1], "RNN": [2.2, 2.3], "GRU": [1.7, 1.8], "LSTM": [1.9, 2.05]}
    told = words.horizon_verdict({kind: np.full(24, 1.0) for kind in KINDS}, "direct", apart)
    assert told.startswith("**The GRU beat the dense net from every seed.**")


# ---- windows and shapes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("horizon", "found"), [(24, 53), (1, 76)])
def test_the_windows_are_counted(horizon, found, open_page):
    app = open_page(words.SHAPES_TAB)
    app.slider(key="forecast_horizon").set_value(horizon).run()
    assert f"**{found} windows**" in texts(app)
    assert table(app)["shape"][0] == f"({found}, 24, 1)"
    assert ("makes 75: it stops one short" in texts(app)) == (horizon == 1)


def test_return_sequences_adds_the_axis_of_time(open_page):
    app = open_page(words.SHAPES_TAB)
    assert table(app)["shape"][-1] == "(53, 24)"
    app.toggle(key="forecast_sequences").set_value(True).run()
    assert table(app)["shape"][-1] == "(53, 24, 24)"
    assert "return_sequences=True" in app.code[0].value


def test_a_window_beyond_the_end_is_moved_back(open_page):
    app = open_page(words.SHAPES_TAB, forecast_length=48, forecast_horizon=48, forecast_start=98)
    assert np.max(words.window_lines(4, 48, 48)[1][1].x) == 99
    assert not app.exception


@pytest.mark.parametrize("kind", KINDS)
def test_the_lines_of_code_are_those_of_the_network(kind, open_page):
    app = open_page(words.SHAPES_TAB, forecast_cell=kind, forecast_hidden=7)
    assert ("nn.Linear(24, 7)" if kind == "dense" else f"nn.{kind}(1, 7, batch_first=True)") in app.code[0].value


# ---- splits ----------------------------------------------------------------------------------------------------------


def test_twelve_samples_are_split_as_in_the_textbook(open_page):
    app = open_page(words.SPLITS_TAB)
    assert "Train on 2, 4, 6, 8, 10 samples, test on the 2 that follow." in texts(app)
    app.get_by_key("forecast_order").set_value("shuffled").run()
    assert "neighbours that were trained on" in texts(app)


def test_a_gap_without_room_gets_a_sentence_and_a_split_that_is_possible(open_page):
    app = open_page(words.SPLITS_TAB)
    app.slider(key="forecast_gap").set_value(5).run()
    assert "Not possible: gap is 5, expected 0 to 1" in sentences(app)
    assert "Train on 2, 4, 6, 8, 10 samples" in texts(app)


def test_the_leak_is_measured(open_page):
    app = open_page(words.SPLITS_TAB)
    found = table(app)
    near = found["forecast"].index("nearest window")
    assert found["shuffled"][near] < found["in time"][near]
    assert f"{found['in time'][near]:.2f} °C" in texts(app)


# ---- a month ahead ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["LSTM", "dense"])
@pytest.mark.parametrize("reads", words.READS)
@pytest.mark.parametrize("scaling", SCALINGS)
def test_every_network_for_the_months_is_shown_beside_the_last_value(kind, reads, scaling, open_page):
    app = open_page(
        words.MONTH_TAB,
        forecast_month_kind=kind,
        forecast_reads=words.READS[reads],
        forecast_scale=words.SCALES[scaling],
    )
    found = month_ahead(kind, int(reads), scaling)
    assert set(chart(app, "forecast_month_figure")) == {"what came", "last value", "linear", kind}
    assert words.month_verdict(kind, found) in texts(app)
    assert found.off(kind) in table(app)["off"]


def test_the_page_opens_with_the_echo(open_page):
    assert "**the series, shifted by one**" in texts(open_page(words.MONTH_TAB))


# ---- your series -----------------------------------------------------------------------------------------------------


def test_without_a_file_the_generated_months_are_forecast(open_page):
    app = open_page(words.OWN_TAB)
    assert set(chart(app, "forecast_own_figure")) == {"series", "last value", "a year ago", "linear"}
    assert "Without a network the best is **linear**" in texts(app)


def test_a_file_is_read_forecast_and_tested(open_page):
    app = open_page(words.OWN_TAB)
    upload(app, MONTHS)
    assert not sentences(app)
    assert "`mine.csv, value`: 120 values, with a season of 12 steps." in texts(app)
    assert {"last value", "a season ago", "linear"} < set(chart(app, "forecast_backtest_figure"))


def test_a_column_is_chosen(open_page):
    app = open_page(words.OWN_TAB)
    upload(app, "a,b\n" + "".join(f"{k % 7},{k * k}\n" for k in range(80)))
    assert "`mine.csv, a`" in texts(app)
    app.selectbox(key="forecast_column").set_value("b").run()
    assert "`mine.csv, b`" in texts(app)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty"),
        ("a,b\n1,2\n3\n", "Line 3 has 1 column, expected 2"),
        ("1\n2\n<script>alert(1)</script>\n", "Line 3 has"),
        ("1\n2\n3\n", "expected at least 50"),
        (b"\x00\x01", "no text file"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_the_last_good_one_stays(text, sentence, open_page):
    app = open_page(words.OWN_TAB)
    upload(app, MONTHS)
    upload(app, text, "bad.csv")
    assert sentence in sentences(app)
    assert "still shows `mine.csv, value`" in sentences(app)
    assert "<script>" not in sentences(app)
    assert chart(app, "forecast_own_figure")


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_is_trained_on_the_visitors_series_and_measured(kind, open_page, monkeypatch):
    monkeypatch.setattr(words, "LIVE_UPDATES", 5)
    app = open_page(words.OWN_TAB, forecast_own_kind=kind, forecast_seed=3)
    upload(app, MONTHS)
    app.button(key="forecast_start_training").click().run()
    work = learned(app, lambda: app.session_state["forecast_live"]["learning"])
    assert work.state == "done"
    assert f"{kind}, seed 3: update 5 of 5, error {work.losses.mean():.4f}" in app.progress[0].text
    assert app.button(key="forecast_stop_training").disabled
    assert kind in chart(app, "forecast_backtest_figure")
    assert kind in chart(app, "forecast_own_figure")
    assert f"{kind} " in texts(app)


def test_a_training_stops_by_a_click_and_what_it_learned_stays(open_page, monkeypatch):
    monkeypatch.setattr(words, "LIVE_UPDATES", LIMITS.updates)
    app = open_page(words.OWN_TAB)
    assert app.button(key="forecast_stop_training").disabled
    app.button(key="forecast_start_training").click().run()
    learned(app, lambda: app.session_state["forecast_live"]["learning"], updates=1)
    assert "LSTM" in chart(app, "forecast_own_figure"), "what it says by now is drawn while it learns"
    assert "LSTM" not in chart(app, "forecast_own_errors")
    app.button(key="forecast_stop_training").click().run()
    work = learned(app, lambda: app.session_state["forecast_live"]["learning"])
    assert 0 < work.updates < LIMITS.updates
    stopped = app.progress[0].text
    assert app.run().progress[0].text == stopped
    assert "LSTM" in chart(app, "forecast_own_errors")
    assert not sentences(app)


def test_another_window_forgets_the_networks_of_the_one_before(open_page, monkeypatch):
    monkeypatch.setattr(words, "LIVE_UPDATES", 5)
    app = open_page(words.OWN_TAB)
    app.button(key="forecast_start_training").click().run()
    learned(app, lambda: app.session_state["forecast_live"]["learning"])
    assert "LSTM" in chart(app, "forecast_own_errors")
    app.number_input(key="forecast_own_length").set_value(6).run()
    assert "LSTM" not in chart(app, "forecast_own_errors")
    assert "a year ago" not in chart(app, "forecast_own_errors")


def test_another_window_ends_the_training_that_goes_on(open_page, monkeypatch):
    monkeypatch.setattr(words, "LIVE_UPDATES", LIMITS.updates)
    app = open_page(words.OWN_TAB)
    app.button(key="forecast_start_training").click().run()
    work = app.session_state["forecast_live"]["learning"].work
    app.number_input(key="forecast_own_length").set_value(6).run()
    assert work.state == "stopped"
    assert not app.get("progress")


def test_a_training_beyond_the_limits_gets_a_sentence(open_page, monkeypatch):
    monkeypatch.setattr(words, "LIVE_UPDATES", LIMITS.updates + 1)
    app = open_page(words.OWN_TAB)
    app.button(key="forecast_start_training").click().run()
    assert "20,001 updates are too many for this server" in sentences(app)
    assert "too many" not in sentences(app.run())


def test_a_training_that_nobody_looked_at_says_so_and_joins_nothing(open_page, monkeypatch):
    monkeypatch.setattr(words, "LIVE_UPDATES", LIMITS.updates)
    app = open_page(words.OWN_TAB)
    app.button(key="forecast_start_training").click().run()
    work = learned(app, lambda: app.session_state["forecast_live"]["learning"], updates=1)
    compute.workers().stop(work, "Stopped: nobody has looked at it for 15 seconds.")
    app.run()
    assert "nobody has looked at it" in sentences(app)
    assert "LSTM" not in chart(app, "forecast_own_errors")


def test_a_training_in_the_page_is_bounded():
    recipe = words.live_recipe("GRU", 96, 96, "window", 0)
    assert recipe.updates * recipe.batch * recipe.length <= 600 * 64 * 96


# ---- links and things to try -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tab", "params", "sentence"),
    [
        (words.DAY_TAB, {"forecast_day": "400"}, "asks for `400`"),
        (words.DAY_TAB, {"forecast_kind": "CNN"}, "`CNN`"),
        (words.SHAPES_TAB, {"forecast_length": "x"}, "asks for `x`"),
        (words.SPLITS_TAB, {"forecast_folds": "99"}, "asks for `99`"),
        (words.MONTH_TAB, {"forecast_scale": "log"}, "`log`"),
        (words.OWN_TAB, {"forecast_own_length": "1000"}, "asks for `1000`"),
        ("Tides", {}, "`Tides`"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(tab, params, sentence, open_page):
    assert sentence in sentences(open_page(tab, **params))


TRIES = {
    words.DAY_TAB: ("forecast_day", words.DAY_TRIES),
    words.SHAPES_TAB: ("forecast_shapes", words.SHAPES_TRIES),
    words.SPLITS_TAB: ("forecast_splits", words.SPLITS_TRIES),
    words.MONTH_TAB: ("forecast_month", words.MONTH_TRIES),
    words.OWN_TAB: ("forecast_own", words.OWN_TRIES),
}


@pytest.mark.parametrize(("tab", "name"), [(tab, name) for tab, (_, tries) in TRIES.items() for name in tries])
def test_what_there_is_to_try_is_one_click_away(tab, name, open_page):
    page, tries = TRIES[tab]
    app = open_page(tab)
    app.button(key=f"{page}_try_{name}").click().run()
    assert not app.exception
    for key, value in tries[name][0].items():
        assert app.session_state[key] == value


# ---- figures ---------------------------------------------------------------------------------------------------------


def test_forecasts_name_lines_beside_the_axes_or_above_their_own_part():
    long, short = Line("whole", [0, 1, 2], [0, 1, 2], "state"), Line("part", [0, 1], [5, 6], "memory")
    figure: Any = figures.forecasts(long, [short], "title", "x", "y", now=(1, "now"))
    where = {note.text: (note.x, note.xanchor) for note in figure.layout.annotations}
    assert where["whole"] == (2, "left")
    assert where["part"] == (0.5, None)
    assert where["now"] == (1, "center")


def test_labels_of_forecasts_do_not_cover_each_other():
    lines = [Line(f"line {k}", [0, 1], [0, 1 + 0.001 * k], "state") for k in range(6)]
    figure: Any = figures.forecasts(None, lines, "title", "x", "y")
    scale = (figures.forecasts.__globals__["HEIGHT"] - 104) / float(np.ptp(figure.layout.yaxis.range))
    heights = sorted(note.y * scale + note.yshift for note in figure.layout.annotations)
    assert min(np.diff(heights)) >= 17.9


def test_a_fold_is_drawn_where_its_samples_are():
    figure: Any = figures.folds([(np.array([0, 1, 4]), np.array([2, 3]))], 5, "title", "sample")
    train, test = figure.data
    assert list(zip(train.base, train.x, strict=True)) == [(0, 2), (4, 1)]
    assert list(zip(test.base, test.x, strict=True)) == [(2, 2)]


def test_figures_refuse_what_they_cannot_draw():
    with pytest.raises(ValueError, match="expected at least one line"):
        figures.forecasts(None, [], "title", "x", "y")
    with pytest.raises(ValueError, match=r"a: x has shape \(2,\) and y \(3,\)"):
        figures.forecasts(Line("a", [0, 1], [0, 1, 2], "state"), [], "title", "x", "y")
    with pytest.raises(ValueError, match="splits is empty"):
        figures.folds([], 5, "title", "sample")
    with pytest.raises(ValueError, match="fold 1 has places 0 to 9, expected 0 to 4"):
        figures.folds([([0, 9], [1])], 5, "title", "sample")
