"""Parts of the page "sentiment": its widgets, its pictures, and a training on the visitor's own texts."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from models.loaders.labelled import Labelled, read
from models.own_reviews import Assignment, Picture, Recipe, split
from models.sentiment import TESTED, TRAINING_TEXTS, Question, shuffled
from playground import compute, controls, decaying, figures, learning, showing, typed
from playground import senti_words as words
from playground.language import say
from playground.learning import Learning
from playground.player import player
from playground.player.player import asked

_LAST_SEED = 2**31 - 1


def ending(name: str, notice: str, tries: words.Attempts) -> None:
    """What to notice, and two things to try."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts(f"senti_{name}", tries)


def _guess(name: str, options: Mapping[str, str], asks: str) -> str:
    """Ask for a guess; "none" at first."""
    return controls.choice("senti", name, "Your guess", {"none": "?", **options}, "none", asks=asks)


def _ask_text(name: str, label: str, first: str) -> str:
    """Ask for a review; one without words gets a sentence, and the last good one stays."""
    key, good = f"senti_{name}", f"senti_{name}_good"
    text = st.text_input(say("{label} (Enter reads it)", label=say(label)), first, key=key, bind="query-params") or ""
    try:
        Question(text)
    except ValueError:
        kept = st.session_state.get(good, first)
        st.warning(words.complaint(kept))
        return kept
    st.session_state[good] = text
    return text


def _examples(name: str) -> None:
    with st.container(horizontal=True, gap="small", key=f"senti_{name}_examples"):
        for title, text in words.EXAMPLES.items():
            st.button(
                say(title), key=f"senti_{name}_{title}", type="tertiary", help=text, on_click=typed.put,
                kwargs={f"senti_{name}": text},
            )  # fmt: skip


def _ask_network(name: str) -> str:
    return controls.select("senti", name, "Network", words.NETWORKS, 270)


def _seed(key: str) -> int:
    controls.check_link(key, 0, _LAST_SEED)
    return int(st.number_input(say("Seed"), 0, _LAST_SEED, 0, key=key, bind="query-params", width=120) or 0)


def _table(columns: Mapping[str, Sequence], alt: str, numbers: Mapping[str, str] | None = None) -> None:
    """A narrow table; `numbers` gives the form of columns. Heads and `alt` are translated here."""
    showing.table(
        {say(name): values for name, values in columns.items()}, hide_index=True, width="content", alt=say(alt),
        column_config={
            say(name): st.column_config.NumberColumn(say(name), format=form) for name, form in (numbers or {}).items()
        },
    )  # fmt: skip


# ---- word by word ----------------------------------------------------------------------------------------------------


def word_by_word() -> None:
    """The tab "Word by word": the score after every word, and the network stepped."""
    st.subheader(say("Guess first: where does it change its mind?"))
    question = say(words.WORD_QUESTION, review=words.LECTURE)
    st.markdown(question)
    guess = _guess("turn", words.WORD_GUESSES, question)
    if guess != "none":
        controls.answer("senti_turn", words.word_answer(guess, compute.judged(Question(words.LECTURE))))
    st.subheader(say("The score after every word"))
    text = _ask_text("text", "Your review", words.CEREAL)
    _examples("text")
    network = _ask_network("network")
    found = compute.judged(Question(text, network))
    if note := words.remarks(found):
        st.info(note)
    title = words.NETWORKS[network]
    showing.chart(
        figures.lines(
            words.score_lines(found, title),
            say("The network's mind moves from word to word"),
            say("the last word that has been read"),
            say("P(positive)"),
            words=words.shown_tokens(found),
            span=(-0.03, 1.03),
            dark=controls.dark(),
        ),
        key="senti_scores",
        alt=say("Probability of praise after each word, of the network and of naive Bayes"),
    )
    st.markdown(words.score_words(found))
    st.markdown(words.loss_words(found))
    tracks = words.tracks(found, title)
    _, wrong = asked(len(found.tokens), max(track.trace.hidden for track in tracks))
    if wrong:
        st.warning(wrong)
    player(tracks, words.player_tokens(found), key="senti_player", step=len(found.tokens) - 1)


# ---- order and pooling -----------------------------------------------------------------------------------------------


def order_and_pooling() -> None:
    """The tab "Order and pooling": two texts with one bag; then who judges how many reviews rightly."""
    st.markdown(say(words.ORDER_STORY))
    with st.container(horizontal=True, gap="small", key="senti_pairs"):
        for title, (one, other) in words.PAIRS.items():
            st.button(
                say(title), key=f"senti_pair_{title}", type="tertiary", on_click=typed.put,
                kwargs={"senti_one": one, "senti_other": other},
            )  # fmt: skip
    left, right = st.columns(2, gap="medium")
    with left:
        one = _ask_text("one", "First", words.ONE)
    with right:
        other = _ask_text("other", "Second", words.OTHER)
    with st.container(horizontal=True, vertical_alignment="bottom", key="senti_shuffling"):
        seed = _seed("senti_seed")
        st.button(
            say("Put the first one's words here, shuffled"), key="senti_shuffle", icon=":material/shuffle:",
            on_click=_shuffle, args=(one, seed),
        )  # fmt: skip
    found = compute.two_reviews(one, other)
    st.markdown(words.order_words(found))
    left, right = st.columns([1, 1.6], gap="medium")
    with left:
        st.markdown(say("**The two bags**"))
        _table(words.bag_table(found), "Each word with how often it stands in both texts")
    with right:
        st.markdown(say("**P(positive)**"))
        _table(
            words.judges_table(found), "P(positive) of both texts, by judge", {"first": "%.3f", "second": "%.3f"},
        )  # fmt: skip
    st.subheader(say("Guess first: how far does a bag get?"))
    _accuracies()


def _shuffle(one: str, seed: int) -> None:
    """The next shuffle takes the next seed, so that every click changes something."""
    typed.put(senti_other=shuffled(one, seed), senti_seed=min(seed + 1, _LAST_SEED))


def _accuracies() -> None:
    networks, bags = compute.sentiment_facts()
    asked = say(words.BAG_QUESTION, texts=TRAINING_TEXTS, always=bags["always"])
    st.markdown(asked)
    guess = _guess("bag", words.BAG_GUESSES, asked)
    if guess == "none":
        if not st.toggle(say("Show it without a guess"), key="senti_bag_shown", bind="query-params"):
            return
    else:
        controls.answer("senti_bag", words.bag_answer(guess, bags))
    st.subheader(say("Last state, mean, max, and the bag"))
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        _table(
            words.accuracy_table(networks, bags), "Share of held-out reviews judged rightly, by judge",
            {"right, %": "%.1f", "weights": "localized"},
        )  # fmt: skip
    with right:
        figure = figures.lines(
            words.accuracy_lines(networks, bags),
            say("Longer reviews are harder for pools and bags"),
            say("opinions in the review (trained: 1 to 4)"),
            say("share right"),
            span=(0.45, 1.03),
            dark=controls.dark(),
        )
        figure.update_xaxes(tickvals=list(TESTED))
        showing.chart(
            figure,
            key="senti_accuracy",
            alt=say(
                "Share of held-out reviews judged rightly against the number of opinions, three poolings and a bag"
            ),
        )
    st.markdown(words.accuracy_words(networks, bags))
    st.markdown(say(words.PADDED))
    st.page_link("../pages/shapes_of_networks.py", label=say("Shapes of networks"), icon=":material/account_tree:")


# ---- words that count ------------------------------------------------------------------------------------------------


def words_that_count() -> None:
    """The tab "Words that count": gates, gradients and removal, side by side."""
    st.subheader(say("Guess first: which word would be missed most?"))
    question = say(words.COUNT_QUESTION, review=words.CEREAL)
    st.markdown(question)
    guess = _guess("missed", words.COUNT_GUESSES, question)
    if guess != "none":
        controls.answer("senti_missed", words.count_answer(guess, compute.judged(Question(words.CEREAL))))
    st.subheader(say("Words bright or dim"))
    st.markdown(say(words.COUNT_STORY))
    text = _ask_text("count_text", "Your review", words.LECTURE)
    _examples("count_text")
    network = _ask_network("count_network")
    found = compute.judged(Question(text, network))
    if note := words.remarks(found):
        st.info(note)
    if found.kept is None:
        st.markdown(words.no_gates(network))
    else:
        st.markdown(_definition("kept by gates"))
        st.html(decaying.shaded(found.kept, dark=controls.dark()))
    st.markdown(_definition("felt by gradient"))
    st.html(decaying.shaded(found.felt, dark=controls.dark()))
    st.markdown(_definition("changed by removal"))
    st.html(decaying.shaded(words.changed(found), dark=controls.dark()))
    st.markdown(words.agreement_words(found))
    with st.expander(say("The numbers"), key="senti_numbers"):
        _table(
            words.count_table(found), "Every measure of every word",
            {"kept by gates": "%.4f", "|d logit / d word|": "%.4f", "P lost without it": "%.5f"},
        )  # fmt: skip


def _definition(measure: str) -> str:
    return f"**{say(measure)}**: {say(words.DEFINITIONS[measure])}"


# ---- from a language model -------------------------------------------------------------------------------------------


def from_a_language_model() -> None:
    """The tab "From a language model": accuracy against the number of labels."""
    known = compute.transferred()
    st.markdown(say(words.TRANSFER_STORY, years=words.YEARS))
    st.subheader(say("Guess first: ten labels"))
    st.markdown(say(words.TRANSFER_QUESTION))
    guess = _guess("ten", words.TRANSFER_GUESSES, words.TRANSFER_QUESTION)
    if guess != "none":
        controls.answer("senti_ten", words.transfer_answer(guess, known))
    seen = st.toggle(say("Show it without a guess"), key="senti_ten_shown", bind="query-params") or guess != "none"
    axes = figures.Axes(say("labelled reviews, log axis"), say("share of held-out reviews right"), span=(0.45, 1.03))
    figure = figures.curves(
        words.transfer_curves(known, read=seen),
        say("Reading first saves labels"),
        axes,
        dark=controls.dark(),
        height=400,
    )
    places, labels = words.transfer_ticks(known)
    figure.update_xaxes(tickvals=places, ticktext=labels)
    showing.chart(
        figure, key="senti_transfer",
        alt=say(
            "Accuracy against the number of labels: fine-tuned, frozen, from scratch, naive Bayes; bands over five seeds"
        ),
    )  # fmt: skip
    if not seen:
        st.caption(say("The two networks that had read before join these lines once you have guessed."))
        return
    st.markdown(words.transfer_words(known))
    table = words.transfer_table(known)
    _table(table, "Median accuracy in percent by number of labels", {way: "%.1f" for way in table if way != "labels"})
    st.markdown(words.transfer_made(known))


# ---- your reviews ----------------------------------------------------------------------------------------------------

_LIVE, _GOOD, _READ = "senti_live", "senti_good_file", "senti_read_file"
_OWN = "400 reviews of our own language"


def your_reviews() -> None:
    """The tab "Your reviews": a file, naive Bayes, and a network trained on request."""
    st.markdown(say(words.OWN_STORY))
    name, found = _ask_file()
    with st.container(horizontal=True, vertical_alignment="bottom", key="senti_own_controls"):
        cell = controls.choice("senti", "own_cell", "Network", words.CELLS, "LSTM")
        pooling = controls.choice("senti", "own_pooling", "Asked at", words.POOLINGS, "last")
        seed = _seed("senti_own_seed")
    try:
        known = _known(found, Recipe(cell, pooling, seed=seed))
    except ValueError as wrong:
        st.warning(words.own_complaint(wrong, say("nothing: bring another file")))
        return
    current: Learning[Assignment] | None = known["learning"]
    with st.container(horizontal=True, key="senti_own_buttons"):
        st.button(say("Train the {cell}", cell=cell), key="senti_train", type="primary", on_click=_start, args=(known,))
        st.button(
            say("Stop"),
            key="senti_stop",
            on_click=learning.finish,
            args=(current,),
            disabled=not (current and current.going),
        )
    learning.refusal("senti")
    learning.watch(current, lambda: _show(known, name))


def _ask_file() -> tuple[str, Labelled]:
    """Ask for a file; one that cannot be used gets a sentence, and the last good one stays."""
    state = st.session_state
    given = st.file_uploader(
        say("Your file: text, tab, label; or a CSV"), ["txt", "tsv", "csv"], key="senti_file", width=420
    )
    if given is None:
        return say(_OWN), compute.own_language()
    data = given.getvalue()
    try:
        if _READ not in state or state[_READ][0] != data:
            state[_READ] = (data, read(data))
        found: Labelled = state[_READ][1]
    except ValueError as wrong:
        name, kept = state.get(_GOOD, (say(_OWN), compute.own_language()))
        st.warning(words.own_complaint(wrong, name))
        return name, kept
    state[_GOOD] = (given.name, found)
    st.markdown(words.own_told(given.name, len(found.texts), sum(found.labels), found.names, found.remarks))
    return given.name, found


def _known(found: Labelled, recipe: Recipe) -> dict[str, Any]:
    """What is known of a file with this seed: who can be right how often, and the newest training of this network.

    A network joins the results when it has learned to the end, or was stopped, and has been measured.
    """
    state = st.session_state
    if _LIVE not in state or state[_LIVE]["file"] != (found, recipe.seed):
        parted = split(found.texts, found.labels, recipe.seed)
        learning.end(state.get(_LIVE, {}).get("learning"))
        state[_LIVE] = {"file": (found, recipe.seed), "split": parted, "results": {}, "asked": None, "learning": None}
    known, asked = state[_LIVE], Assignment(found.texts, found.labels, recipe)
    if known["asked"] != asked:
        learning.end(known["learning"])
        known |= {"asked": asked, "learning": None}
    current: Learning[Assignment] | None = known["learning"]
    picture: Picture | None = current.work.picture if current and not current.going else None
    if picture and picture.accuracy is not None and picture.step:
        name = f"{recipe.cell}, {words.POOLINGS[recipe.pooling]}"
        known["results"] = {**known["results"], name: picture.accuracy}
    return known


def _show(known: dict[str, Any], name: str) -> None:
    """How far a training is, and who is right how often."""
    current: Learning[Assignment] | None = known["learning"]
    if current:
        learning.bar(current, words.own_live(current.work.updates, current.work.planned, current.work.losses))
    st.markdown(say("**On the fifth of {name} that is kept back**", name=words.plain(name, 40)))
    _table(
        words.own_table(known["split"], known["results"]),
        "Share of the texts kept back judged rightly",
        {"right, %": "%.1f"},
    )
    st.markdown(words.own_verdict(known["split"], known["results"]))


def _start(known: dict[str, Any]) -> None:
    known["learning"] = learning.begin("senti", known["asked"], known["learning"])
