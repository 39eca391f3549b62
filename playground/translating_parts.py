"""Parts of the page "translation": its widgets, its pictures, a visitor's file, and a training that one watches."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from models.date_rules import by_rules
from models.loaders.pairs import Pairs, iso_dates, read
from models.translator import WIDEST, Said, greedy
from models.translators import BEAM_TEXTS, SIZES, Assignment, Picture
from playground import compute, controls, figures, learning, showing, typed
from playground import translating as words
from playground.language import say
from playground.learning import Learning
from playground.player import player

# ---- what several tabs share -----------------------------------------------------------------------------------------


def _ask_text(key: str, label: str, default: str) -> str:
    """Ask for a text; an empty one gets a sentence, and the last one that had something to read stays."""
    good = f"{key}_good"
    typed = (
        st.text_input(say("{label} (Enter reads it)", label=say(label)), default, key=key, bind="query-params") or ""
    )
    if words.reading(typed):
        st.session_state[good] = typed
    kept = st.session_state.get(good, default)
    if not words.reading(typed):
        st.warning(
            say(
                "There is nothing to read. Type a date in words or numbers. What you see still reads {kept}.",
                kept=words.code(kept),
            )
        )
    for told in words.remarks(kept):
        st.info(told)
    return kept


def _ask_network(name: str = "", attention: str = "with", size: str = "64") -> tuple[str, str]:
    """Ask which network: with attention or without, and how many units."""
    name = f"{name}_" if name else ""
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"translate_{name}network"):
        chosen = controls.choice("translate", f"{name}attention", "Network", words.ATTENTION, attention)
        units = controls.choice("translate", f"{name}size", "Hidden units", words.SIZE_NAMES, size)
    return chosen, units


def _guess(name: str, question: str, label: str, options: Mapping[str, str]) -> tuple[str, bool]:
    """Ask before it is shown: the guess, and whether the visitor wants to see the answer."""
    st.subheader(say("Guess first"))
    st.markdown(question)
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"translate_{name}_answer"):
        guess = controls.choice("translate", name, label, options, "none", asks=question)
        seen = st.toggle(say("Show it without a guess"), key=f"translate_{name}_shown", bind="query-params")
    return guess, seen or guess != "none"


def _table(rows: Mapping[str, Sequence], alt: str, formats: Mapping[str, str] | None = None) -> None:
    """A narrow table; numbers in the formats that are given. Heads and `alt` are translated here."""
    showing.table(
        {say(name): cells for name, cells in rows.items()},
        hide_index=True,
        width="content",
        height=_ROW * (1 + max(map(len, rows.values()))) + 3,
        column_config={
            say(name): st.column_config.NumberColumn(say(name), format=form) for name, form in (formats or {}).items()
        },
        alt=say(alt),
    )


_ROW = 35  # pixels of a row of a table: all rows are seen at once


def _facts(attention: str, hidden: int) -> dict[str, Any]:
    return compute.translator_facts(words.network(attention, str(hidden)))


# ---- translate -------------------------------------------------------------------------------------------------------


def translate() -> None:
    """The tab "Translate": a text, what is said, where it looked, the vector, both halves step by step."""
    text = _ask_text("translate_text", "A date", words.LECTURE)
    with st.container(horizontal=True, gap="small", key="translate_examples"):
        for example in words.EXAMPLES:
            st.button(
                example,
                key=f"translate_example_{example}",
                type="tertiary",
                on_click=_put,
                args=("translate_text", example),
            )
    attention, size = _ask_network()
    found = compute.translated(words.question(text, attention, size))
    st.markdown(words.verdict(text, found.result))
    tokens = [words.shown(character) for character in found.tokens]
    if found.weights is None:
        st.info(say(words.NO_ATTENTION))
    else:
        showing.chart(
            figures.grid(
                found.weights, "read", say("Where each character comes from"), found.said, tokens,
                say("character read"), say("character written"), dark=controls.dark(),
            ),
            key="translate_weights",
            alt=say(
                "Weights of attention: each character written, from top to bottom, by character read, from left to right"
            ),
        )  # fmt: skip
        st.markdown(words.attention_told(found.weights))
    rows, names, columns = words.squares(found.vector)
    showing.chart(
        figures.grid(
            rows, "state", say("The vector between the halves"), names, columns,
            say("unit within the row"), say("units"), numbers=False, dark=controls.dark(),
        ),
        key="translate_vector",
        alt=say("The state of the encoder after the last character, one square for each hidden unit"),
    )  # fmt: skip
    st.subheader(say("Step by step"))
    half = controls.choice("translate", "half", "Step through the", words.HALVES, "encoder")
    st.markdown(say(words.STEPS_ENCODER if half == "encoder" else words.STEPS_DECODER))
    tracks, steps = words.encoder_track(found) if half == "encoder" else words.decoder_track(found)
    player(tracks, steps, key=f"translate_player_{half}", step=len(steps) - 1 if half == "encoder" else 0)
    guess, revealed = _guess("beyond", say(words.GUESS_BEYOND), "It says", words.GUESSES_BEYOND)
    if revealed:
        beyond = compute.translated(words.question(words.BEYOND, attention, size))
        controls.answer("translate_beyond", words.graded_beyond(guess, beyond.result))


def _put(key: str, value: object) -> None:
    st.session_state[key] = value


# ---- the vector between ----------------------------------------------------------------------------------------------


def the_vector_between() -> None:
    """The tab "The vector between": two texts, their vectors, the swap, and how wide the vector must be."""
    st.markdown(say(words.VECTOR_STORY))
    left, right = st.columns(2)
    with left:
        a = _ask_text("translate_a", "Text A", words.LECTURE)
    with right:
        b = _ask_text("translate_b", "Text B", words.OTHER)
    which = controls.choice("translate", "which", "Vectors of the network", words.ATTENTION, "without")
    vectors = [compute.translated(words.question(text, which, "64")).vector for text in (a, b)]
    showing.chart(
        figures.grid(
            words.vector_rows(*vectors), "state", say("Two texts, two vectors"), ["A", "B"],
            words.unit_names(len(vectors[0])), say("hidden unit"), say("text"), numbers=False, dark=controls.dark(),
        ),
        key="translate_two_vectors",
        alt=say("The states of the encoder after the last characters of text A and of text B, unit by unit"),
    )  # fmt: skip
    st.markdown(words.distance(*vectors))
    guess, revealed = _guess("swap", say(words.GUESS_SWAP), "They write", words.GUESSES_SWAP)
    if revealed:
        _show_swap(guess, a, b)
    st.subheader(say("How wide must the vector be?"))
    st.markdown(say(words.BOTTLENECK))
    facts = {(attention, hidden): _facts(attention, hidden) for attention in words.ATTENTION for hidden in SIZES}
    showing.chart(
        figures.shares(
            words.size_series(facts), [f"H = {hidden}" for hidden in SIZES],
            say("One narrow vector fails; attention needs little"), say("held-out dates that are right"), say("size"),
            dark=controls.dark(),
        ),
        key="translate_sizes",
        alt=say("Share of held-out dates that are right, by hidden units, with and without attention"),
    )  # fmt: skip
    st.markdown(words.size_verdict(facts))


def _show_swap(guess: str, a: str, b: str) -> None:
    said: dict[str, Said] = {}
    truths: dict[str, tuple[Said, Said]] = {}
    for attention in words.ATTENTION:
        said[attention] = compute.translated(words.question(a, attention, "64", started_by=b)).result
        own, other = (compute.translated(words.question(text, attention, "64")).result for text in (a, b))
        truths[attention] = own, other
    controls.answer("translate_swap", words.graded_swap(guess, said, truths))
    st.markdown(words.swap_share({attention: _facts(attention, 64) for attention in words.ATTENTION}))


# ---- greedy and beam -------------------------------------------------------------------------------------------------


def greedy_and_beam() -> None:
    """The tab "Greedy and beam": the hypotheses of a beam, and what width is worth on held-out texts."""
    st.markdown(say(words.BEAM_STORY))
    text = _ask_text("translate_beam_text", "A date", words.BEAM_TEXT)
    attention, size = _ask_network("beam", "with", "8")
    controls.check_link("translate_width", 1, WIDEST)
    width = int(
        st.slider(say("Width of the beam"), 1, WIDEST, 5, key="translate_width", bind="query-params", width=420)
    )
    network = words.network(attention, size)
    found, one = compute.hypotheses(text, network, width), compute.hypotheses(text, network, 1)[0]
    _table(
        words.beam_rows(found, one.text, by_rules(text)),
        "The hypotheses of the beam, the likeliest first: what each says, its log probability, its probability",
        {"log P": "%.3f", "P": "%.4f"},
    )
    st.markdown(words.beam_verdict(found, one))
    guess, revealed = _guess("wider", say(words.GUESS_BEAM, texts=BEAM_TEXTS), "In", words.GUESSES_BEAM)
    if revealed:
        controls.answer("translate_wider", words.graded_beam(guess, _facts("with", 8), _facts("without", 16)))
        known = {f"{say(name)}, {hidden}": _facts(name, hidden) for name in ("without", "with") for hidden in SIZES}
        rows = words.beam_table(known)
        _table(
            rows,
            "Held-out dates that are right, in percent, by width of the beam and network",
            dict.fromkeys(known, "%.1f %%"),
        )


# ---- teacher forcing -------------------------------------------------------------------------------------------------


def teacher_forcing() -> None:
    """The tab "Teacher forcing": one text both ways, the curves of a training, and one that is watched."""
    st.markdown(say(words.FORCING_STORY))
    text = _ask_text("translate_force_text", "A date", words.FORCING_TEXT)
    attention, size = _ask_network("force", "with", "8")
    right = by_rules(text)
    if right:
        told = compute.translated(words.question(text, attention, size, teacher=right))
        own = compute.translated(words.question(text, attention, size))
        _table(
            words.forcing_rows(told, own, right),
            "Step by step: the right character, what the decoder says when told the right ones, and when fed its own",
        )
        st.markdown(words.forcing_verdict(told, own, right))
    else:
        st.info(
            say(
                "The rules know no date in this text, so there is no teacher. Type one that has a day, a month and a "
                "year."
            )
        )
    _show_curves()
    st.subheader(say("Train one now"))
    _train()


def _show_curves() -> None:
    point = words.at(_facts("without", 64)["curve"], words.CURVE_STOP)
    asked = say(words.GUESS_CURVE, updates=words.CURVE_STOP, forced=words.percent(point["forced"]))
    guess, revealed = _guess("curve", asked, "Whole dates", words.GUESSES_CURVE)
    if not revealed:
        st.caption(say("The curves of the training appear once you have guessed."))
        return
    controls.answer("translate_curve", words.graded_curve(guess, point))
    attention, size = _ask_network("curve", "without", "64")
    _plot_curve("translate_curve", _facts(attention, int(size))["curve"])


def _plot_curve(key: str, curve: Sequence[Mapping[str, float]]) -> None:
    showing.chart(
        figures.lines(
            words.curve_lines(curve), say("Whole dates come later"), say("updates of the weights"),
            say("share right, held-out"), span=(0, 1.2), dark=controls.dark(),
        ),
        key=f"{key}_shares",
        alt=say("Characters right when told and when fed its own, and whole dates right, against updates"),
    )  # fmt: skip
    st.markdown(say(words.CURVE_TOLD))
    showing.chart(
        figures.lines(
            words.loss_lines(curve), say("What training shows"), say("updates of the weights"), say("nats a character"),
            dark=controls.dark(), height=260,
        ),
        key=f"{key}_loss",
        alt=say("The loss under teacher forcing on held-out texts, against updates"),
    )  # fmt: skip


_LIVE = "translate_live"


def _train() -> None:
    """Train a network in another process while somebody watches; it stops by itself, or by a click."""
    live: Learning[Assignment] | None = st.session_state.get(_LIVE)
    attention, size = _ask_network("live")
    with st.container(horizontal=True, vertical_alignment="bottom", key="translate_live_controls"):
        controls.check_link("translate_seed", 0, 2**31 - 1)
        st.number_input(say("Seed"), 0, 2**31 - 1, 0, key="translate_seed", bind="query-params", width=120)
        st.button(say("Train"), key="translate_start", type="primary", on_click=_start, args=(attention, size))
        st.button(
            say("Stop"),
            key="translate_stop",
            on_click=learning.finish,
            args=(live,),
            disabled=not (live and live.going),
        )
    learning.refusal("translate")
    if live:
        learning.watch(live, lambda: _show(live))


def _show(live: Learning[Assignment]) -> None:
    """How far a training is."""
    picture: Picture | None = live.work.picture
    learning.bar(live, words.live_told(live.asked.recipe, live.work.updates, live.work.losses))
    if picture:
        _plot_curve("translate_live", [words.live_point(step, marks) for step, marks in picture.curve.items()])


def _start(attention: str, size: str) -> None:
    asked = Assignment(words.live_recipe(attention, size, int(st.session_state["translate_seed"] or 0)))
    st.session_state[_LIVE] = learning.begin("translate", asked, st.session_state.get(_LIVE))


# ---- how good is it? -------------------------------------------------------------------------------------------------


def how_good() -> None:
    """The tab "How good is it?": networks beside rules, by length and spelling; one's own pairs."""
    st.markdown(say(words.MARKS_STORY))
    simple = compute.translation_rules()
    guess, revealed = _guess("marks", say(words.GUESS_MARKS), "More right", words.GUESSES_MARKS)
    if revealed:
        controls.answer(
            "translate_marks", words.graded_marks(guess, [_facts("with", 64), _facts("without", 64)], simple)
        )
        networks = {
            f"{say(words.ATTENTION[a])}, {h}": _facts(a, h)
            for a in words.ATTENTION
            for h in sorted(SIZES, reverse=True)
        }
        _table(
            words.marks_rows({**networks, say("rules"): simple}),
            "Who, how many weights, and the share of dates that are right, of clean texts and of texts with a wrong "
            "letter",
            {"weights": "%d", "clean": "%.1f %%", "a letter wrong": "%.1f %%"},
        )
    st.subheader(say("Where it goes wrong"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="translate_by_controls"):
        by = controls.choice("translate", "by", "Dates right by", words.GROUPS, "length")
        size = controls.choice("translate", "marks_size", "Networks of", words.SIZE_NAMES, "8")
    known = {name: _facts(a, int(size)) for a, name in words.ATTENTION.items()} | {"rules": simple}
    showing.chart(
        figures.shares(
            words.group_series(known, by), words.group_names(by), say("Dates right, by {group}", group=say(words.GROUPS[by])),
            say("held-out dates that are right"), say("characters of the text" if by == "length" else "spelling"),
            dark=controls.dark(),
        ),
        key=f"translate_groups_{by}",
        alt=say(
            "Share of held-out dates that are right by {group}: both networks, and the rules",
            group=say(words.GROUPS[by]),
        ),
    )  # fmt: skip
    st.markdown(words.group_verdict(known, by))
    st.subheader(say("Your own pairs"))
    _your_pairs()


def _your_pairs() -> None:
    st.markdown(say(words.FILE_STORY))
    given = st.file_uploader(say("Your file of pairs"), ["txt", "tsv", "csv"], key="translate_file", width=420)
    if given is None:
        return
    try:
        pairs = iso_dates(_pairs_of(given.getvalue()))
    except ValueError as wrong:
        st.warning(words.complaint(wrong))
        return
    st.markdown(words.file_told(given.name, pairs))
    sources, targets = pairs.sources[: words.FILE_MOST], pairs.targets[: words.FILE_MOST]
    shares: dict[str, float] = {}
    said: dict[str, list[str]] = {"rules": [by_rules(text) for text in sources]}
    for attention, name in words.ATTENTION.items():
        said[name] = _said(pairs, attention)
    shares = {
        name: sum(s == t for s, t in zip(found, targets, strict=True)) / len(targets) for name, found in said.items()
    }
    _table(words.file_rows(shares), "Share of the dates of your file that each gets right", {"right": "%.1f %%"})
    slips = words.slip_rows(list(zip(sources, targets, strict=True)), said["with attention"])
    if slips["text"]:
        st.markdown(say("The first texts that the network with attention gets wrong:"))
        _table(slips, "Texts of your file whose date the network with attention gets wrong")


def _pairs_of(data: bytes) -> Pairs:
    """The pairs of a file, read once: reruns of the page find them in the session."""
    state, name = st.session_state, "translate_pairs"
    if name not in state or state[name][0] != data:
        state[name] = (data, read(data))
        state["translate_said"] = {}
    return state[name][1]


def _said(pairs: Pairs, attention: str) -> list[str]:
    """What a network of 64 units says to the texts of a file, once for each file."""
    known = st.session_state["translate_said"]
    if attention not in known:
        found = greedy(compute.translator(words.network(attention, "64")), list(pairs.sources[: words.FILE_MOST]))
        known[attention] = [said.text for said in found]
    return known[attention]


# ---- the end of each tab ---------------------------------------------------------------------------------------------


def ending(notice: str, tries: words.Tries) -> None:
    """What to notice, and two things to try."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts("translate", tries)
