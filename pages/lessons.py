"""Exhibit: what shall we look at together, step by step?"""

import streamlit as st

from models.reading import Question
from playground import class_parts as parts
from playground import class_words as words
from playground import compute, controls
from playground.language import say
from playground.notation import NOTATIONS
from playground.player import Cursor

st.title(say("Lessons"))
st.markdown(say(words.ASKED))

# Controls
parts.show_lessons()

# Compute
reading = compute.read(Question(controls.LECTURE))

# Figures
st.subheader(say("Where the first one leads"))
st.markdown(say(words.LEADS))
controls.play(
    "lessons",
    {"LSTM": reading},
    NOTATIONS["PyTorch"],
    Cursor(1, compute.number_unit("LSTM")),
    value="i",
    compact=True,
)

# Explanation
st.subheader(say("A lesson of your own"))
parts.ask_own()
st.subheader(say("Your guesses so far"))
parts.show_guesses()
st.subheader(say("What to notice"))
st.markdown(say(words.NOTICE))
st.subheader(say("Two things to try"))
parts.show_tries()
