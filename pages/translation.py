"""Exhibit: how does one network read a date in any spelling, and another one write it in ISO?"""

import streamlit as st

from playground import controls, lab_links, learning
from playground import translating as words
from playground import translating_parts as parts
from playground.language import say

st.title(say("Translation"))
st.markdown(say(words.ASKED))
translate, vector, beams, forcing, good = controls.tabs("translate", words.TABS)
learning.stay("translate")

if translate.open:
    with translate:
        parts.translate()
        parts.ending(words.TRANSLATE_NOTICE, words.TRANSLATE_TRIES)

if vector.open:
    with vector:
        parts.the_vector_between()
        parts.ending(words.VECTOR_NOTICE, words.VECTOR_TRIES)

if beams.open:
    with beams:
        parts.greedy_and_beam()
        parts.ending(words.BEAM_NOTICE, words.BEAM_TRIES)

if forcing.open:
    with forcing:
        parts.teacher_forcing()
        lab_links.train_one("translate")
        parts.ending(words.FORCING_NOTICE, words.FORCING_TRIES)

if good.open:
    with good:
        parts.how_good()
        parts.ending(words.MARKS_NOTICE, words.MARKS_TRIES)
