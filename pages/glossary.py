"""Exhibit: what is this letter, and what does another lecture call it?"""

import streamlit as st

from playground import controls
from playground import glossary_parts as parts
from playground.language import say

st.title(say("Glossary and notation"))
st.markdown(say(parts.ASKED))
notation, terms = controls.tabs("glossary", parts.TABS)

if notation.open:
    with notation:
        # Controls
        reading, letters = parts.ask_cell()

        # Figures
        parts.show_letters(reading, letters)
        parts.show_slices(reading)
        parts.show_player(reading, letters)

        # Explanation
        parts.ending("notation", parts.NOTICE_NOTATION, parts.TRY_NOTATION)

if terms.open:
    with terms:
        parts.show_terms()
        parts.ending("terms", parts.NOTICE_GLOSSARY, parts.TRY_GLOSSARY)
