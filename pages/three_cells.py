"""Exhibit: what do an RNN, an LSTM and a GRU make of the same sentence?"""

import streamlit as st

from playground import compute, controls, explain, figures, showing
from playground.language import say
from playground.notation import NOTATIONS
from playground.player import Cursor

st.title(say("Three cells, one text"))
st.markdown(say("**What do an RNN, an LSTM and a GRU make of the same sentence?** One cursor runs through all three."))

# Controls
questions = controls.questions("cells")

# Compute
readings = {question.cell: compute.read(question) for question in questions}
changes = {cell: compute.changes(question) for cell, question in zip(readings, questions, strict=True)}
controls.remarks(readings["LSTM"])

# Figures
controls.play("cells", readings, NOTATIONS["PyTorch"], Cursor(1, compute.number_unit("LSTM")))

# Explanation
asked = "Which moves more from word to word: the memory c or the state h?"
st.subheader(say(asked))
guess = controls.choice(
    "cells", "guess", "Your guess first", {"none": "?", "c": "c", "h": "h", "same": "about equal"}, "none", asks=asked
)
if guess != "none":
    controls.answer("cells_guess", explain.graded(guess, changes["LSTM"]))
    showing.chart(
        figures.lines(
            explain.change_lines(changes),
            say("How far each state moves at each token"),
            say("token"),
            say("mean |change| over the units"),
            words=readings["LSTM"].tokens,
            dark=controls.dark(),
        ),
        key="cells_change",
        alt=say("Mean absolute change of c and h from token to token, for the three cells"),
    )
    for cell, found in changes.items():
        st.markdown(explain.slowness(cell, found))

st.subheader(say("What to notice"))
st.markdown(explain.notice_three(trained=questions[0].trained))
st.subheader(say("Two things to try"))
controls.attempts("cells")
