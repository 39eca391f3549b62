"""Exhibit: what do learners ask most, and what do the numbers say?"""

import streamlit as st

from playground import answers_parts as parts
from playground import typed
from playground.language import say

st.title(say("Questions learners ask"))
st.markdown(say(parts.ASKED))

# Controls
asked = parts.ask_question()
topics, answer = st.columns([1, 2.6], gap="medium")
with topics:
    parts.list_questions(asked)

# Figures and explanation
with answer:
    parts.show_question(asked)
st.subheader(say("What to notice"))
st.markdown(say(parts.NOTICE))
st.subheader(say("Two things to try"))
typed.attempts("questions", parts.TRY)
