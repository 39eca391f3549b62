"""Exhibit: what do lecture slides print that is not so, and how does one see it?"""

import streamlit as st

from playground import answers_parts as parts
from playground import slips, typed

st.title("Slips in the lectures")
st.markdown(slips.ASKED)

# Controls
slip = parts.ask_slip()
topics, evidence = st.columns([1, 2.6], gap="medium")
with topics:
    parts.list_slips(slip)

# Figures and explanation
with evidence:
    parts.show_slip(slip)
st.subheader("What to notice")
st.markdown(slips.NOTICE)
st.subheader("Two things to try")
typed.attempts("slips", parts.TRY_SLIPS)
