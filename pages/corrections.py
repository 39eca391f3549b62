"""Exhibit: what do lecture slides print that is not so, and how does one see it?"""

import streamlit as st

from playground import answers_parts as parts
from playground import slips, typed
from playground.language import say

st.title(say("Slips in the lectures"))
st.markdown(say(slips.ASKED))

# Controls
slip = parts.ask_slip()
topics, evidence = st.columns([1, 2.6], gap="medium")
with topics:
    parts.list_slips(slip)

# Figures and explanation
with evidence:
    parts.show_slip(slip)
st.subheader(say("What to notice"))
st.markdown(say(slips.NOTICE))
st.subheader(say("Two things to try"))
typed.attempts("slips", parts.TRY_SLIPS)
