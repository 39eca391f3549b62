"""Parts of the page "tagging": its widgets, its pictures, and a training on the visitor's own file."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from models import tagging
from models.entity_f1 import score
from models.loaders import columns
from models.own_tags import Assignment, Picture, Split
from models.tagging import KINDS, Question
from models.tasks import ads
from playground import compute, controls, learning, showing, typed
from playground import tag_words as words
from playground.language import say
from playground.learning import Learning
from playground.player import Token, asked, player

_TEXT, _WORD, _FILE, _LIVE = "tag_text", "tag_word", "tag_file", "tag_live"
_ROW = 35  # pixels of a row in Streamlit's tables
_UPDATES = 300


def ending(page: str, notice: str, tries: words.Attempts) -> None:
    """What to notice, and two things to try."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts(page, tries)


def _table(rows: Mapping[str, Sequence[Any]], alt: str) -> None:
    """A table that shows all its rows, up to 20; numbers are percent."""
    numbers = [name for name, cells in rows.items() if not isinstance(cells[0], str)]
    count = min(20, len(next(iter(rows.values()))))
    showing.table(
        {say(name): cells for name, cells in rows.items()},
        hide_index=True,
        width="content",
        height=(count + 1) * _ROW + 3,
        column_config={say(name): st.column_config.NumberColumn(f"{say(name)}, %", format="%.1f") for name in numbers},
        alt=say(alt),
    )


def _steps_asked(steps: int, hidden: int) -> None:
    if wrong := asked(steps, hidden)[1]:
        st.warning(wrong)


# ---- a sentence ------------------------------------------------------------------------------------------------------


def predict_letters() -> None:
    """Who finds a name that nobody has seen? Asked first, answered by all networks."""
    st.markdown(say(words.GUESS))
    guess = controls.choice("tag", "guess", "Your guess", words.GUESSES, "none", asks=words.GUESS)
    if guess != "none":
        controls.answer("tag_guess", words.graded(guess, _all(words.ASKED_SENTENCE)))


def ask_text() -> str:
    """Ask for a sentence; one without words gets a sentence, and the last good one stays."""
    text = st.text_input(say("Your sentence (Enter reads it)"), words.EXAMPLE, key=_TEXT, bind="query-params") or ""
    with st.container(horizontal=True, gap="small", key="tag_examples"):
        for name, example in words.EXAMPLES.items():
            st.button(
                say(name), key=f"tag_{name}", type="tertiary", help=example, on_click=typed.put, kwargs={_TEXT: example}
            )
    return _good(text, "tag_good_text", words.EXAMPLE, "That sentence has no word to tag. Type some words.")


def _good(text: str, key: str, example: str, complaint: str) -> str:
    """The text if it has words, else a sentence and the last text that had some."""
    if tagging.tokens(text):
        st.session_state[key] = text
        return text
    kept = st.session_state.get(key, example)
    text = words.cut(kept, 60).replace("`", "ˋ")
    st.warning(say("{complaint} What you see still reads `{text}`.", complaint=say(complaint), text=text))
    return kept


def _all(text: str) -> dict[str, tagging.Tagged]:
    return {kind: compute.words_tagged(Question(text, kind)) for kind in KINDS}


def show_ribbons(text: str) -> None:
    """The sentence as each network tags it."""
    found = _all(text)
    if told := words.remarks(found["characters"]):
        st.info(told)
    st.html(words.ribbons(found, dark=controls.dark()))


def show_network(text: str) -> None:
    """One network closely: every word, the evidence for one of them, and its readers step by step."""
    st.subheader(say("One network closely"))
    kind = controls.select("tag", "network", "Network", words.NETWORKS, width=330)
    question = Question(text, kind)
    found = compute.words_tagged(question)
    left, right = st.columns([1.1, 1], gap="medium")
    with left:
        _table(words.word_table(found), "Each word with its entity tag, its probability and its part of speech")
    with right:
        options = words.word_options(found)
        word = int(
            controls.select("tag", f"evidence{len(found.tokens)}", "Evidence for the tag of", options, width=220)
        )
        moved = compute.tag_evidence(question, word)
        st.html(words.evidence_ribbon(found, word, moved, dark=controls.dark()))
        st.markdown(words.evidence_words(found, word, moved))
    if not found.readers:
        st.markdown(
            say("This network has no recurrent layer: there is nothing to step. Choose another one to step through it.")
        )
        return
    tracks = words.tracks(found)
    _steps_asked(len(found.tokens), max(track.trace.hidden for track in tracks))
    player(tracks, words.player_tokens(found), key=f"tag_player_{kind}")


# ---- an invented word ------------------------------------------------------------------------------------------------


def ask_word() -> str:
    """Ask for one word; none gets a sentence, and the last good one stays."""
    text = st.text_input(say("Your word (Enter reads it)"), words.WORD, key=_WORD, bind="query-params", width=320) or ""
    with st.container(horizontal=True, gap="small", key="tag_words"):
        for word in words.INVENTED:
            st.button(word, key=f"tag_word_{word}", type="tertiary", on_click=typed.put, kwargs={_WORD: word})
    split = tagging.tokens(_good(text, "tag_good_word", words.WORD, "There is no word in it. Type one."))
    if len(split) > 1:
        word = words.cut(split[0]).replace("`", "ˋ")
        st.info(say("One word is read here, the first: `{word}`.", word=word))
    return split[0]


def show_word(word: str) -> None:
    """What all networks say of the word in a sentence that does not tell."""
    found = _all(words.sentence_with(word))
    st.markdown(words.invented_words(word, found))
    _table(words.chance_table(found), "Probability that the invented word is a person, a place, a company or no name")


def show_letters(word: str) -> None:
    """The two readers of characters, letter by letter."""
    st.subheader(say("The character vector, letter by letter"))
    st.markdown(say(words.LETTERS))
    found = compute.spelled(word)
    _steps_asked(len(found.letters), found.forward.hidden)
    player(words.letter_tracks(found), [Token(letter) for letter in found.letters], key="tag_letters")


# ---- how good --------------------------------------------------------------------------------------------------------


def predict_lazy(facts: Mapping[str, Mapping[str, Any]]) -> bool:
    """What does a tagger score that always says O? Asked first, answered by its marks; whether somebody has guessed."""
    st.markdown(say(words.GUESS_O))
    guess = controls.choice("tag", "lazy", "Your guess", words.GUESSES_O, "none", asks=words.GUESS_O)
    if guess != "none":
        controls.answer("tag_lazy", words.graded_o(guess, facts["word"]["baselines"]["always O"]["marks"]))
    return guess != "none"


def show_scores(facts: Mapping[str, Mapping[str, Any]], *, lazy: bool) -> None:
    """The marks of all networks beside the baselines; parts of speech; a lecture's example as an exercise."""
    _table(
        words.score_table(facts, lazy=lazy),
        "Entity F1, precision and recall, and accuracy on known and unknown words, of each tagger",
    )
    st.markdown(words.score_words(facts))
    st.markdown(say(words.LANGUAGE))
    with st.expander(say("Parts of speech, from the same networks")):
        st.markdown(
            say(
                "Each network has a second read-out. Here the most frequent tag is strong: most words have one part of "
                "speech."
            )
        )
        _table(words.part_table(facts), "Share of words with the right part of speech, of each tagger")
    with st.expander(say("Find the errors: a large tagger on a news text")):
        st.markdown(say("A lecture shows what a well-known library's tagger said of these words. How many are right?"))
        _table(words.four_table(), "Four words, what the tagger said and what they are")
        said = [[f"B-{kind}" for _, kind, _ in words.FOUR]]
        st.markdown(words.four_words(score([[f"B-{kind}" if kind else "O" for *_, kind in words.FOUR]], said)))


# ---- a template ------------------------------------------------------------------------------------------------------


def ask_language() -> str:
    """Ask for the language of the ad."""
    return controls.choice("tag", "language", "Language", ads.LANGUAGES, "en")


def ask_ad(language: str) -> str:
    """Ask for an ad; one without words gets a sentence, and the last good one stays."""
    example = ads.EXAMPLES[language]
    key = f"tag_ad_{language}"
    text = st.text_area(
        say("Your ad (Ctrl+Enter reads it)"), example, height=150, max_chars=3000, key=key, bind="query-params"
    )
    return _good(text or "", f"tag_good_ad_{language}", example, "That ad has no word to read. Type or paste one.")


def show_template(text: str, language: str) -> None:
    """The ad with its fields marked, and the filled template beside what regular expressions make of it."""
    split, tags, filled = compute.filled(text)
    st.html(words.ad_ribbon(split, tags, dark=controls.dark()))
    _table(
        words.template_table(filled, ads.by_patterns(text, language)),
        "The template as the network and as the regular expressions fill it",
    )
    if len(split) == ads.LONGEST:
        st.info(say("The first {count} words are read.", count=ads.LONGEST))


def predict_patterns() -> bool:
    """Network or regular expressions? Asked first, answered by held-out ads; whether somebody has guessed."""
    st.markdown(say(words.GUESS_AD))
    guess = controls.choice("tag", "race", "Your guess", words.GUESSES_AD, "none", asks=words.GUESS_AD)
    if guess != "none":
        controls.answer("tag_race", words.graded_ad(guess, compute.tagging_facts("tagging-ads")["ads"]))
    return guess != "none"


def show_fields(language: str, *, new: bool) -> None:
    """How often each field is filled rightly, by whom, on held-out ads."""
    scores = compute.tagging_facts("tagging-ads")["ads"]
    _table(
        words.ad_scores(scores, language, new=new),
        "Share of held-out ads in which a field is right, network and patterns",
    )
    st.markdown(
        words.ad_words(scores, language) if new else say("The columns of new phrasings appear once you have guessed.")
    )


# ---- a file of one's own ---------------------------------------------------------------------------------------------


def your_file() -> None:
    """A visitor's file: the baselines at once, a network on request, within a small budget."""
    given = st.file_uploader(
        say("Your file: words in columns"), ["conll", "conllu", "txt", "tsv", "annotated", "bio"], key=_FILE
    )
    kind = controls.choice("tag", "own_kind", "Network", words.OWN_KINDS, "characters")
    if given is not None:
        _take(given.getvalue(), given.name)
    known = st.session_state.get(_LIVE)
    if known is None:
        st.info(
            say(
                "No file yet. Each line of it would look like `London B-location` or `went O`, with an empty line "
                "between sentences."
            )
        )
        return
    st.markdown(f"**{words.cut(known['name'], 60)}**: {words.corpus_words(known['corpus'])}")
    current = _newest(known)
    going = bool(current and current.going)
    with st.container(horizontal=True, key="tag_own_buttons"):
        st.button(
            say("Train"), key="tag_own_train", type="primary", disabled=going, on_click=_start, args=(known, kind)
        )
        st.button(say("Stop"), key="tag_own_stop", disabled=not going, on_click=learning.finish, args=(current,))
    learning.refusal("tag")
    learning.watch(current, lambda: _show(known))


def _take(data: bytes, name: str) -> None:
    """Reads a file once; what is wrong with it gets a sentence, and the last good one stays."""
    state = st.session_state
    if _LIVE in state and state[_LIVE]["data"] == data:
        return
    try:
        corpus = columns.read(data)
        split = Split.of(corpus)
    except ValueError as wrong:
        if _LIVE not in state:
            st.warning(f"{say(wrong)}.")
        else:
            kept = words.cut(state[_LIVE]["name"], 60)
            st.warning(say("{wrong}. What you see is still {kept}.", wrong=wrong, kept=kept))
        return
    learning.end(state.get(_LIVE, {}).get("learning"))
    state[_LIVE] = {
        "data": data, "name": name, "corpus": corpus, "split": split, "rows": split.baselines(), "learning": None,
    }  # fmt: skip


def _start(known: dict[str, Any], kind: str) -> None:
    asked = Assignment(words.own_recipe(kind, _UPDATES), known["split"])
    known["learning"] = learning.begin("tag", asked, known["learning"])


def _newest(known: dict[str, Any]) -> Learning[Assignment] | None:
    """The newest training; it joins the marks when it has learned to the end, or was stopped, and has been measured."""
    current: Learning[Assignment] | None = known["learning"]
    picture: Picture | None = current.work.picture if current and not current.going else None
    if current and picture and picture.marks:
        name = KINDS[current.asked.recipe.kind].title
        known["rows"][say("{network}, {count} updates", network=say(name), count=picture.step)] = picture.marks
    return current


def _show(known: dict[str, Any]) -> None:
    """How far a training is, and the marks of those who are done."""
    current: Learning[Assignment] | None = known["learning"]
    if current:
        learning.bar(current, words.own_live(current.asked.recipe, current.work.updates, current.work.losses))
    _table(words.own_table(known["rows"]), "Marks of each tagger on the held-out fifth of the file")
