"""Parts of the page "words into numbers": its widgets and its pictures."""

from collections.abc import Mapping, Sequence

import streamlit as st

from models import one_hot, order, trigrams
from models.embeddings import GROUPED, Embedded
from models.order import Question, Read
from models.text import words
from playground import compute, controls, figures, guesses, showing, typed, wording
from playground.language import say
from playground.player import player
from playground.player.player import asked as player_asked

_ROW = 35  # pixels of a row in Streamlit's tables
_MOST = 12  # rows of one-hot vectors that are drawn
_LONGEST = 20_000  # words of a visitor's text that are counted


def ending(page: str, notice: str, tries: wording.Attempts) -> None:
    """What to notice, and things to try: each a click that sets widgets, with what to look at."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts(f"words_{page}", tries)


def _table(columns: Mapping[str, Sequence[object]], alt: str, **formats: str) -> None:
    """A table that shows all its rows; numbers as `formats` say, by column. Heads and `alt` are translated here."""
    rows = len(next(iter(columns.values())))
    config = {say(name): st.column_config.NumberColumn(format=form) for name, form in formats.items()}
    said = {say(name): values for name, values in columns.items()}
    showing.table(said, hide_index=True, height=(rows + 1) * _ROW + 3, column_config=config, alt=say(alt))


# ---- one-hot ---------------------------------------------------------------------------------------------------------


def show_vectors() -> None:
    """Ask for a lexicon and words; show their vectors and compare two of them."""
    lexicon = _ask_lexicon()
    tokens = _ask_words("words_typed", "Words to look up (Enter reads them)", wording.TYPED)
    names = [*lexicon.words, *([say("other")] if lexicon.other else [])]
    shown = tokens[:_MOST]
    showing.chart(
        figures.switchboard(
            compute.one_hot_vectors(lexicon, tuple(shown)),
            [wording.short(token) for token in shown],
            [wording.short(name) for name in names],
            say("At most one cell of each row lights"),
            say("dimension, D = {size}", size=lexicon.size),
            dark=controls.dark(),
        ),
        key="words_vectors",
        alt=say("The one-hot vectors of the words, a row for each, a column for each word of the lexicon"),
    )
    more = (
        " " + say("The first {most} of {count:,} words are drawn.", most=_MOST, count=len(tokens))
        if len(tokens) > _MOST
        else ""
    )
    st.markdown(wording.vectors_said(tokens, lexicon) + more)
    with st.container(horizontal=True, vertical_alignment="bottom", key="words_pair"):
        pair = [
            (words(st.text_input(say(label), value, key=key, bind="query-params", width=170) or "") or [value])[0]
            for key, label, value in (("words_a", "Compare", "cat"), ("words_b", "with", "dog"))
        ]
    st.markdown(wording.pair_said(pair[0], pair[1], lexicon))
    st.caption(wording.all_pairs_said(lexicon))


def _ask_lexicon() -> one_hot.Lexicon:
    """Ask for a lexicon; a slip gets a sentence, and the last good one stays."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="words_lexicon_row"):
        text = st.text_input(say("Lexicon (Enter reads it)"), wording.LEXICON, key="words_lexicon", bind="query-params")
        other = st.toggle(say("Dimension “other”"), key="words_other", bind="query-params")
    good = "words_lexicon_good"
    try:
        found = one_hot.read_lexicon(text or "", other=other)
        st.session_state[good] = found.words
    except ValueError as wrong:
        kept, told = st.session_state.get(good, one_hot.LECTURE), say(wrong)
        told = told[:1].upper() + told[1:]
        st.warning(say("{wrong}. What you see still has {kept}.", wrong=told, kept=wording.code(kept)))
        return one_hot.Lexicon(kept, other)
    return found


def _ask_words(key: str, label: str, value: str) -> list[str]:
    """Ask for words; a text without any gets a sentence, and the last good one stays."""
    text = st.text_input(say(label), value, key=key, bind="query-params") or ""
    return _words(key, text, value)


def _words(key: str, text: str, value: str) -> list[str]:
    good = f"{key}_good"
    if words(text):
        st.session_state[good] = text
        return words(text)
    kept = words(st.session_state.get(good, value))
    st.warning(say("That text has no word. What you see still reads {kept}.", kept=wording.code(kept)))
    return kept


def predict_apart() -> None:
    """How far apart are two unknown words? Asked first, answered by their vectors."""
    st.markdown(say(wording.APART_ASKED))
    guess = controls.choice("words", "apart", "Your guess", wording.APART, "none", asks=wording.APART_ASKED)
    if guess != "none":
        controls.answer("words_apart", wording.apart_said(guess))


def show_coverage() -> None:
    """Ask for a text and a vocabulary's size; show how much of the text it covers."""
    text = st.text_area(say("A text"), wording.TEXT, key="words_text", bind="query-params", height=120) or ""
    tokens = _words("words_text", text, wording.TEXT)
    if len(tokens) > _LONGEST:
        st.warning(
            say(
                "The text has {count:,} words; the first {most:,} are counted. Your text is unchanged.",
                count=len(tokens),
                most=_LONGEST,
            )
        )
        tokens = tokens[:_LONGEST]
    shares = compute.coverages(tuple(tokens))
    most = max(2, len(shares))
    controls.check_link("words_size", 1, most)
    if st.session_state.get("words_size", 1) > most:
        st.session_state["words_size"] = most
    size = st.slider(say("Words in the vocabulary"), 1, most, min(20, most), key="words_size", bind="query-params")
    lexicon = one_hot.most_frequent(tokens, size)
    place = figures.Place(
        say("{count} words: {share:.0%}", count=len(lexicon.words), share=shares[len(lexicon.words) - 1]),
        len(lexicon.words),
        None,
    )
    showing.chart(
        figures.curves(
            [figures.Curve("", list(range(1, len(shares) + 1)), shares, "state", dots=len(shares) < 100)],
            say("Few words cover much of a text"),
            figures.Axes(
                say("words in the vocabulary, most frequent first"), say("share of the text covered"), span=(0, 1.03)
            ),
            places=[place],
            dark=controls.dark(),
        ),
        key="words_coverage",
        alt=say("Share of the text that the most frequent words cover, against their number"),
    )
    st.markdown(wording.covered_said(tokens, lexicon))
    st.code(wording.with_unknown(tokens, lexicon), language=None, wrap_lines=True)


def show_steps() -> None:
    """Ask for a sentence; show what a language model reads and should say at each step."""
    tokens = _ask_words("words_sentence", "A sentence (Enter reads it)", wording.SENTENCE)[:60]
    st.markdown(wording.tokens_said(tokens))
    _table(wording.shifted_table(tokens), "Each step with the word that is read and the word that should be said")


# ---- letter trigrams -------------------------------------------------------------------------------------------------


def predict_ones() -> None:
    """How many ones has a word? Asked first, answered by its trigrams."""
    st.markdown(say(wording.ONES_ASKED))
    controls.check_link("words_ones", 0, 100)
    heard = {"on_change": guesses.heard, "args": ("words_ones", say(wording.ONES_ASKED))}
    guess = st.number_input(say("Your guess"), 0, 100, None, key="words_ones", bind="query-params", width=150, **heard)
    if guess is not None:
        controls.answer("words_ones", wording.ones_said(int(guess)))


def show_trigrams() -> None:
    """Ask for two words; show the cells that they light."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="words_spelled"):
        marks = controls.choice("words", "marks", "Marks", wording.MARKS, "no") == "yes"
        pair = [
            st.text_input(say(label), value, key=key, bind="query-params", width=190) or ""
            for key, label, value in zip(
                ("words_first", "words_second"), ("First word", "Second word"), wording.PAIR, strict=True
            )
        ]
    good = "words_spelled_good"
    try:
        compute.shared_trigrams(*pair, marks=marks)
        st.session_state[good] = (*pair, marks)
    except ValueError as wrong:
        one, other, marks = st.session_state.get(good, (*wording.PAIR, False))
        st.warning(say("{wrong}. What you see still shows {kept}.", wrong=wrong, kept=wording.code((one, other))))
        pair = [one, other]
    values, names = wording.board(*pair, marks=marks)
    showing.chart(
        figures.switchboard(
            values,
            [wording.short(word.lower()) for word in pair],
            names,
            say("The cells that light; all others are 0"),
            say("trigram, {count} of {cells:,} cells", count=len(names), cells=trigrams.cells(marks=marks)),
            dark=controls.dark(),
        ),
        key="words_board",
        alt=say("The letter trigrams of both words, a column for each, lit where the word has it"),
    )
    st.markdown(wording.hashed_said(*pair, marks=marks))


# ---- embeddings ------------------------------------------------------------------------------------------------------


def ask_embedding() -> Embedded:
    """Ask whose words to look at."""
    cell = controls.choice("words", "net", "Trained network (number agreement)", wording.CELLS, "LSTM")
    return compute.embedded(cell)


def show_lookup(found: Embedded) -> None:
    """One word's row, as a product and as a row, and its neighbours."""
    options = {word: word for word in ("cat", *(word for word in GROUPED if word != "cat"))}
    word = controls.select("words", "near", "Word", options, width=200)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(say("**The first 6 of its 16 numbers**"))
        columns = wording.lookup_table(found, word)
        _table(
            columns, "One-hot vector times matrix beside the row of the matrix, after and before training",
            **{name: "%.6f" for name in columns if name != "number"},
        )  # fmt: skip
    with right:
        st.markdown(say("**Its nearest words, by the cosine in all 16**"))
        _table(wording.neighbour_table(found, word), "The nearest words before and after training, with their cosines")
    st.markdown(f"{wording.lookup_said(found, word)} {wording.parameters_said(found)}")


def predict_mixed(found: Embedded) -> None:
    """Whose vectors tell one from many? Asked first, answered by their distances."""
    st.markdown(say(wording.MIXED_ASKED))
    guess = controls.choice("words", "mixed", "Your guess", wording.MIXED, "none", asks=wording.MIXED_ASKED)
    if guess != "none":
        controls.answer("words_mixed", wording.mixed_said(guess, found))


def show_planes(found: Embedded) -> None:
    """The words of a view on a plane, before and after training."""
    view = controls.choice("words", "view", "Words", wording.VIEW_NAMES, "verbs")
    marked = st.session_state.get("words_near", "cat")
    for column, trained in zip(st.columns(2, gap="medium"), (False, True), strict=True):
        groups, shares = wording.clouds(found, view, trained=trained)
        title = (
            "After training: {share:.0%} of the variance" if trained else "Before training: {share:.0%} of the variance"
        )
        alt = (
            "After training: the words on the plane of their two principal components, by group"
            if trained
            else "Before training: the words on the plane of their two principal components, by group"
        )
        showing.chart(
            figures.scatter(
                groups,
                say(title, share=shares[:2].sum()),
                say("first axis, {share:.0%} of the variance", share=shares[0]),
                say("second axis, {share:.0%}", share=shares[1]),
                marked=marked,
                dark=controls.dark(),
            ),
            key=f"words_plane_{'after' if trained else 'before'}",
            alt=say(alt),
            where=column,
        )
    st.caption(say("The ring marks the word chosen above. Names without room are left out: point at a dot to read it."))
    st.markdown(wording.together_said(found, view))
    _table(wording.together_table(found, view), "How often the nearest word is of the same group, before and after")


# ---- order -----------------------------------------------------------------------------------------------------------


def ask_sentences() -> Read:
    """Ask for two sentences; one without words gets a sentence, and the last good two stay."""
    controls.check_link("words_shuffle", 0, 2**31 - 1)
    for column, (key, label, value) in zip(
        st.columns(2), (("words_one", "First sentence", wording.SENTENCES[0]), ("words_two", "Second", wording.SENTENCES[1])),
        strict=True,
    ):  # fmt: skip
        column.text_input(say(label), value, key=key, bind="query-params")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="words_pairs"):
        for name, (one, other) in wording.EXAMPLES.items():
            st.button(
                say(name), key=f"words_pair_{name}", type="tertiary", help=f"{one} / {other}", on_click=typed.put,
                kwargs={"words_one": one, "words_two": other},
            )  # fmt: skip
        st.number_input(say("Seed"), 0, 2**31 - 1, 0, key="words_shuffle", bind="query-params", width=110)
        st.button(say("Shuffle the first into the second"), key="words_mix", on_click=_shuffle)
    texts = st.session_state["words_one"] or "", st.session_state["words_two"] or ""
    good = "words_sentences_good"
    try:
        question = Question(*texts)
        st.session_state[good] = texts
    except ValueError as wrong:
        kept = st.session_state.get(good, wording.SENTENCES)
        st.warning(
            say(
                "{wrong}. Type some, or choose an example. What you see still reads {kept}.",
                wrong=wrong,
                kept=wording.code(kept),
            )
        )
        question = Question(*kept)
    return compute.both_read(question)


def _shuffle() -> None:
    """Put a shuffled first sentence into the second; the next click has the next seed."""
    state = st.session_state
    seed = int(state["words_shuffle"] or 0)
    text = order.shuffled(state["words_one"] or "", seed)
    if text == state["words_two"]:
        seed = (seed + 1) % 2**31
        text = order.shuffled(state["words_one"] or "", seed)
    typed.put(words_two=text, words_shuffle=seed)


def show_bags(found: Read) -> None:
    """Both bags, and what each reader answers."""
    if note := wording.remarks(found):
        st.info(note)
    values, names = wording.bags(found)
    showing.chart(
        figures.switchboard(
            values, [say("first"), say("second")], names,
            say("One bag for both") if not found.bag_distance else say("Two different bags"),
            say("how often each word stands there"), dark=controls.dark(),
        ),
        key="words_bags", alt=say("The bags of words of both sentences: how often each word stands in each"),
    )  # fmt: skip
    st.markdown(wording.bags_said(found))
    st.markdown(say("**Who did it, or how is it?** Three trained readers answer with one word."))
    _table(
        wording.answer_table(found, _facts()),
        "The likeliest answer of each reader to both sentences with its probability",
        **{"largest difference": "%.6f", "weights": "localized"},
    )
    st.markdown(wording.answers_said(found))


def step(found: Read) -> None:
    """Step the RNN through one of the sentences."""
    options = {"first": "the first sentence", "second": "the second sentence"}
    which = controls.choice("words", "step", "Step the RNN through", options, "first")
    track, tokens = wording.track(found, int(which == "second"))
    _, wrong = player_asked(len(tokens), track.trace.hidden)
    if wrong:
        st.warning(wrong)
    player([track], tokens, key="words_player", step=len(tokens) - 1, value="h")
    st.caption(
        say(
            "The network was asked at the last word only. What it says before is what it would answer if the text ended."
        )
    )


def predict_half() -> None:
    """How many sentences does a bag get right? Asked first, answered by the held-out pairs."""
    st.markdown(say(wording.HALF_ASKED))
    guess = controls.choice("words", "half", "Your guess", wording.HALF, "none", asks=wording.HALF_ASKED)
    if guess == "none":
        return
    facts = _facts()
    controls.answer("words_half", wording.half_said(guess, facts))
    showing.chart(
        figures.lines(
            wording.share_lines(facts),
            say("Only the RNN keeps its answers in longer sentences"),
            say("words that say nothing (trained: 0 to 6)"),
            say("share of held-out sentences right"),
            span=(0, 1.05),
            dark=controls.dark(),
            height=400,
        ),
        key="words_shares",
        alt=say("Share of held-out sentences answered rightly by each reader, against the words that say nothing"),
    )
    st.markdown(wording.shares_said(facts))


def show_sizes() -> None:
    """How many weights a longer sentence needs, counted on networks that are built."""
    controls.check_link("words_length", 5, 50)
    length = st.slider(say("Room for T words"), 5, 50, 20, key="words_length", bind="query-params")
    showing.chart(
        figures.lines(
            wording.size_lines(compute.order_sizes(wording.LENGTHS)),
            say("The plain net grows with T, the RNN does not"),
            say("T, words that there is room for"),
            say("weights"),
            dark=controls.dark(),
        ),
        key="words_sizes",
        alt=say("Weights of the plain net, the RNN and the bag of words against the length of a sentence"),
    )
    st.markdown(wording.sizes_said(length, compute.order_sizes((length, length + 1))))


def _facts() -> dict[str, dict]:
    return {reader: compute.order_facts(name) for reader, name in order.READERS.items()}
