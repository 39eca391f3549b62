"""Parts of the page "gradient decay": its widgets and its pictures.

What takes longer than a moment is computed in sight: a bar says how far it is, and a click stops it. The click makes
Streamlit end the running script at the next move of the bar; what was computed until then is kept and shown.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import streamlit as st

from models.cells import CELLS, Nonlinearity
from models.decay import FACTOR, HIDDEN, KEEP_BIAS, STEPS, Decay, Loss, StartKind
from models.reading import Question
from models.saliency import VERBS, Asked
from models.tasks.agreement import VOCABULARY
from playground import compute, controls, decaying, figures, guesses, showing, typed
from playground.decaying import Curve, Setting
from playground.figures.bands import POINTS
from playground.language import say

_STOPPED = "decay_stopped"
_MOMENT = 0.7  # seconds of computing before a bar is shown
_TICK = 0.1  # seconds between two moves of the bar
_LAG = "lag: steps back from the last one"
_NORM = "‖∂L/∂h‖, log axis"


# ---- settings --------------------------------------------------------------------------------------------------------


def ask_setting() -> Setting:
    """Ask for fresh networks: presets, the forget bias in sight, all else below it."""
    presets = st.container(horizontal=True, gap="xsmall", key="decay_presets")
    first = Setting()
    with st.container(horizontal=True, vertical_alignment="bottom", key="decay_controls"):
        forget = _slide("forget_bias", "Forget bias of the LSTM", KEEP_BIAS, first.forget_bias, 0.25, width=290)
        with st.container(horizontal=True, gap="small", width="content", key="decay_quick"):
            for bias in decaying.COMPARED:
                value = {"decay_forget_bias": bias}
                st.button(f"{bias:g}", key=f"decay_forget_{bias:g}", on_click=typed.put, kwargs=value)
        compare = st.toggle(say("also 0, 1 and 3"), first.compare, key="decay_compare", bind="query-params")
        steps = _count("steps", "Length T", STEPS, first.steps)
        seeds = _count("seeds", "Networks (seeds)", (1, 10), first.seeds)
    with st.expander(say("More settings"), icon=":material/tune:", key="decay_more"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="decay_rnn"):
            squash = controls.choice("decay", "squash", "RNN: squashing φ", decaying.SQUASHES, first.squash)
            start = controls.choice("decay", "start", "RNN: start of W_hh", decaying.STARTS, first.start)
            scale = controls.choice("decay", "scale", "RNN: scale W_hh by", decaying.SCALES, first.scale)
            label = {"gain": "RNN: gain of W_hh", "radius": "RNN: spectral radius of W_hh"}[scale]
            factor = _slide("factor", label, FACTOR, first.factor, 0.05, width=260)
        with st.container(horizontal=True, vertical_alignment="bottom", key="decay_others"):
            update = _slide("update_bias", "Update bias of the GRU", KEEP_BIAS, first.update_bias, 0.25, width=260)
            loss = _ask_loss()
            hidden = _count("hidden", "Hidden units H", HIDDEN, first.hidden)
            seed = _count("seed", "First seed", (0, 2**31 - 11), first.seed)
        st.caption(
            say(
                "A gain multiplies W_hh; a spectral radius rescales it. Bias, start and gain touch the named cell alone. "
                "With 128 units and 10,000 steps one network takes about a second: a bar shows how far it is, and stops on a "
                "click."
            )
        )
    setting = Setting(
        forget, update, int(steps), int(seeds), int(hidden), loss,
        next(name for name in get_args(Nonlinearity) if name == squash),
        next(name for name in get_args(StartKind) if name == start),
        scale, factor, compare, int(seed),
    )  # fmt: skip
    for name, (preset, view) in decaying.PRESETS.items():
        presets.button(
            say(name),
            key=f"decay_preset_{name}",
            help=say(decaying.PRESET_SAYS[name]),
            type="primary" if preset == setting else "secondary",
            on_click=typed.put,
            kwargs=decaying.widgets(preset, view),
        )
    return setting


def _ask_loss() -> Loss:
    chosen = controls.choice("decay", "loss", "Loss sits at", decaying.LOSSES, "last")
    return next(loss for loss in get_args(Loss) if loss == chosen)


def _slide(name: str, label: str, span: tuple[float, float], value: float, step: float, *, width: int) -> float:
    key = f"decay_{name}"
    controls.check_link(key, *span)
    return st.slider(say(label), *span, value, step, format="%g", key=key, bind="query-params", width=width)


def _count(name: str, label: str, span: tuple[int, int], value: int) -> int:
    key = f"decay_{name}"
    controls.check_link(key, *span)
    found = st.number_input(say(label), *span, value, key=key, bind="query-params", width=150)
    return value if found is None else int(found)


def ask_guess() -> tuple[float | None, bool]:
    """Ask for the lag of a millionth before it is shown: the guess, and whether to show the answer."""
    asked = say(decaying.QUESTION)
    st.markdown(asked)
    controls.check_link("decay_guess", 0, STEPS[1])
    with st.container(horizontal=True, vertical_alignment="bottom", key="decay_guessing"):
        guess = st.number_input(
            say("Your guess, in steps"),
            0,
            STEPS[1],
            None,
            key="decay_guess",
            bind="query-params",
            width=170,
            on_change=guesses.heard,
            args=("decay_guess", asked),
        )
        shown = st.toggle(say("Show it without a guess"), key="decay_shown", bind="query-params")
    return guess, shown or guess is not None


# ---- computing in sight ----------------------------------------------------------------------------------------------


class _Bar:
    """A bar and a button that stops, shown once the work has taken more than a moment."""

    def __init__(self, setting: object, jobs: int) -> None:
        self._place, self._setting, self._jobs = st.empty(), setting, jobs
        self._started = self._moved = time.monotonic()
        self._bar: Any = None

    def at(self, job: int, share: float) -> None:
        """Tell how far the work is. Where the visitor wants something else, Streamlit ends the script here."""
        now = time.monotonic()
        if now - self._started < _MOMENT or now - self._moved < _TICK:
            return
        self._moved = now
        if self._bar is None:
            with self._place.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    say("Stop"), key="decay_stop", icon=":material/stop_circle:", on_click=_stop, args=(self._setting,)
                )
                self._bar = st.progress(0.0, say("Computing"))
        done = (job + share) / self._jobs
        told = say("Gradients of network {number} of {all}", number=job + 1, all=self._jobs)
        self._bar.progress(min(max(done, 0.0), 1.0), told)

    def gone(self) -> None:
        self._place.empty()


def _stop(setting: object) -> None:
    st.session_state[_STOPPED] = setting


def _go_on() -> None:
    st.session_state.pop(_STOPPED, None)


def decays(setting: Setting) -> dict[Curve, list[Decay]]:
    """The curves of a setting, seed by seed; those seeds that every network has, if somebody stopped the work."""
    curves = decaying.curves(setting)
    stopped = st.session_state.get(_STOPPED) == setting
    bar = _Bar(setting, setting.seeds * len(curves))
    found: dict[Curve, list[Decay]] = {curve: [] for curve in curves}
    for number in range(setting.seeds):
        questions = [curve.seeded(number) for curve in curves]
        if stopped and not all(map(compute.decayed_already, questions)):
            break
        for place, (curve, question) in enumerate(zip(curves, questions, strict=True)):
            found[curve].append(compute.decayed(question, partial(bar.at, number * len(curves) + place)))
    bar.gone()
    done = len(found[curves[0]])
    if done < setting.seeds:
        _say_stopped(
            say(
                "Stopped after {done} of {all} networks of each kind. What you see is those.",
                done=done,
                all=setting.seeds,
            )
        )
    return found if done else {}


def _say_stopped(sentence: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="decay_was_stopped"):
        st.info(sentence)
        st.button(say("Go on"), key="decay_go_on", on_click=_go_on)


# ---- fresh networks --------------------------------------------------------------------------------------------------


def show_curves(setting: Setting) -> None:
    """Guess first; then the curves, their half-lives, and the data. The RNN's own waits for the guess."""
    guess, shown = ask_guess()
    found = decays(setting)
    if not found:
        return
    asked, rnn = next(iter(found.items()))
    seen = found if shown else {curve: each for curve, each in found.items() if curve != asked}
    if shown:
        controls.answer("decay_guess", decaying.graded(guess, rnn))
    st.markdown(decaying.verdict(seen) + decaying.every_step(setting))
    if wrong := decaying.exploded(seen):
        st.warning(wrong)
    _draw(seen, decaying.mark(rnn) if shown else None, "decay_curves")
    if not shown:
        st.caption(say(decaying.JOINS))
    st.caption(decaying.banded(len(rnn)) + decaying.thinned(setting.steps, POINTS))
    st.markdown(decaying.drawn_from(setting))
    show_half_lives(seen)


def _draw(found: Mapping[Curve, Sequence[Decay]], mark: figures.Mark | None, key: str) -> None:
    if lines := decaying.lines(found):
        showing.chart(
            figures.bands(
                lines,
                say("The steeper, the sooner forgotten"),
                say(_LAG),
                say(_NORM),
                mark=mark,
                dark=controls.dark(),
                say=say,
            ),
            key=key,
            alt=say("The norm of dL/dh against the lag, on a log axis, a line for each network"),
        )


def show_half_lives(found: Mapping[Curve, Sequence[Decay]]) -> None:
    """The half-life of each network as a number, and all numbers as a file."""
    st.markdown(say("**Half-life of the gradient, in steps**"))
    with st.container(horizontal=True, gap="small", key="decay_half_lives"):
        for curve, each in found.items():
            st.metric(
                curve.title, decaying.halves(each), help=decaying.spread(curve, each), border=True, width=180,
            )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", key="decay_definition"):
        st.markdown(say(decaying.HALF_LIFE))
        st.download_button(
            say("Curves as CSV"), partial(decaying.as_csv, found), "gradient_decay.csv", "text/csv", key="decay_csv",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def show_why(setting: Setting) -> None:
    """What explains the curves: the bound of the RNN, the forget gates of the LSTM."""
    chosen = decaying.chosen(setting)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(say("RNN: a matrix and a slope"))
        st.latex(decaying.RNN_STEP)
        decay = compute.decayed(chosen["RNN"].question)
        if decay.log10 is None:
            st.warning(decaying.exploded({chosen["RNN"]: [decay]}))
        else:
            bound = compute.gradient_bound(chosen["RNN"].question)
            lines = decaying.bound_lines(bound, decay.log10)
            _explain("decay_bound", lines, say("The gradient stays below its bound"), say(_NORM))
            st.markdown(decaying.bounded(bound))
    with right:
        st.subheader(say("LSTM: the road through the memory"))
        st.latex(say(decaying.LSTM_STEP))
        question = chosen["LSTM"].question
        bar = _Bar((setting, "memory"), 1)
        if st.session_state.get(_STOPPED) == (setting, "memory"):
            _say_stopped(say("Stopped before the whole derivative was known."))
        else:
            memory = compute.gradient_memory(question, partial(bar.at, 0))
            bar.gone()
            _explain(
                "decay_memory",
                decaying.memory_lines(memory),
                say("Forget gates, and what goes round them"),
                say("norm, log axis"),
            )
            st.markdown(decaying.highway(memory, setting.forget_bias))
    st.markdown(decaying.drawn_from(replace(setting, seeds=1)))


def _explain(key: str, lines: list[figures.Band], title: str, y_title: str) -> None:
    alt = say("{title}: {lines} against the lag", title=title, lines=", ".join(line.name for line in lines))
    figure = figures.bands(lines, title, say(_LAG), y_title, dark=controls.dark(), height=400, say=say)
    showing.chart(figure, key=key, alt=alt)


def show_units(setting: Setting) -> None:
    """The gradient of each unit of one network."""
    chosen = decaying.chosen(setting)
    cell = controls.choice("decay", "cell", "Cell", {name: name for name in chosen}, "RNN")
    question = chosen[cell].question
    bar = _Bar((setting, cell), 1)
    if st.session_state.get(_STOPPED) == (setting, cell):
        _say_stopped(say("Stopped before all units were known."))
        return
    try:
        units = compute.gradient_units(question, partial(bar.at, 0))
    except ValueError as wrong:
        st.warning(decaying.exploded({chosen[cell]: [Decay(None, str(wrong))]}))
        return
    finally:
        bar.gone()
    showing.chart(
        figures.sizes(
            units.log10,
            units.lags,
            "state",
            say("{network}: |∂L/∂h| of each unit", network=chosen[cell].title),
            say(_LAG),
            dark=controls.dark(),
            say=say,
        ),
        key="decay_units",
        alt=say("The gradient of each hidden unit against the lag, coloured by the logarithm of its size"),
    )
    st.markdown(decaying.binned(units))
    st.markdown(decaying.drawn_from(replace(setting, seeds=1)))


# ---- trained networks ------------------------------------------------------------------------------------------------


def show_words(text: str) -> None:
    """The words of a text, shaded by how strongly each trained network's logit feels them; one network below the other."""
    reading = compute.read(Question(text, "LSTM"))
    controls.remarks(reading)
    st.subheader(say("Which words does the verb hang on?"))
    st.markdown(say(decaying.WORDS))
    steps = len(reading.tokens)
    with st.container(horizontal=True, vertical_alignment="bottom", key="decay_asked"):
        others = {name: name for name in sorted(VOCABULARY) if name not in VERBS}
        word = controls.select("decay", "word", "Logit of", {name: name for name in VERBS} | others, 170)
        rivals = {"": "nothing"} | {name: name for name in VERBS} | others
        against = controls.select("decay", "against", "minus the logit of", rivals, 170)
        after = _ask_place(steps)
    asked = {cell: Asked(cell, text, word, against, after) for cell in CELLS}
    found = {cell: compute.salient(question) for cell, question in asked.items()}
    for cell, answer in found.items():
        st.markdown(decaying.said(cell, answer, word, against))
        st.html(decaying.shaded(answer, dark=controls.dark()))
    with st.expander(say("The numbers"), key="decay_numbers"):
        showing.table(
            decaying.saliency_table(found),
            hide_index=True,
            column_config={"word": say("word")},
            alt=say("Size of the gradient for each word and network"),
        )


def _ask_place(steps: int) -> int | None:
    """Ask after how many words the network is asked; None, at first, for just before the verb."""
    controls.check_link("decay_after", 1, 512)
    after = st.number_input(
        say("asked after so many words"), 1, 512, None, key="decay_after", bind="query-params", width=210,
        placeholder=say("just before the verb"),
    )  # fmt: skip
    if after is not None and after > steps:
        st.warning(say("The text has {steps} words, so the network is asked after the last of them.", steps=steps))
        return steps
    return after


def show_trained(text: str) -> None:
    """How the gradient of the trained networks decays over the words of a text."""
    st.subheader(say("How far back does the gradient reach?"))
    loss = _ask_loss()
    found = {curve: [compute.decayed(curve.question)] for curve in decaying.trained_curves(text, loss)}
    st.markdown(decaying.verdict(found))
    _draw(found, None, "decay_trained")
    show_half_lives(found)
    st.markdown(decaying.trained_from(compute.facts("RNN")))


def ending(name: str, notice: str, tries: decaying.Attempts) -> None:
    """What to notice, and things to try: each a click that sets widgets."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts(f"decay_{name}", tries)
