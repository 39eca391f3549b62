"""Parts of the page "clipping and remedies": its widgets, its pictures, and a training that one watches."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from models import remedies
from models.clipping import Explosion, cliff
from models.echo import SIZES, Forecast, Reservoir
from models.job import Job
from models.run import Run
from playground import compute, controls, figures, showing, taming, typed
from playground.language import say

_LARGEST_SEED = 2**31 - 1


def ask_seed(key: str, label: str, default: int) -> int:
    """Ask for a seed."""
    controls.check_link(key, 0, _LARGEST_SEED)
    found = st.number_input(say(label), 0, _LARGEST_SEED, default, key=key, bind="query-params", width=130)
    return default if found is None else int(found)


def ask_number(key: str, label: str, span: tuple[float, float], default: float, step: float, width: int = 230) -> float:
    """Ask for a number by a slider."""
    controls.check_link(key, *span)
    return float(st.slider(say(label), *span, default, step, key=key, bind="query-params", width=width))


def ask_stop(key: str, label: str, names: Sequence[str], default: str, width: int = 230) -> float:
    """Ask for one of a few numbers by a slider. One in the URL that there is not is ignored, and said so."""
    asked = st.query_params.get(key)
    if asked is not None and asked not in names:
        st.warning(
            say("The link asks for a stop that the slider “{label}” does not have, so it is ignored.", label=say(label))
        )
    return float(st.select_slider(say(label), names, default, key=key, bind="query-params", width=width))


def ending(name: str, notice: str, tries: taming.Attempts) -> None:
    """What to notice, and things to try: each a click that sets widgets, with what to look at."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice), unsafe_allow_html=True)
    st.subheader(say("Two things to try"))
    for column, (words, (widgets, look)) in zip(st.columns(len(tries)), tries.items(), strict=True):
        with column:
            st.button(say(words), key=f"remedy_{name}_try_{words}", on_click=typed.put, kwargs=dict(widgets))
            st.markdown(say(look))


# ---- exploding -------------------------------------------------------------------------------------------------------


def ask_explosion() -> Explosion:
    """Ask for the training that is made twice: presets that set its widgets, and the widgets."""
    buttons = st.container(horizontal=True, gap="xsmall", key="remedy_presets")
    with st.container(horizontal=True, gap="medium", key="remedy_controls"):
        activation = controls.choice("remedy", "activation", "Activation", taming.ACTIVATIONS, "relu")
        gain = ask_number("remedy_gain", "Singular values of $W_{hh}$", (0.5, 2.5), Explosion.gain, 0.1, width=185)
        rate = ask_stop("remedy_rate", "Learning rate", taming.RATES, "0.1", width=185)
        threshold = ask_stop("remedy_threshold", "Threshold of the norm", taming.THRESHOLDS, "1", width=185)
        seed = ask_seed("remedy_seed", "Seed", Explosion.seed)
    for words, widgets in taming.PRESETS.items():
        chosen = all(st.session_state[key] == value for key, value in widgets.items())
        style = "primary" if chosen else "secondary"
        buttons.button(say(words), key=f"remedy_preset_{words}", type=style, on_click=typed.put, kwargs=dict(widgets))
    return Explosion("relu" if activation == "relu" else "tanh", gain, rate, threshold, seed)


def show_race(explosion: Explosion) -> None:
    """Both trainings: what became of them, their losses and their gradients."""
    free, clipped = compute.race(explosion)
    st.markdown(taming.told(explosion, free, clipped))
    left, right = st.columns(2, gap="medium")
    series, places = taming.loss_curves(free, clipped)
    showing.chart(
        figures.curves(
            series, taming.loss_title(free), taming.said(taming.LOSS_AXES), places=places, dark=controls.dark()
        ),
        key="remedy_losses",
        alt=say("Loss of each batch against updates, on a log axis, without and with clipping"),
        where=left,
    )
    series, places = taming.norm_curves(explosion, free, clipped)
    showing.chart(
        figures.curves(
            series,
            taming.norm_title(explosion, clipped),
            taming.said(taming.NORM_AXES),
            places=places,
            dark=controls.dark(),
        ),
        key="remedy_norms",
        alt=say("Norm of the gradient against updates, on a log axis, without and with clipping, and the threshold"),
        where=right,
    )
    guess = _guess("tanh", taming.guess_tanh(), "Without clipping", taming.TANH_GUESSES)
    if guess:
        controls.answer("remedy_guess_tanh", taming.graded_tanh(guess, *compute.race(taming.TANH)))


def _guess(name: str, question: str, label: str, options: Mapping[str, str]) -> str:
    """Ask before it is shown; empty until somebody has guessed."""
    question = say(question)
    st.markdown(question)
    guess = controls.choice("remedy", f"guess_{name}", label, options, "none", asks=question)
    return "" if guess == "none" else guess


def show_cuts() -> None:
    """A gradient of two parts, clipped by norm and by value."""
    st.subheader(say("Two ways to cut a gradient"))
    st.markdown(say(taming.VECTOR))
    left, right = st.columns([1, 1.4], gap="medium")
    with left, st.container(horizontal=True, key="remedy_vector"):
        parts = [_ask_part(f"remedy_g{k}", f"g{k}", value) for k, value in ((1, 3.0), (2, 4.0))]
        threshold = ask_number("remedy_cut", "Threshold", (0.1, 10.0), 1.0, 0.1)
    cuts = compute.cuts(tuple(parts), threshold)
    showing.table(
        taming.cut_rows(cuts),
        hide_index=True,
        column_config={
            **{name: st.column_config.NumberColumn(say(name), format="%.4g") for name in ("g₁", "g₂", "norm")},
            "angle": st.column_config.NumberColumn(say("angle"), format="%.2f°"),
        },
        alt=say("The gradient, its two cuts, and the norm and the angle of each"),
        where=left,
    )
    showing.chart(
        figures.arrows(taming.cut_arrows(cuts), threshold, taming.cut_title(cuts), ("g₁", "g₂"), dark=controls.dark()),
        key="remedy_arrows",
        alt=say("The gradient as an arrow, its two cuts, and the circle and the square of the threshold"),
        where=right,
    )


def _ask_part(key: str, label: str, default: float) -> float:
    controls.check_link(key, -100, 100)
    found = st.number_input(label, -100.0, 100.0, default, 0.5, format="%g", key=key, bind="query-params", width=110)
    return default if found is None else float(found)


def show_cliff() -> None:
    """The loss with a wall, and gradient descent on it with and without clipping."""
    st.subheader(say("The cliff"))
    st.markdown(say(taming.CLIFF))
    with st.container(horizontal=True, gap="medium", key="remedy_cliff"):
        start = ask_number("remedy_w", "Start w", (4.0, 5.5), 4.2, 0.05)
        rate = ask_number("remedy_cliff_rate", "Learning rate ", (0.05, 1.0), 0.5, 0.05)
        threshold = ask_number("remedy_cliff_threshold", "Threshold of |dL/dw|", (0.05, 2.0), 0.1, 0.05)
    paths = compute.cliff_paths(start, rate, threshold)
    w = np.linspace(*taming.CLIFF_SPAN, 1201)
    showing.chart(
        figures.curves(
            taming.cliff_curves(w, cliff(w)[0], paths),
            taming.cliff_title(paths),
            taming.said(taming.CLIFF_AXES),
            dark=controls.dark(),
            height=380,
        ),
        key="remedy_cliff_figure",
        alt=say("The loss against the weight, nearly flat with a wall, and the steps of both descents on it"),
    )
    st.markdown(taming.cliff_told(paths, rate))


# ---- remedies --------------------------------------------------------------------------------------------------------


def ask_lag() -> int:
    """Ask how many steps lie between the class and the question."""
    return int(controls.choice("remedy", "lag", "Lag", taming.LAG_NAMES, "30"))


def show_remedies(lag: int, seed: int) -> None:
    """Accuracy against updates above the gradient at the start, a column for each cell; then the table."""
    found, profiles = compute.remedies_measured(lag), compute.start_profiles(lag, seed)
    axes = taming.profile_axes(profiles)
    for column, cell in zip(st.columns(3, gap="medium"), taming.ROLES, strict=True):
        showing.chart(
            figures.curves(
                taming.accuracy_curves(cell, found),
                taming.accuracy_title(cell, found),
                taming.said(taming.ACCURACY_AXES),
                dark=controls.dark(),
                height=300,
            ),
            key=f"remedy_accuracy_{cell}",
            alt=say(
                "Share of held-out sequences that each {cell} has right, against updates: median and range of the seeds",
                cell=cell,
            ),
            where=column,
        )
        showing.chart(
            figures.curves(
                taming.profile_curves(cell, profiles),
                taming.profile_title(cell, profiles),
                axes,
                dark=controls.dark(),
                height=300,
            ),
            key=f"remedy_profile_{cell}",
            alt=say(
                "Norm of the gradient at each step before the first update, as a share of the last step's: {cell}",
                cell=cell,
            ),
            where=column,
        )
    st.markdown(taming.precomputed())
    showing.table(
        taming.rows(found),
        hide_index=True,
        height=35 * (len(found) + 1) + 3,
        column_config={
            "remedy": st.column_config.TextColumn(say("remedy"), width=130),
            "ratio": st.column_config.NumberColumn(
                say("ratio at the start"),
                format="%.0e",
                width=130,
                help=say("‖dL/dx₁‖ / ‖dL/dx_T‖ before the first update: median over the seeds"),
            ),
            "solved": st.column_config.TextColumn(
                say("solved after"),
                width=120,
                help=say(
                    "Updates until more than 99 % of held-out sequences are right: median over the seeds. Never: the "
                    "median accuracy at the end in brackets"
                ),
            ),
            "seeds": st.column_config.TextColumn(say("by seeds"), width=80),
        },
        alt=say("The remedies with the share of the gradient that arrives and the updates until they solve the task"),
    )
    st.markdown(taming.read_off(lag, found))


def ask_about_lag() -> None:
    """The question about lag 100."""
    guess = _guess("lag", taming.GUESS_LAG, "At lag 100 learns", taming.LAG_GUESSES)
    if guess:
        controls.answer("remedy_guess_lag", taming.graded_lag(guess, compute.remedies_measured(100)))


_LIVE = "remedy_live"
_TICK = 0.3  # seconds between two looks at a training


def train_live(lag: int, seed: int) -> None:
    """Train a remedy in another process while somebody watches; it stops by itself, or by a click.

    The buttons stand outside the fragment: a click has to start or end its ticking, which only a run of the whole page
    does.
    """
    live: tuple[str, Job] | None = st.session_state.get(_LIVE)
    running = bool(live and not live[1].over)
    names = {name: remedy.title for name, remedy in remedies.REMEDIES.items()}
    with st.container(horizontal=True, vertical_alignment="bottom", key="remedy_live_controls"):
        name = controls.select("remedy", "live_name", "Remedy", names, width=190)
        run = remedies.run(name, lag, seed, taming.LIVE_UPDATES, taming.LIVE_EVERY)
        st.button(
            say("Train it at lag {lag}", lag=lag),
            key="remedy_live_start",
            on_click=_start,
            args=(names[name], run),
            type="primary",
        )
        st.button(say("Stop"), key="remedy_live_stop", on_click=_stop, disabled=not running)
    if live:
        st.fragment(_watch, run_every=_TICK if running else None)(*live, running)


def _watch(title: str, job: Job, was_running: bool) -> None:  # noqa: FBT001 - of a fragment
    """Show how far a training is."""
    job.renew()
    over, run, snapshots = job.over, job.run, job.snapshots
    last = snapshots[-1] if snapshots else None
    st.progress(
        (last.step if last else 0) / run.steps,
        say(
            "{remedy}, lag {lag}, seed {seed}: {told}",
            remedy=say(title),
            lag=run.lengths[1],
            seed=run.seed,
            told=taming.live_told(run, last),
        ),
    )
    if snapshots:
        accuracy, losses = taming.live_curves(snapshots)
        left, right = st.columns(2, gap="medium")
        shares, nats = (taming.said(axes) for axes in taming.LIVE_AXES)
        learning = say("{remedy} while it learns", remedy=say(title))
        showing.chart(
            figures.curves(accuracy, learning, shares, dark=controls.dark(), height=280),
            key="remedy_live_accuracy",
            alt=say("Share of held-out sequences that are right against updates, as the training goes on"),
            where=left,
        )
        showing.chart(
            figures.curves(losses, say("The loss of each batch"), nats, dark=controls.dark(), height=280),
            key="remedy_live_losses",
            alt=say("Loss of each batch against updates, as the training goes on"),
            where=right,
        )
    if was_running and over:
        st.rerun()


def _start(title: str, run: Run) -> None:
    _stop()
    st.session_state[_LIVE] = (title, compute.workers().start(run, controls.trainer("remedy")))


def _stop() -> None:
    if live := st.session_state.get(_LIVE):
        live[1].stop()


# ---- echo state network ----------------------------------------------------------------------------------------------


def ask_reservoir() -> Reservoir:
    """Ask for a reservoir."""
    with st.container(horizontal=True, gap="medium", key="remedy_reservoir"):
        radius = ask_number("remedy_radius", "Spectral radius ρ", (0.1, 2.5), 1.25, 0.05)
        units = int(ask_stop("remedy_units", "Units", [str(size) for size in SIZES], "300"))
        seed = ask_seed("remedy_reservoir_seed", "Reservoir seed", 0)
    return Reservoir(units, radius, seed)


def show_forecast(forecast: Forecast) -> None:
    """The series and the forecasts; what they came to."""
    order, line, last = compute.baselines()
    showing.chart(
        figures.curves(
            taming.forecast_curves(forecast, line),
            taming.forecast_title(forecast),
            taming.said(taming.FORECAST_AXES),
            places=[taming.Place(say("off by 0.1"), x=forecast.close)] if forecast.close < len(forecast.truth) else [],
            dark=controls.dark(),
            height=380,
        ),
        key="remedy_forecast",
        alt=say(
            "The series over 500 steps, and the forecasts of the network and of a straight line through past values"
        ),
    )
    st.markdown(taming.forecast_told(forecast, order, line, last))


def show_errors(reservoir: Reservoir, forecast: Forecast) -> None:
    """Error against spectral radius, over many reservoirs."""
    found, line = compute.reservoirs_measured()[reservoir.units], compute.baselines()[1]
    showing.chart(
        figures.curves(
            taming.error_curve(reservoir.units, found),
            taming.error_title(found),
            taming.said(taming.ERROR_AXES),
            places=taming.error_places(reservoir, forecast, line),
            dark=controls.dark(),
            height=400,
        ),
        key="remedy_errors",
        alt=say(
            "Error of the free run against spectral radius on a log axis: median and middle half of the reservoirs"
        ),
    )
    st.markdown(taming.error_told(reservoir.units, found, line))


def show_echo(reservoir: Reservoir) -> None:
    """How far two runs from different starts are apart."""
    distances = compute.echoes(reservoir)
    showing.chart(
        figures.curves(
            taming.echo_curves(distances),
            taming.echo_title(distances),
            taming.said(taming.ECHO_AXES),
            dark=controls.dark(),
            height=400,
        ),
        key="remedy_echo",
        alt=say("Distance between the states of two runs from different starts, at each step, on a log axis"),
    )
    st.markdown(taming.echo_told(reservoir, distances))


def ask_about_echo() -> None:
    """The question about a large radius."""
    guess = _guess("echo", taming.guess_echo(), "Left after 300 steps", taming.ECHO_GUESSES)
    if guess:
        controls.answer(
            "remedy_guess_echo", taming.graded_echo(guess, compute.echoes(Reservoir(radius=taming.ECHO_RADIUS)))
        )
