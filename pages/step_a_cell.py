"""Exhibit: which values does a cell compute at every word, and what is each of them for?"""

from functools import partial

import streamlit as st

from models.reading import Question
from models.recipe import recipe
from playground import compute, controls, explain, export, showing
from playground.language import formula, say
from playground.player import Cursor

st.title(say("Step a cell"))
st.markdown(say("**Which values does a cell compute at every word, and what is each of them for?**"))

# Controls
question, letters = controls.question("cell")

# Compute
reading = compute.read(question)
controls.remarks(reading)

# Figures
unit = compute.number_unit(question.cell)
cursor = controls.play(
    "cell", {question.cell: reading}, letters, Cursor(1, unit), value=explain.TELLING[question.cell], report=True
)
st.markdown(explain.exactness(question, reading))

# Explanation
formulas, table, code, network = controls.tabs(
    "cell", ["Formulas with numbers", "Table", "PyTorch code", "The network"]
)
if formulas.open:
    with formulas:
        st.markdown(explain.where(reading, cursor))
        if remark := letters.remark(reading.trace.cell, say):
            st.info(remark)
        for pair in explain.pairs(reading.trace, letters, cursor):
            for column, (title, line, shapes) in zip(st.columns(2), pair, strict=False):
                with column:
                    st.markdown(f"**{title}**")
                    st.latex(formula(line))
                    st.caption(shapes)
if table.open:
    with table:
        st.markdown(explain.where(reading, cursor))
        alt = say("Gates and states of one unit by token")
        showing.table(explain.unit_table(reading, cursor), hide_index=True, alt=alt)
        with st.container(horizontal=True):
            st.download_button(say("All units as CSV"), partial(export.as_csv, reading), "trace.csv", "text/csv")
            json = partial(export.as_json, reading)
            st.download_button(say("All units as JSON"), json, "trace.json", "application/json")
if code.open:
    with code:
        st.markdown(say("These lines give the same numbers; run them in the folder of this project."))
        st.code(recipe(question), language="python")
if network.open:
    with network:
        facts = compute.facts(question.cell)
        st.markdown(explain.training(facts))
        alt = say("Share of right verbs by distance: the network beside the guess by the nearest noun")
        showing.chart(explain.accuracy(facts, dark=controls.dark()), key="cell_accuracy", alt=alt)

st.subheader(say("What to notice"))
st.markdown(explain.notice(question, unit))
if question.trained:
    there = say("Show unit {unit} in the player", unit=unit + 1)
    controls.pointer("cell", there, Cursor(1, unit), explain.TELLING[question.cell])
st.markdown(explain.memory_table(compute.read(Question(controls.LECTURE, question.cell)), unit))
st.subheader(say("Two things to try"))
controls.attempts("cell")
