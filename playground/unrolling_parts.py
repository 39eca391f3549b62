"""The page "backpropagation through time": its widgets and pictures."""

from dataclasses import replace

import streamlit as st

from models.text import words
from models.truncated import Noise, Truncated, Words, borders
from models.unrolled import LARGEST, LECTURE, LONGEST, Solution, Unrolled
from playground import compute, controls, figures, showing, typed, unrolling, unrolling_drawing
from playground.graph import asked, graph
from playground.language import formula, said_all, say

_CELLS = {name: name for name in ("RNN", "LSTM", "GRU")}

# ---- the small network -----------------------------------------------------------------------------------------------


def ask_network() -> Unrolled:
    """Ask for the small network: presets, inputs, squashing, place of the loss, and a slider for each number."""
    with st.container(horizontal=True, gap="xsmall", key="bptt_presets"):
        for name, (said, preset) in unrolling.PRESETS.items():
            st.button(say(said), key=f"bptt_preset_{name}", on_click=typed.put, kwargs=unrolling.widgets(preset))
    with st.container(horizontal=True, gap="medium", vertical_alignment="top", key="bptt_network"):
        with st.container(width=330, key="bptt_reads"):
            default = tuple((x,) for x in LECTURE.inputs)
            inputs = typed.ask_sequence("bptt_inputs", "Inputs", default, longest=LONGEST, largest=LARGEST)
        squash = typed.ask_squash("bptt", "squash", "Squashing φ", LECTURE.nonlinearity)
        loss = controls.choice("bptt", "loss", "Loss", unrolling.LOSSES, "last")
    with st.container(horizontal=True, gap="small", key="bptt_numbers"):
        numbers = {name: _ask_number(name, label) for name, label in unrolling.SLIDERS.items()}
    read = tuple(x for (x,) in inputs)
    return replace(LECTURE, inputs=read, nonlinearity=squash, every_step=loss == "every", **numbers)


def _ask_number(name: str, label: str) -> float:
    key = f"bptt_{name}"
    controls.check_link(key, -2, 2)
    begins = float(getattr(LECTURE, name))
    return st.slider(say(label), -2.0, 2.0, begins, 0.05, format="%g", key=key, bind="query-params", width=140)


def show_drawing(solution: Solution, key: str) -> None:
    """The unrolled network, stepped forward and backward, with its badge."""
    nodes, edges, stops, captions = unrolling_drawing.drawing(solution)
    if wrong := asked(nodes, stops, key=key):
        st.warning(wrong)
    cut = ".detach()" if solution.question.cut else ""
    st.markdown(f"{unrolling.told(solution)} {unrolling.badge(solution.difference, f'autograd {cut}'.strip())}")
    graph(nodes, edges, stops, key=key, captions=captions, labels="all", number=unrolling_drawing.FIRST_LOOK)


def ask_other_w(solution: Solution) -> None:
    """Another w, to be guessed and then shown."""
    question = solution.question
    asked = unrolling.w_question(question)
    st.markdown(asked)
    guess = controls.choice("bptt", "w_guess", "Your guess", unrolling.W_GUESSES, "none", asks=asked)
    if guess != "none":
        other = replace(question, w=unrolling.other_w(question))
        controls.answer("bptt_w_guess", unrolling.w_graded(guess, solution, compute.unroll(other)))


def second_backward() -> None:
    """What PyTorch says when a state was not detached, and what to do."""
    with st.expander(say("“backward through the graph a second time”: why?"), key="bptt_second"):
        st.markdown(say(unrolling.QUESTION_18))
        st.code(compute.second_backward(), language=None, wrap_lines=True)
        st.markdown(say(unrolling.CURE_18))


# ---- who contributes -------------------------------------------------------------------------------------------------


def show_small_bars(solution: Solution) -> None:
    """What each step of the small network adds to a gradient, signed, and the lecture's four terms."""
    weight = controls.choice("bptt", "weight", "Gradient of", unrolling.WEIGHTS, "w")
    steps = [str(t) for t in range(1, solution.question.steps + 1)]
    bars, terms = st.columns([1.15, 1], gap="medium")
    showing.chart(
        figures.contributions(
            solution.contributions[weight],
            steps,
            unrolling.small_title(solution, weight),
            say("added to ∂E/∂{weight}", weight=weight),
            x_title=say("step"),
            dark=controls.dark(),
            say=say,
        ),
        key="bptt_small",
        alt=say("What each step adds to the gradient of {weight}, and the sum", weight=weight),
        where=bars,
    )
    with terms:
        st.markdown(unrolling.badge(solution.difference, "autograd"))
        if solution.question.every_step:
            st.markdown(say(unrolling.MANY_LOSSES))
            return
        st.latex(formula(unrolling.lecture_sum(solution)))
        table = unrolling.four_terms(solution)
        showing.table(
            table,
            hide_index=True,
            column_config=said_all({name: name for name in table}),
            alt=say("The terms of the gradient of w, factor by factor"),
        )
        st.markdown(unrolling.lecture_said(solution))


def ask_words() -> Words | None:
    """Ask which trained network reads which text, and where its loss is. None where the text is too short."""
    with st.container(horizontal=True, gap="medium", key="bptt_trained"):
        cell = controls.choice("bptt", "cell", "Trained network", _CELLS, "RNN")
        loss = controls.choice("bptt", "text_loss", "Loss", unrolling.TEXT_LOSSES, "verb")
    text = controls.text("bptt")
    if len(words(text)) < 2:
        st.warning(say("One word has no next word, so there is no loss. Type two words or more."))
        return None
    return Words(text, cell, loss == "words")


def ask_matrix() -> str:
    """Ask for a weight of the recurrent layer."""
    return controls.choice("bptt", "matrix", "Gradient of", unrolling.MATRICES, "w_hh")


def show_who(question: Words, weight: str) -> None:
    """What each word adds to a gradient: a guess first, then shares and sizes."""
    seen, found = compute.backward(question), compute.contributions(question)
    asked = unrolling.share_question(seen, weight)
    st.markdown(asked)
    guess = controls.choice("bptt", "share_guess", "Your guess", unrolling.SHARE_GUESSES, "none", asks=asked)
    shown = st.toggle(say("Show it without a guess"), key="bptt_share_shown", bind="query-params")
    if guess == "none" and not shown:
        return
    controls.answer(
        "bptt_share_guess",
        f"{unrolling.share_graded(guess, seen, found[weight])} "
        + unrolling.badge(found[weight].difference, "autograd", relative=True),
    )
    shares, sizes = st.columns(2, gap="medium")
    showing.chart(
        figures.contributions(
            found[weight].shares,
            unrolling.words_of(seen),
            unrolling.contributions_title(seen, found[weight], weight),
            say("share of the gradient"),
            x_title=say("word read (◂ the loss)"),
            dark=controls.dark(),
            say=say,
        ),
        key="bptt_shares",
        alt=say("Share of the gradient that each word contributes, and their sum"),
        where=shares,
    )
    showing.chart(
        figures.norms(
            {unrolling.IN_TEXT[name]: part.log10_norms for name, part in found.items()},
            unrolling.words_of(seen),
            unrolling.norms_title(found),
            say("norm of the contribution, log axis"),
            x_title=say("word read"),
            dark=controls.dark(),
            say=say,
        ),
        key="bptt_norms",
        alt=say("Norm of each word's contribution to the gradients of W_hh, W_ih and b, on a log axis"),
        where=sizes,
    )
    st.markdown(unrolling.who_said(seen, found[weight], text=True))


# ---- truncated -------------------------------------------------------------------------------------------------------


def ask_subject() -> str:
    """Ask whose way back is cut."""
    return controls.choice("bptt", "subject", "Network", unrolling.SUBJECTS, "fresh")


def ask_noise() -> Noise:
    """Ask for a fresh network and where its loss is."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="bptt_fresh"):
        cell = controls.choice("bptt", "fresh_cell", "Cell", _CELLS, "LSTM")
        loss = controls.choice("bptt", "fresh_loss", "Loss", unrolling.LOSSES, "last")
        bias = controls.choice("bptt", "bias", "Bias of the gate that keeps", unrolling.BIASES, "3")
        controls.check_link("bptt_seed", 0, 2**31 - 1)
        seed = st.number_input(say("Seed"), 0, 2**31 - 1, 0, key="bptt_seed", bind="query-params", width=120)
    if cell == "RNN":
        st.caption(say("An RNN has no gate that keeps: the bias changes nothing here."))
    return Noise(cell, 0.0 if cell == "RNN" else float(bias), every_step=loss == "every", seed=int(seed or 0))


def ask_k(steps: int) -> int:
    """Ask for the number of steps between two detaches. Each length of a sequence has a slider of its own."""
    key, begins = f"bptt_k{steps}", max(1, steps // 3)
    controls.check_link(key, 1, steps)
    if steps == 1:
        return 1
    return st.slider(say("k: detach the state every k steps"), 1, steps, begins, key=key, bind="query-params")


def show_small_cut(full: Solution) -> None:
    """The small network with its way back cut: the drawing, the bars, the curve."""
    steps = full.question.steps
    k = ask_k(steps)
    cut = compute.unroll(replace(full.question, cut=k))
    st.markdown(unrolling.small_cut(full, cut))
    show_drawing(cut, "bptt_cut_graph")
    names = [str(t) for t in range(1, steps + 1)]
    bars, curve = st.columns(2, gap="medium")
    showing.chart(
        figures.contributions(
            full["dw"],
            names,
            unrolling.k_title(steps, k),
            say("added to ∂E/∂w (hollow: in full)"),
            left=cut["dw"],
            borders=borders(steps, k),
            x_title=say("step"),
            dark=controls.dark(),
            say=say,
        ),
        key="bptt_small_cut",
        alt=say("What each step adds to the gradient of w with and without the cut"),
        where=bars,
    )
    with curve:
        _show_curve(compute.truncate_small(full.question), k)


def show_cut(question: Words | Noise) -> None:
    """What a cut takes from the gradient of a real network: step by step; after a guess, for every k."""
    seen, cuts = compute.backward(question), compute.truncate(question)
    with st.container(horizontal=True, gap="medium", key="bptt_cut"):
        weight = ask_matrix()
        with st.container(width=420, key="bptt_k"):
            k = ask_k(seen.steps)
    whole, rest = compute.contributions(question), compute.contributions(question, k)
    full, left, silent = whole[weight], rest[weight], unrolling.silenced(whole, rest)
    st.markdown(
        f"{unrolling.cut_said(cuts[weight], k)} "
        + unrolling.badge(left.difference, say("autograd with .detach()"), relative=True)
    )
    showing.chart(
        figures.contributions(
            full.shares,
            seen.labels if isinstance(question, Noise) else unrolling.words_of(seen),
            unrolling.k_title(seen.steps, k, silent=silent),
            say("share of the full gradient"),
            left=left.shares,
            borders=borders(seen.steps, k),
            x_title=say("step (hollow bars: without a cut)"),
            dark=controls.dark(),
            say=say,
        ),
        key="bptt_cut_bars",
        alt=say("Share of the full gradient that each step contributes, with and without the cut"),
    )
    asked = unrolling.k_question(seen.steps)
    st.markdown(asked)
    guess = controls.choice("bptt", "k_guess", "Your guess", unrolling.K_GUESSES, "none", asks=asked)
    if st.toggle(say("Show it without a guess"), key="bptt_k_shown", bind="query-params") or guess != "none":
        controls.answer("bptt_k_guess", unrolling.k_graded(guess, seen, cuts[weight]))
        _show_curve(cuts[weight], k, compute.slide(question)[weight])
        st.markdown(say(unrolling.WINDOW))
    st.subheader(say("What learners ask"))
    st.markdown(unrolling.good_length(question, cuts["w_hh"], k, silent))
    st.markdown(unrolling.seams(*compute.loss_at_seams(question, k), k, trained=isinstance(question, Words)))


def _show_curve(cut: Truncated, k: int, slid: Truncated | None = None) -> None:
    showing.chart(
        figures.truncation(
            cut.lost,
            cut.cosine,
            k,
            unrolling.curve_title(cut, k),
            window=None if slid is None else slid.lost,
            dark=controls.dark(),
            say=say,
        ),
        key="bptt_curve",
        alt=say(
            "Share of the gradient that is cut off, and the cosine of the angle, for k from 1 to {last}",
            last=len(cut.lost),
        ),
    )
