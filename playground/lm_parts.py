"""Parts of the page "language model": its widgets, its pictures, and a training on the visitor's own text.

The training runs in the page in slices, not in `models.workers`: a `Run` names a task that every process can draw by itself,
and a visitor's text is no such task.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from models.language_model import Chain, Sampling
from models.loaders.text import Plain, read, typed
from models.network import WordModel
from models.own_text import WARMTH, Assignment, Corpus, Picture, TextRecipe
from playground import compute, controls, figures, guesses, learning, showing
from playground import lm_words as words
from playground import typed as widgets
from playground.language import say
from playground.learning import Learning
from playground.player import player

# ---- two sentences ---------------------------------------------------------------------------------------------------


def two_sentences() -> None:
    """The tab "Two sentences": which is more probable, where the difference is paid, and every step of it."""
    st.markdown(say(words.SENTENCES_STORY))
    with st.container(horizontal=True, gap="small", key="lm_pairs"):
        for name, pair in words.PAIRS.items():
            st.button(
                say(name),
                key=f"lm_pair_{name}",
                type="tertiary",
                on_click=widgets.put,
                kwargs=words.put(pair),
                help=pair.second,
            )
    with st.container(horizontal=True, vertical_alignment="bottom", key="lm_controls"):
        source = controls.choice("lm", "source", "Language", words.SOURCES, "kitchen")
        cell = controls.choice("lm", "cell", "Cell", words.CELLS, "LSTM")
    left, right = st.columns(2)
    with left:
        one = _ask_sentence("lm_first", "First sentence (Enter reads it)", words.FIRST.first)
    with right:
        two = _ask_sentence("lm_second", "Second sentence", words.FIRST.second)
    if source == "agreement":
        st.caption(say(words.AGREEMENT_STORY))
    network = "agreement" if source == "agreement" else "words"
    first, second = (compute.text_chances(network, cell, sentence) for sentence in (one, two))
    if remark := words.unknown((first, second)):
        st.info(remark)
    st.markdown(words.verdict(cell, first, second))
    seen = _ask_where(first, second)
    showing.chart(
        figures.surprises(
            words.bars(first, second if seen else None), say("What each word costs; the sum is the sentence"),
            say("surprise −ln P, nats"), dark=controls.dark(), say=say,
        ),
        key="lm_bars",
        alt=say("A bar for each word of the two sentences: minus the logarithm of its probability given the words before"),
    )  # fmt: skip
    if not seen:
        st.caption(say("The second sentence joins the first once you have guessed."))
    _show_rivals(network, one, two)
    _show_steps(network, cell, first, second)


def _ask_sentence(key: str, label: str, default: str) -> tuple[str, ...]:
    """Ask for a sentence; one without words gets a sentence, and the last good one stays."""
    text = st.text_input(say(label), default, key=key, bind="query-params") or ""
    good = f"{key}_good"
    try:
        found, remark = words.cut(text)
    except ValueError as wrong:
        kept = st.session_state.get(good, words.cut(default)[0])
        st.warning(say("{wrong}. What you see is still “{kept}”.", wrong=wrong, kept=" ".join(kept)))
        return tuple(kept)
    if remark:
        st.warning(remark)
    st.session_state[good] = found
    return tuple(found)


def _ask_where(first: Chain, second: Chain) -> bool:
    """The guess; whether the second sentence may be seen."""
    st.markdown(say(words.QUESTION))
    with st.container(horizontal=True, vertical_alignment="bottom", key="lm_answer"):
        guess = controls.choice("lm", "guess", "It pays", words.GUESSES, "none", asks=words.QUESTION)
        shown = st.toggle(say("Show it without a guess"), key="lm_shown", bind="query-params")
    seen = shown or guess != "none"
    if seen:
        controls.answer("lm_guess", words.graded(guess, first, second))
    return seen


def _show_rivals(network: str, one: tuple[str, ...], two: tuple[str, ...]) -> None:
    """What the other cells say, and what counting says."""
    said: dict[str, tuple[float, float]] = {}
    for cell in words.CELLS:
        first, second = (compute.text_chances(network, cell, sentence) for sentence in (one, two))
        said[cell] = (first.nats, second.nats)
    if network == "words":
        for order, name in {1: "unigram", 2: "bigram", 3: "trigram", 5: "5-gram"}.items():
            first, second = (compute.counted_chances(network, order, sentence) for sentence in (one, two))
            said[say(name)] = (first.nats, second.nats)
    st.subheader(say("Who else prefers which"))
    table(
        words.rivals(said), "Which of the two sentences each network and each n-gram finds more probable, and how much"
    )


def _show_steps(network: str, cell: str, first: Chain, second: Chain) -> None:
    """One sentence, factor by factor and step by step."""
    st.subheader(say("Step by step"))
    which = controls.choice("lm", "which", "Sentence", {"first": "first", "second": "second"}, "first")
    found = first if which == "first" else second
    rows, told = st.columns([1.4, 1], gap="medium")
    with rows:
        table(
            words.steps(found, begins=network == "words"),
            "For each step what is read, what must be said, its probability, the product and the sum of logarithms so far",
            {"P": "%.4g", "ln P": "%.3f", "sum": "%.3f"},
        )
    with told:
        st.markdown(
            say(
                "**Inputs are the targets, moved on by one**: what must be said at one step is read at the next. Read "
                "the columns *reads* and *must say*."
            )
        )
        st.markdown(words.products(found))
        st.markdown(words.small_example())
    tracks, tokens = words.tracks(cell, compute.text_steps(network, cell, found.tokens))
    player(tracks, tokens, key=f"lm_player_{network}", step=min(2, len(tokens) - 1))


# ---- sampling --------------------------------------------------------------------------------------------------------


def sampling() -> None:
    """The tab "Sampling": a text that the network wrote, and every draw of it."""
    st.markdown(say(words.SAMPLING_STORY))
    with st.container(horizontal=True, vertical_alignment="bottom", key="lm_sampling_controls"):
        level = controls.choice("lm", "level", "Tokens", words.LEVELS, "words")
        cell = controls.choice("lm", "writer", "Cell", words.CELLS, "LSTM")
        temperature = _ask_temperature()
        top_k = _ask_number("lm_top", "Top-k (0: all)", 0, 20, 0, 120)
        longest = _ask_number("lm_longest", "Length at most", 1, 300, 60, 140)
        seed = _ask_number("lm_seed", "Seed", 0, 2**31 - 1, words.SEED, 120)
        st.button(say("Next seed"), key="lm_next_seed", on_click=_next_seed)
    label = say("Begins with (nothing: the zero vector)")
    begun = st.text_input(label, "", key="lm_prompt", bind="query-params") or ""
    letters = level == "letters"
    prompt = tuple(begun[:200].lower()) if letters else tuple(words.words(begun)[:40])
    asked = Sampling(temperature, top_k, seed, longest + len(prompt), prompt)
    found, model = compute.sampled(level, cell, asked), compute.language_network(level, cell)
    missing = [token for token in prompt if token not in model.vocabulary]
    if missing:
        names = " ".join(f"`{token[:30]}`" for token in missing[:6])
        st.info(say("Not in this language, so read as `<unk>`: {names}.", names=names))
    st.code(words.text_of(found.tokens, letters=letters), language=None, wrap_lines=True)
    st.caption(words.ended(found))
    _show_draw(level, cell, found, model, letters=letters)
    st.subheader(say("Temperature, by hand"))
    _show_temperature()


def _ask_temperature() -> float:
    controls.check_link("lm_temperature", 0.0, 3.0)
    return float(
        st.slider(
            say("Temperature T (0: greedy)"), 0.0, 3.0, 1.0, 0.05, key="lm_temperature", bind="query-params", width=240
        )
    )


def _ask_number(key: str, label: str, low: int, high: int, value: int, width: int) -> int:
    controls.check_link(key, low, high)
    asked = st.number_input(say(label), low, high, value, key=key, bind="query-params", width=width)
    return value if asked is None else int(asked)


def _next_seed() -> None:
    st.session_state["lm_seed"] = int(st.session_state.get("lm_seed") or 0) + 1


def _show_draw(level: str, cell: str, found: Any, model: WordModel, *, letters: bool) -> None:  # noqa: ANN401 - Sampled
    """One draw of a text: what was said, what was left of it, and what the random number chose."""
    st.subheader(say("Draw by draw"))
    draws, key = len(found.draws), "lm_draw"
    controls.check_link(key, 1, 300)
    if (st.session_state.get(key) or 1) > draws:
        st.session_state[key] = draws
    with st.container(horizontal=True, vertical_alignment="bottom", key="lm_draws"):
        label = say("Draw, 1 to {draws}", draws=draws)
        draw = st.number_input(label, 1, draws, 1, key=key, bind="query-params", width=150) or 1
        st.button(say("Next draw"), key="lm_next_draw", on_click=_next_draw, args=(draws,), type="primary")
    tokens, said, left, place = words.shortlist(found, draw - 1, model.vocabulary)
    showing.chart(
        figures.choices(
            tokens, said, left, place, say("Draw {draw}: what was said, and what was drawn", draw=draw),
            dark=controls.dark(), say=say,
        ),
        key="lm_choices",
        alt=say("The most probable next tokens: what the network said and what was left after temperature and top-k"),
    )  # fmt: skip
    st.markdown(words.drawn(found, draw - 1, model.vocabulary, letters=letters))
    read_so_far = found.tokens[:-1] if found.ended else found.tokens
    tracks, shown = words.tracks(say("{cell}, what it wrote", cell=cell), compute.text_steps(level, cell, read_so_far))
    player(tracks, shown, key=f"lm_sampled_{level}")


def _next_draw(draws: int) -> None:
    st.session_state["lm_draw"] = min(int(st.session_state.get("lm_draw") or 1) + 1, draws)


def _show_temperature() -> None:
    """Three logits through softmax at several temperatures; seen once somebody has guessed."""
    st.markdown(say(words.TEMPERATURE_STORY))
    with st.container(horizontal=True, vertical_alignment="bottom", key="lm_temperature_answer"):
        guess = st.number_input(
            say(words.TEMPERATURE_QUESTION),
            0.0,
            1.0,
            None,
            0.05,
            key="lm_half",
            bind="query-params",
            width=260,
            on_change=guesses.heard,
            args=("lm_half", say(words.TEMPERATURE_QUESTION)),
        )
        shown = st.toggle(say("Show it without a guess"), key="lm_half_shown", bind="query-params")
    found = compute.softmaxes(words.LOGITS, words.TEMPERATURES)
    if guess is not None:
        controls.answer("lm_half", words.temperature_graded(float(guess), float(found[0.5][0])))
    if guess is not None or shown:
        table(
            words.temperature_rows(found),
            "softmax of the logits 2, 1 and 0, divided by five temperatures",
            digits="%.4f",
        )


# ---- letters or words ------------------------------------------------------------------------------------------------


def letters_or_words() -> None:
    """The tab "Letters or words": one text read both ways, and the held-out texts."""
    st.markdown(say(words.LEVELS_STORY))
    cell = controls.choice("lm", "reader", "Cell", words.CELLS, "LSTM")
    text = st.text_area(say("Text"), words.PASSAGE, key="lm_passage", bind="query-params", height=90) or ""
    try:
        as_words, signs = words.both_ways(text)
    except ValueError as wrong:
        st.warning(say("{wrong}. What you see is the text that was here at first.", wrong=wrong))
        as_words, signs = words.both_ways(words.PASSAGE)
    found = [
        words.row(words.level_name("words", cell), compute.text_chances("words", cell, tuple(as_words))),
        words.row(words.level_name("letters", cell), compute.text_chances("letters", cell, tuple(signs))),
        words.row(words.level_name("words 5", cell), compute.counted_chances("words", 5, tuple(as_words))),
        words.row(words.level_name("letters 5", cell), compute.counted_chances("letters", 5, tuple(signs))),
    ]
    table(
        words.level_rows(found, len(signs)),
        "Steps, share of unknown tokens, bits and bits per character of the text, by who read it",
        {"steps": "%d", "unknown %": "%.1f", "bits": "%.1f", "bits/char": "%.3f"},
    )
    st.markdown(words.level_verdict(found, len(signs), len(as_words)))
    st.subheader(say("Over many texts"))
    question = words.level_question()
    st.markdown(question)
    with st.container(horizontal=True, vertical_alignment="bottom", key="lm_level_answer"):
        guess = controls.choice("lm", "fewest", "Fewest bits", words.level_options(cell), "none", asks=question)
        shown = st.toggle(say("Show it without a guess"), key="lm_fewest_shown", bind="query-params")
    if not shown and guess == "none":
        return
    bits = words.held_out_bits({level: compute.language_facts(level, cell) for level in words.LEVELS})
    controls.answer("lm_fewest", words.level_graded(guess, bits, cell))
    table(words.held_out_rows(bits, cell), "Bits per character on held-out texts, the best first", digits="%.4f")


# ---- one unit --------------------------------------------------------------------------------------------------------


def one_unit() -> None:
    """The tab "One unit": a text, coloured by the value of one unit of the network over letters."""
    st.markdown(say(words.UNIT_STORY))
    with st.container(horizontal=True, vertical_alignment="bottom", key="lm_unit_controls"):
        cell = controls.choice("lm", "unit_cell", "Cell", words.CELLS, "LSTM")
        states = {"h": "h", "c": "c"} if cell == "LSTM" else {"h": "h"}
        known = compute.language_facts("letters", cell)
        best = words.clearest(known["meanings"])
        state = controls.choice("lm", f"state_{cell.lower()}", "State", states, best["state"])
        unit = _ask_number("lm_unit", "Unit", 1, int(known["run"]["hidden"]), best["unit"] + 1, 120) - 1
    with st.container(horizontal=True, gap="small", key="lm_meanings"):
        for name, found in known["meanings"].items():
            st.button(
                words.meaning(name, found),
                key=f"lm_meaning_{name}",
                on_click=widgets.put,
                kwargs={"lm_unit": found["unit"] + 1, f"lm_state_{cell.lower()}": found["state"]},
            )
    text = st.text_area(say("Text"), words.UNIT_PASSAGE, key="lm_unit_text", bind="query-params", height=90) or ""
    try:
        _, signs = words.both_ways(text)
    except ValueError as wrong:
        st.warning(say("{wrong}. What you see is the text that was here at first.", wrong=wrong))
        _, signs = words.both_ways(words.UNIT_PASSAGE)
    trace = compute.text_steps("letters", cell, tuple(signs)).trace
    values, role = trace[state][1:, unit].astype(float), "memory" if state == "c" else "state"
    st.html(words.coloured(signs, values, role, dark=controls.dark()))
    st.html(words.colour_key(values, role, state, unit, dark=controls.dark()))
    st.markdown(words.unit_said(values, signs))
    st.download_button(
        say("These values as CSV"),
        words.unit_csv(signs, values),
        f"unit_{unit + 1}_{state}.csv",
        "text/csv",
        key="lm_unit_csv",
    )


# ---- your own text ---------------------------------------------------------------------------------------------------

_GOOD, _LIVE = "lm_good", "lm_live"


def your_text() -> None:
    """The tab "Your own text": a text, n-grams counted on it, a network trained on request."""
    st.markdown(say(words.OWN_STORY))
    level = controls.choice("lm", "own_level", "Tokens", words.LEVELS, "letters")
    corpus = _ask_corpus(letters=level == "letters")
    with st.container(horizontal=True, vertical_alignment="bottom", key="lm_own_controls"):
        cell = controls.choice("lm", "own_cell", "Cell", words.CELLS, "LSTM")
        updates = int(controls.choice("lm", "own_updates", "Updates", words.OWN_BUDGETS, "300"))
        seed = _ask_number("lm_own_seed", "Seed", 0, 2**31 - 1, 0, 120)
    guess = controls.choice("lm", "own_guess", words.OWN_QUESTION, words.OWN_GUESSES, "none")
    live = _live(corpus)
    current: Learning[Assignment] | None = live["learning"]
    with st.container(horizontal=True, key="lm_own_buttons"):
        st.button(
            say("Train the {cell}", cell=cell),
            key="lm_train",
            type="primary",
            on_click=_start,
            args=(live, cell, updates, seed),
        )
        st.button(
            say("Stop"),
            key="lm_stop",
            on_click=learning.finish,
            args=(current,),
            disabled=not (current and current.going),
        )
    learning.refusal("lm")
    learning.watch(current, lambda: _show(live, updates, guess))


def _ask_corpus(*, letters: bool) -> Corpus:
    """Ask for a file or a pasted text; one that cannot be used gets a sentence, and the last good one stays."""
    state, default = st.session_state, ("Kitchen notes", typed(compute.kitchen_text(400)))
    given = st.file_uploader(say("Your file, plain text"), ["txt", "md", "text", "csv"], key="lm_file", width=460)
    pasted = st.text_area(say("Or paste a text"), "", key="lm_paste", height=90, max_chars=100_000)
    name, plain = default
    kept: tuple[str, Plain] = state.get(_GOOD, default)
    try:
        if pasted and pasted.strip():
            name, plain = "Pasted text", typed(pasted)
        elif given is not None:
            name, plain = given.name, read(given.getvalue())
        corpus = _corpus(plain.text, letters=letters)
        state[_GOOD] = (name, plain)
    except ValueError as wrong:
        name, plain = kept
        st.warning(words.complaint(wrong, name))
        try:
            corpus = _corpus(plain.text, letters=letters)
        except ValueError:  # long enough as letters, too short as words
            name, plain = default
            corpus = _corpus(plain.text, letters=letters)
    st.markdown(words.told_of(name, plain, corpus))
    return corpus


def _corpus(text: str, *, letters: bool) -> Corpus:
    """The corpus of a text, cut once: reruns of the page find it in the session."""
    state, name = st.session_state, "lm_corpus"
    if name not in state or state[name][:2] != (text, letters):
        state[name] = (text, letters, Corpus.of(text, letters=letters))
    return state[name][2]


def _live(corpus: Corpus) -> dict[str, Any]:
    """What is known of a corpus: the n-grams' numbers, and the training under way or done."""
    state = st.session_state
    if _LIVE not in state or state[_LIVE]["corpus"] is not corpus:
        learning.end(state.get(_LIVE, {}).get("learning"))
        counted = {order: corpus.counted(order) for order in words.ORDERS}
        state[_LIVE] = {"corpus": corpus, "counted": counted, "learning": None}
    return state[_LIVE]


def _show(live: dict[str, Any], updates: int, guess: str) -> None:
    """How far a training is, and who is ahead."""
    corpus: Corpus = live["corpus"]
    current: Learning[Assignment] | None = live["learning"]
    picture: Picture | None = current.work.picture if current else None
    cell, done = "", False
    if current:
        cell, done, updates = current.asked.recipe.cell, current.work.state == "done", current.work.planned
        learning.bar(current, words.progress(current.asked.recipe, current.work.updates))
    measured = picture.measured if picture else {}
    showing.chart(
        figures.forecasts(
            None,
            words.own_lines(cell, measured, live["counted"], updates, len(corpus.vocabulary)),
            say("Surprise on the held-out tenth"),
            say("updates of the weights"),
            say("nats per character") if corpus.letters else say("nats per word"),
            dark=controls.dark(),
        ),
        key="lm_own_figure",
        alt=say("Held-out surprise of the network against updates, beside unigram, bigram and 5-gram"),
    )
    st.markdown(words.own_verdict(guess, cell, measured, live["counted"], corpus, done=done))
    if picture and picture.wrote:
        st.markdown(say("**What it writes now** (temperature {warmth:g}, seed 0):", warmth=WARMTH))
        st.code(words.text_of(picture.wrote, letters=corpus.letters), language=None, wrap_lines=True)


def _start(live: dict[str, Any], cell: str, updates: int, seed: int) -> None:
    asked = Assignment(TextRecipe(cell, updates=updates, seed=seed), live["corpus"])
    live["learning"] = learning.begin("lm", asked, live["learning"])


# ---- shared ----------------------------------------------------------------------------------------------------------


def table(
    rows: Mapping[str, Sequence], alt: str, formats: Mapping[str, str] | None = None, *, digits: str = "%.3f"
) -> None:
    """A narrow table. Heads and `alt` are translated here."""
    numbers = [name for name, cells in rows.items() if not any(isinstance(cell, str) for cell in cells)]
    showing.table(
        {say(name): cells for name, cells in rows.items()},
        hide_index=True,
        width="content",
        column_config={
            say(name): st.column_config.NumberColumn(say(name), format=(formats or {}).get(name, digits))
            for name in numbers
        },
        alt=say(alt),
    )


def ending(page: str, notice: str, tries: words.Attempts) -> None:
    """What to notice, and two things to try."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    widgets.attempts(page, tries)
