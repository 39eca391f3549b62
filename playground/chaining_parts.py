"""Parts of the page "chains of numbers": its widgets and its pictures."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from models.chain import LARGEST, LEAST, LONGEST_INPUTS, MOST, Chain, Power, Product, ScalarRNN
from playground import chaining, compute, controls, figures, showing, typed
from playground.language import formula, said_all, say

_FACTOR, _STEPS = "chain_factor", "chain_steps"


def ask_power() -> Power:
    """Ask for a factor and how often to multiply by it; the factors of the lectures are one click away."""
    _presets(chaining.POWERS)
    controls.check_link(_FACTOR, LEAST, MOST)
    with st.container(horizontal=True, gap="medium", key="chain_power"):
        factor = st.slider(
            say("Factor"), LEAST, MOST, chaining.FIRST.factor, 0.01, key=_FACTOR, bind="query-params", width=420
        )
        steps = _ask_stop(_STEPS, "How many factors, T", chaining.STEPS, str(chaining.FIRST.steps))
    return Power(round(float(factor), 2), int(steps))


def _ask_stop(key: str, label: str, names: tuple[str, ...], default: str) -> str:
    """Ask for one of a few stops of a slider. One in the URL that there is not is ignored, and said so."""
    asked = st.query_params.get(key)
    if asked is not None and asked not in names:
        st.warning(
            say("The link asks for a stop that the slider “{label}” does not have, so it is ignored.", label=say(label))
        )
    return st.select_slider(say(label), names, default, key=key, bind="query-params", width=420)


def _presets(presets: Mapping[str, Mapping[str, object]]) -> None:
    with st.container(horizontal=True, gap="small", key=f"chain_presets_{next(iter(presets))}"):
        for name, widgets in presets.items():
            st.button(say(name), key=f"chain_preset_{name}", on_click=typed.put, kwargs=dict(widgets))


def show_products(power: Power, products: Mapping[str, Product]) -> None:
    """The running product as a curve and as a table, and what becomes of it in each number format."""
    curve, numbers = st.columns([1.1, 1], gap="medium")
    with curve:
        showing.chart(
            figures.magnitudes(
                chaining.lines(power, products),
                chaining.curve_title(power),
                say("factors multiplied"),
                say("product"),
                steady=True,
                dark=controls.dark(),
                height=430,
                say=say,
            ),
            key="chain_products",
            alt=say(
                "The product of up to {steps} factors of {factor:g} on a log axis, exactly and in four formats",
                steps=power.steps,
                factor=power.factor,
            ),
        )
    with numbers:
        st.markdown(say("**The running product**"))
        showing.table(
            chaining.running(power, products),
            hide_index=True,
            height=390,
            column_config={name: st.column_config.Column(say(name), width=76) for name in ("exact", *products)}
            | {"factors": st.column_config.NumberColumn(say("factors"), format="%d", width=64)},
            alt=say(
                "The product after some numbers of factors: exact, and multiplied step by step in each number format"
            ),
        )
    table = chaining.formats(products)
    showing.table(
        table,
        hide_index=True,
        column_config=said_all({name: name for name in table}),
        alt=say("Each number format: its smallest number, the product of all factors, and what becomes of it"),
    )


def show_checked() -> None:
    """The powers that the lectures print, beside the exact ones."""
    table = chaining.checked()
    showing.table(
        table,
        hide_index=True,
        column_config=said_all({name: name for name in table}),
        alt=say("Powers as two lectures print them, beside the exact ones"),
    )


def ask_guess_of_product() -> None:
    """Ask what 0.9^1000 is in float32 before it is shown."""
    st.subheader(say("Guess first: a product that does not die"))
    asked = chaining.question()
    st.markdown(asked)
    guess = controls.choice("chain", "guess", "The product in float32", chaining.GUESSES, "none", asks=asked)
    if guess != "none":
        controls.answer("chain_guess", chaining.graded(guess, compute.products(chaining.XU)["float32"]))
        preset = dict(chaining.POWERS["0.9 (Xu)"])
        st.button(say("See it in the curve"), key="chain_see", on_click=typed.put, kwargs=preset)


def ask_network() -> ScalarRNN:
    """Ask for the RNN with one unit and what it reads; two tabs share it."""
    _presets(chaining.NETWORKS)
    with st.container(horizontal=True, gap="medium", key="chain_reads"):
        with st.container(width=340):
            inputs = typed.ask_sequence(
                "chain_inputs", "Inputs $x_t$", chaining.INPUTS, longest=LONGEST_INPUTS, largest=LARGEST
            )
        with st.container(width="content"):
            squash = typed.ask_squash("chain", "squash", "Squashing φ", "tanh")
    w, u, b, h_0 = typed.ask_sliders("chain", chaining.SLIDERS)
    return ScalarRNN(tuple(x for (x,) in inputs), squash, w, u, b, h_0)


def show_chain(chain: Chain) -> None:
    """The slopes that a network works at, and the product of its factors on the way back."""
    left, right = st.columns(2, gap="medium")
    squash, reach = chain.network.nonlinearity, max(4.5, 1.1 * float(np.abs(chain.a).max()))
    drawn = [
        figures.Slope(
            chaining.slope_name(name),
            *compute.slopes(name, reach),
            "state" if name == squash else "share",
            "solid" if name == squash else "dash",
            peaked=name in ("tanh", "sigmoid"),
        )
        for name in chaining.curves(squash)
    ]
    showing.chart(
        figures.slopes(drawn, (chain.a, chain.slopes), say(chaining.SLOPES_TITLE), dark=controls.dark(), say=say),
        key="chain_slopes",
        alt=say(
            "The derivatives of tanh and of the sigmoid with their maxima 1 and 0.25 at 0, and a dot for each step"
        ),
        where=left,
    )
    showing.chart(
        figures.magnitudes(
            chaining.back(chain),
            chaining.back_title(chain),
            say("step t"),
            f"|∂h<sub>{chain.network.steps}</sub>/∂h<sub>t</sub>|",
            dark=controls.dark(),
            say=say,
        ),
        key="chain_back",
        alt=say("The size of the derivative of the last state with respect to each earlier state, on a log axis"),
        where=right,
    )
    showing.table(
        chaining.table(chain),
        hide_index=True,
        alt=say(
            "For each step, the last one first: input, pre-activation, state, slope, factor, and the product so far"
        ),
    )


def ask_guess_of_weight(network: ScalarRNN) -> None:
    """Ask whether a larger weight makes the gradient larger before it is shown for every weight."""
    st.subheader(say("Guess first: does a larger w explode?"))
    asked = chaining.question_weight(compute.chained(chaining.SMALL))
    st.markdown(asked)
    guess = controls.choice("chain", "guess_w", "At w = 2 it is", chaining.GUESSES_WEIGHT, "none", asks=asked)
    if guess == "none":
        return
    small, large = compute.chained(chaining.SMALL), compute.chained(chaining.LARGE)
    controls.answer("chain_guess_w", chaining.graded_weight(guess, small, large))
    found = compute.weight_sweep(network)
    showing.chart(
        figures.magnitudes(
            chaining.over_w(found, network.steps),
            chaining.over_w_title(found),
            say("weight w"),
            f"|∂h<sub>{network.steps}</sub>/∂h<sub>1</sub>|",
            here=(network.w, f"w = {network.w:.2f}"),
            dark=controls.dark(),
            say=say,
        ),
        key="chain_sweep",
        alt=say("The size of the derivative of the last state with respect to the first one against the weight w"),
    )


def ask_target() -> float:
    """Ask for the target of the loss."""
    return typed.ask_sliders("chain_loss", chaining.TARGET)[0]


def unfold(chain: Chain, longer: int) -> None:
    """The derivation line by line, with a question before it; `longer` is the length of the whole sequence."""
    steps = chain.network.steps
    if told := chaining.read_only_so_far(longer):
        st.caption(told)
    asked, name = chaining.question_term(steps), f"guess_term{steps}"
    st.markdown(asked)
    guess = controls.choice("chain", name, "Most comes from", chaining.guesses(steps), "none", asks=asked)
    if guess != "none":
        controls.answer(f"chain_{name}", chaining.graded_term(guess, chain))
    lines = chaining.derivation(chain)
    key = f"chain_line{steps}"
    controls.check_link(key, 1, len(lines))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="chain_unfold"):
        shown = int(st.slider(say("Lines shown"), 1, len(lines), 2, key=key, bind="query-params", width=260))
        st.button(say("Next line"), key="chain_next", on_click=_turn, args=(key, shown + 1), type="primary",
                  icon=":material/arrow_downward:", disabled=shown == len(lines))  # fmt: skip
        st.button(say("One back"), key="chain_previous", on_click=_turn, args=(key, shown - 1), disabled=shown == 1)
        st.button(say("All"), key="chain_all", on_click=_turn, args=(key, len(lines)), disabled=shown == len(lines))
    for place, line in enumerate(lines[:shown], start=1):
        with st.container(border=place == shown, key=f"chain_step{place}"):
            st.markdown(f"**{place}.** {line.words}")
            letters, numbers = st.columns(2)
            letters.latex(formula(line.letters))
            numbers.latex(formula(line.numbers))


def _turn(key: str, line: int) -> None:
    typed.put(**{key: line})


def ending(tab: str, notice: str, tries: chaining.Tries) -> None:
    """What to notice, and two things to try."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts(f"chain_{tab}", tries)
