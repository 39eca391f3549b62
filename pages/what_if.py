"""Exhibit: which gate, unit or weight carries the memory, and what happens without it?"""

import streamlit as st

from models.what_if import WhatIf
from playground import compute, controls, explain, intervening
from playground import intervening_parts as parts
from playground.language import say
from playground.player import Cursor

st.title(say("What if"))
st.markdown(say(intervening.ASKED))

# Controls
question, letters = controls.question("whatif")
unit = compute.number_unit(question.cell)
original = compute.changed(WhatIf(question))
controls.remarks(original.reading)
room = compute.changeable(question)
presets = intervening.presets(question, room, unit, original.reading)
changes = parts.ask_changes(question, room, presets, unit)

# Compute
changed, found = parts.changed_run(question, changes, original)

# Figures
if parts.foretold(question, changes, original, changed):
    parts.show_effect(found, original, changed, len(changes))
else:
    changed, found = parts.changed_run(question, (), original)
parts.show_curves(found, original, changed, unit)
parts.play(original, changed, letters, Cursor(found.asked, unit))
st.markdown(explain.exactness(question, compute.read(question)))
parts.show_differences(original, changed)

# Explanation
guessed = parts.ask_first()
st.subheader(say("What to notice"))
parts.show_notice(question.cell, guessed=guessed)
st.subheader(say("Two things to try"))
parts.ending()
