"""The page "lessons": its cards, its upload, its table of guesses."""

from functools import partial

import streamlit as st

from playground import class_words as words
from playground import guesses, lesson, lesson_parts, showing
from playground.language import say
from playground.shell import Way, ways

_FILE = "lessons_file"


def show_lessons() -> None:
    """A card for each lesson, with a way into it."""
    with st.container(horizontal=True, key="lessons_cards"):
        for found in lesson_parts.lessons():
            with st.container(border=True, width=310, height="stretch", key=f"lessons_card_{found.name}"):
                st.markdown(f"#### {lesson.harmless(say(found.title))}")
                st.markdown(lesson.harmless(say(found.about)))
                st.caption(words.card(found))
                ways([Way(say("Start"), lesson.address(found, 1, say))], key=f"lessons_start_{found.name}")
                if found.name != lesson.OWN:
                    st.download_button(
                        say("Its file, as an example"),
                        lesson.source(found.name),
                        f"{found.name}.json",
                        "application/json",
                        key=f"lessons_source_{found.name}",
                        type="tertiary",
                        icon=":material/download:",
                        on_click="ignore",
                    )


def ask_own() -> None:
    """A lesson from a file; a slip gets a sentence, and the last good lesson stays."""
    st.markdown(say(words.FILE, most_steps=lesson.MOST_STEPS, most_letters=lesson.LONGEST_TEXT))
    with st.expander(say("What a file looks like")):
        st.code(words.EXAMPLE, language="json")
    upload = say(words.UPLOAD, most=lesson.MOST_BYTES // 1000)
    st.file_uploader(upload, ["json"], key=_FILE, on_change=_take, width=460, max_upload_size=1)
    if told := st.session_state.get("lessons_told"):
        st.warning(words.refused(told))


def _take() -> None:
    """Read the file that was just given."""
    given = st.session_state.get(_FILE)
    st.session_state["lessons_told"] = ""
    if given is None:
        return
    try:
        lesson_parts.keep(lesson.read(given.getvalue()))
    except ValueError as wrong:
        st.session_state["lessons_told"] = say(wrong)


def show_guesses() -> None:
    """The visitor's answers as a table and as a file."""
    found = guesses.so_far()
    if not found:
        st.markdown(say(words.NO_GUESSES))
        return
    showing.table(guesses.rows(found), hide_index=True, alt=say("Your answers, with when and where you gave them"))
    st.caption(say(words.KEPT))
    with st.container(horizontal=True):
        st.download_button(
            say("As CSV"),
            partial(guesses.as_csv, found),
            "guesses.csv",
            "text/csv",
            key="lessons_guesses_file",
            on_click="ignore",
        )
        st.button(say("Forget them"), key="lessons_forget", on_click=guesses.forget)


def show_tries() -> None:
    """Two things to try."""
    for column, text in zip(st.columns(2), (words.LINK_TRY, words.FILE_TRY), strict=True):
        column.markdown(say(text))
