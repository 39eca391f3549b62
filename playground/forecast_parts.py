"""Parts of the page "forecasting": its widgets, its pictures, and a training on the visitor's own series."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from models.backtest import Backtest
from models.forecasters import HOURLY
from models.loaders.numbers import Column, Table, column, read
from models.own_series import Assignment, Picture
from models.series import Series, generated
from models.told import Told
from playground import compute, controls, figures, learning, showing, typed
from playground import forecast_words as words
from playground.language import say
from playground.learning import Learning
from playground.player import player

# ---- a day ahead -----------------------------------------------------------------------------------------------------


def a_day_ahead() -> None:
    """The tab "A day ahead": one window, the guess, the errors by horizon, the network step by step."""
    st.markdown(say(words.DAY_STORY))
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast_controls"):
        kind = controls.choice("forecast", "kind", "Network", words.NETWORKS, "LSTM")
        asked = controls.choice("forecast", "route", "24 hours", words.ROUTES, "direct")
    wrong = words.no_decoder(kind, asked)
    strategy = "direct" if wrong else asked
    if wrong:
        st.info(wrong)
    window = _ask_window()
    said, inputs, truth = compute.day_ahead(strategy, window)
    came, lines = words.day_lines(kind, said, inputs, truth)
    showing.chart(
        figures.forecasts(
            came,
            lines,
            say("A day of forecasts, and what came"),
            say("hours from now"),
            "°C",
            now=(0, say("now")),
            dark=controls.dark(),
        ),
        key="forecast_day_figure",
        alt=say("A window of 24 hours, the 24 hours that came, and the forecasts of the network and of the baselines"),
    )
    st.markdown(words.day_verdict(said, truth))
    _ask_guess(strategy)
    st.subheader(say("Inside, hour by hour"))
    if kind == "dense":
        st.markdown(say(words.DENSE_STEPS))
        return
    st.markdown(words.stepping(kind, strategy))
    tracks, tokens = words.day_tracks(kind, compute.forecast_steps(kind, strategy, window), inputs)
    player(tracks, tokens, key=f"forecast_player_{kind}_{strategy.replace(' ', '_')}", step=len(tokens) - 1)


def _ask_window() -> int:
    """Ask for the day and the hour at which the forecast is made."""
    with st.container(horizontal=True, key="forecast_when"):
        day = _ask_slider("forecast_day", "Day of the held-out year", 1, words.LAST_DAY, 172, width=420)
        hour = _ask_slider("forecast_hour", "Forecast made at, o'clock", 0, 23, 18, width=300)
    return words.window_of(day, hour)


def _ask_slider(key: str, label: str, low: int, high: int, value: int, width: int | None = None) -> int:
    controls.check_link(key, low, high)
    return int(st.slider(say(label), low, high, value, key=key, bind="query-params", width=width or "stretch"))


def _ask_guess(strategy: str) -> None:
    """The guess, and the errors by horizon: what learned something appears once somebody has guessed."""
    st.subheader(say("The whole year"))
    question = say(words.GUESS, windows=words.WINDOWS)
    st.markdown(question)
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast_answer"):
        guess = controls.choice("forecast", "guess", "Least error 24 hours ahead", words.GUESSES, "none", asks=question)
        seen = st.toggle(say("Show it without a guess"), key="forecast_shown", bind="query-params")
    errors = compute.day_errors(strategy)
    revealed = seen or guess != "none"
    if guess in errors:
        controls.answer("forecast_guess", words.graded(guess, errors))
    elif guess != "none":
        told = "{guess} knows no {strategy}. Choose another route above, or guess again."
        st.info(say(told, guess=say(guess), strategy=strategy))
    showing.chart(
        figures.forecasts(
            None,
            words.horizon_lines(errors, networks=revealed),
            say("Errors grow with the horizon"),
            say("hours ahead"),
            say("mean |error|, °C"),
            dark=controls.dark(),
        ),
        key="forecast_horizon_figure",
        alt=say("Mean absolute error of each forecast on the held-out year against hours ahead, 1 to 24"),
    )
    if not revealed:
        st.caption(say("The linear forecast and the networks join these two lines once you have guessed."))
        return
    parameters = {kind: _parameters(kind, strategy) for kind in HOURLY if kind in errors}
    seeds = {kind: compute.forecaster_facts(name)["seeds"].values() for kind, name in HOURLY.items()}
    _table(
        words.horizon_rows(errors, strategy, parameters),
        "Mean error of each forecast at 1, 6 and 24 hours ahead, in °C, and how many weights the network has",
        {"weights": "localized"},
    )
    st.markdown(words.horizon_verdict(errors, strategy, seeds))


def _parameters(kind: str, strategy: str) -> int:
    return compute.forecaster_facts(HOURLY[kind])["parameters"].get(strategy, 0)


def _table(rows: Mapping[str, Sequence], alt: str, formats: Mapping[str, str] | None = None) -> None:
    """A narrow table of numbers, to three digits unless a format is given."""
    numbers = [name for name, cells in rows.items() if not isinstance(cells[0], str)]
    showing.table(
        {say(name): cells for name, cells in rows.items()},
        hide_index=True,
        width="content",
        column_config={
            say(name): st.column_config.NumberColumn(say(name), format=(formats or {}).get(name, "%.3f"))
            for name in numbers
        },
        alt=say(alt),
    )


# ---- windows and shapes ----------------------------------------------------------------------------------------------


def windows_and_shapes() -> None:
    """The tab "Windows and shapes": the slicer, and live shapes of a network that reads the windows."""
    st.markdown(say(words.SHAPES_STORY))
    left, middle, right = st.columns(3)
    with left:
        length = _ask_slider("forecast_length", "Window T, steps", 1, 48, 24)
    with middle:
        horizon = _ask_slider("forecast_horizon", "Horizon K, steps", 1, 48, 24)
    with right:
        last = words.HUNDRED - length - horizon
        start = min(_ask_slider("forecast_start", "First step of the window", 0, words.HUNDRED - 2, 0), last)
    series, marked = words.window_lines(start, length, horizon)
    showing.chart(
        figures.forecasts(
            series, marked, say("A window, and what it is asked for"), say("hour"), "°C", dark=controls.dark()
        ),
        key="forecast_window_figure",
        alt=say("The first 100 hours of the series, with one window and its target marked"),
    )
    st.markdown(words.counting(length, horizon))
    st.subheader(say("The shapes of the tensors"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast_shape_controls"):
        kind = controls.choice("forecast", "cell", "Network", words.NETWORKS, "LSTM")
        hidden = _ask_slider("forecast_hidden", "Hidden units H", 1, 64, 32, width=240)
        sequences = st.toggle("return_sequences", key="forecast_sequences", bind="query-params")
    found, off = compute.forecast_shapes(kind, length, horizon, hidden, sequences=sequences)
    rows, code = st.columns([1, 1.1], gap="medium")
    with rows:
        _table(words.shape_rows(found), "Each tensor on the way through the network, its shape and its axes")
    with code:
        st.code(words.torch_lines(kind, length, horizon, hidden, sequences=sequences), language="python")
    st.markdown(words.shape_verdict(kind, off, sequences=sequences, horizon=horizon))


# ---- splits ----------------------------------------------------------------------------------------------------------


def splits() -> None:
    """The tab "Splits": folds as bars, and what a shuffled split does to a mark."""
    st.markdown(say(words.SPLITS_STORY))
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast_split_controls"):
        samples = _ask_slider("forecast_samples", "Samples", 6, 200, 12, width=240)
        folds = _ask_slider("forecast_folds", "Folds", 2, 10, 5, width=200)
        gap = _ask_slider("forecast_gap", "Gap", 0, 30, 0, width=200)
        order = controls.choice("forecast", "order", "Split", words.ORDERS, "time")
    try:
        found = words.split(compute.folds(samples, folds, gap, shuffled=order == "shuffled"), gap, order)
    except ValueError as wrong:
        told = "Not possible: {wrong}. What you see is the split of 12 samples into 5 folds."
        st.warning(say(told, wrong=wrong))
        found = words.split(compute.folds(12, 5, 0, shuffled=order == "shuffled"), 0, order)
        samples = 12
    showing.chart(
        figures.folds(
            [(fold.train, fold.test) for fold in found.folds], samples, found.title, say("sample, in the order of time"),
            dark=controls.dark(), say=say,
        ),
        key="forecast_folds_figure",
        alt=say("Which samples each fold trains on and which it tests on"),
    )  # fmt: skip
    st.markdown(found.told)
    st.subheader(say("What a shuffled split does to a mark"))
    st.markdown(say(words.LEAK_STORY))
    leak = compute.split_leak()
    _table(words.leak_rows(leak), "Mean error in °C of three forecasts under a split in time and a shuffled one")
    st.markdown(words.leak_verdict(leak))


# ---- a month ahead ---------------------------------------------------------------------------------------------------


def a_month_ahead() -> None:
    """The tab "A month ahead": a forecast that is the series, shifted by one."""
    st.markdown(say(words.MONTH_STORY))
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast_month_controls"):
        kind = controls.choice("forecast", "month_kind", "Network", {"LSTM": "LSTM", "dense": "dense"}, "LSTM")
        reads = controls.choice("forecast", "reads", "It reads", words.READS, "1")
        scaling = controls.choice("forecast", "scale", "Scaled", words.SCALES, "range")
    found = compute.month_ahead(kind, int(reads), scaling)
    came, lines = words.month_lines(found)
    showing.chart(
        figures.forecasts(
            came,
            lines,
            say("One month ahead, beside the last value"),
            say("month"),
            say("passengers, thousands"),
            dark=controls.dark(),
        ),
        key="forecast_month_figure",
        alt=say("48 held-out months, the forecasts of the network, of the last value and of linear autoregression"),
    )
    _table(
        words.month_rows(found),
        "Root mean squared distance of each forecast from what came, and from the month before, in thousands",
        {"off": "%.1f", "from the month before": "%.1f"},
    )
    st.markdown(words.month_verdict(kind, found))


# ---- your series -----------------------------------------------------------------------------------------------------

_FILE, _GOOD, _LIVE = "forecast_file", "forecast_good", "forecast_live"
_DECIMALS = {"": "as it looks", ".": "point", ",": "comma"}


def your_series() -> None:
    """The tab "Your series": a file, the forecasts without a network, and a network trained on request."""
    st.markdown(say(words.OWN_STORY))
    series = _ask_series()
    first, most = words.fitting_sizes(series)
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast_own_controls"):
        length = _ask_size("forecast_own_length", "Window T", first, most)
        horizon = _ask_size("forecast_own_horizon", "Horizon K", first, most)
        kind = controls.choice("forecast", "own_kind", "Network", words.NETWORKS, "LSTM")
        scaling = controls.choice("forecast", "own_scale", "Scaled", _own_scales(), "window")
    test = Backtest(series.values, series.season, length, horizon)
    _train(test, series, kind, scaling)


def _own_scales() -> dict[str, str]:
    return {name: title for name, title in words.SCALES.items() if name != "range"}


def _ask_size(key: str, label: str, first: int, most: int) -> int:
    """Ask for T or K; what a shorter series cannot have is cut down to what it can."""
    controls.check_link(key, 1, most)
    if st.session_state.get(key) is not None and st.session_state[key] > most:
        st.session_state[key] = most
    return int(st.number_input(say(label), 1, most, first, key=key, bind="query-params", width=120) or first)


def _ask_series() -> Series:
    """Ask for a file, and for one of its columns; a file that cannot be used gets a sentence, the last good one stays."""
    state = st.session_state
    default = generated("monthly")
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast_source"):
        given = st.file_uploader(say("Your file: numbers or a CSV"), ["csv", "txt", "tsv", "dat"], key=_FILE, width=420)
        decimal = controls.select("forecast", "decimal", "Decimals", _DECIMALS, width=150)
    if given is None:
        return default
    kept: Series = state.get(_GOOD, default)
    try:
        table = _table_of(given.getvalue(), decimal)
        found = _ask_column(table)
        series = words.series_of(f"{given.name}, {found.name}", found)
        words.fitting_sizes(series)
    except ValueError as wrong:
        st.warning(words.complaint(wrong, kept.title))
        return kept
    state[_GOOD] = series
    st.markdown(words.told_of(series, tuple(map(say, (*table.remarks, *found.remarks)))))
    return series


def _table_of(data: bytes, decimal: str) -> Table:
    """The table in a file, read once: reruns of the page find it in the session."""
    state, name = st.session_state, "forecast_table"
    if name not in state or state[name][:2] != (data, decimal):
        state[name] = (data, decimal, read(data, decimal))
    return state[name][2]


def _ask_column(table: Table) -> Column:
    if len(table.numeric) == 1:
        return column(table, table.numeric[0])
    chosen = st.selectbox(say("Column"), table.numeric, key="forecast_column", width=260)
    return column(table, chosen if chosen in table.numeric else table.numeric[0])


def _train(test: Backtest, series: Series, kind: str, scaling: str) -> None:
    """Train a network in another process while somebody watches; it stops by itself, or by a click."""
    known = _known(test)
    current: Learning[Assignment] | None = known["learning"]
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast_live_controls"):
        controls.check_link("forecast_seed", 0, 2**31 - 1)
        st.number_input(say("Seed"), 0, 2**31 - 1, 0, key="forecast_seed", bind="query-params", width=120)
        st.button(
            say("Train the {cell}", cell=say(kind)),
            key="forecast_start_training",
            type="primary",
            on_click=_start,
            args=(known, kind, scaling),
        )
        st.button(
            say("Stop"),
            key="forecast_stop_training",
            on_click=learning.finish,
            args=(current,),
            disabled=not (current and current.going),
        )
    learning.refusal("forecast")
    learning.watch(current, lambda: _show(known, series))


def _known(test: Backtest) -> dict[str, Any]:
    """What is known of a series and these windows: forecasters by name, their errors, the newest training.

    It is kept in the session, as the linear forecast of a long series takes a moment to fit. A network joins the
    forecasters when it has learned to the end, or was stopped, and has been measured.
    """
    state, question = st.session_state, (test.values.tobytes(), test.length, test.horizon)
    if _LIVE not in state or state[_LIVE]["question"] != question:
        learning.end(state.get(_LIVE, {}).get("learning"))
        said = test.naive
        state[_LIVE] = {
            "question": question, "test": test, "said": said, "errors": test.errors(said), "learning": None,
        }  # fmt: skip
    known = state[_LIVE]
    current: Learning[Assignment] | None = known["learning"]
    if current and not current.going:
        picture: Picture | None = current.work.picture
        if picture and picture.errors:
            kind = current.asked.recipe.kind
            known["said"][kind] = current.asked.model(picture).forecast
            known["errors"][kind] = picture.errors
    return known


def _show(known: dict[str, Any], series: Series) -> None:
    """How far a training is, and what everybody says by now."""
    test: Backtest = known["test"]
    current: Learning[Assignment] | None = known["learning"]
    said = dict(known["said"])
    if current:
        recipe, picture = current.asked.recipe, current.work.picture
        learning.bar(current, words.live(recipe, current.work.updates, current.work.losses))
        if picture and current.going:
            said[recipe.kind] = current.asked.model(picture).forecast
    came, lines = words.own_lines(test.beyond(said), series.values, series.step, test.length)
    showing.chart(
        figures.forecasts(
            came, lines, say("What comes next"), say(words.FROM_LAST[series.step]), series.unit or say("value"),
            now=(0, say("end of the data")), dark=controls.dark(),
        ),
        key="forecast_own_figure",
        alt=say("The end of the series and the forecasts of what follows"),
    )  # fmt: skip
    _show_held_out(known, series)


def _show_held_out(known: Mapping[str, Any], series: Series) -> None:
    """How those who have finished learning did on the held-out fifth."""
    test: Backtest = known["test"]
    st.subheader(say("On the held-out fifth"))
    st.markdown(words.own_verdict(known["errors"], series.step))
    options: dict[str, Told] = {"1": Told(words.ONE_BEFORE[series.step])}
    if test.horizon > 1:
        options["all"] = Told(words.SOME_BEFORE[series.step], horizon=test.horizon)
    ahead = test.horizon if controls.choice("forecast", "ahead", "Forecast made", options, "1") == "all" else 1
    left, right = st.columns(2, gap="medium")
    unit = series.unit or say("value")
    with left:
        places, forecasts = test.recent(known["said"], ahead)
        came, lines = words.backtest_lines(places, forecasts, series)
        moments = words.dates(places, series)
        showing.chart(
            figures.forecasts(
                came, lines, say("Backtest: what was said of each step"),
                say("date" if moments else words.OF_SERIES[series.step]),
                unit, moments=moments, dark=controls.dark(),
            ),
            key="forecast_backtest_figure",
            alt=say("Held-out steps of the series and what each forecaster said of them some steps before"),
        )  # fmt: skip
    with right:
        showing.chart(
            figures.forecasts(
                None,
                words.own_horizon_lines(known["errors"], series.step),
                say("Error by steps ahead"),
                say(words.AHEAD[series.step]),
                say("mean |error|, {unit}", unit=unit),
                dark=controls.dark(),
            ),
            key="forecast_own_errors",
            alt=say("Mean absolute error of each forecast on the held-out fifth of the series, by steps ahead"),
        )


def _start(known: dict[str, Any], kind: str, scaling: str) -> None:
    test: Backtest = known["test"]
    seed = int(st.session_state["forecast_seed"] or 0)
    recipe = words.live_recipe(kind, test.length, test.horizon, scaling, seed)
    known["learning"] = learning.begin("forecast", Assignment(recipe, test.values), known["learning"])


# ---- things to try ---------------------------------------------------------------------------------------------------


def ending(page: str, notice: str, tries: words.Attempts) -> None:
    """What to notice, and two things to try."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts(page, tries)
