"""Exhibit: how probable is a sentence, and what does a network write that knows what comes next?"""

import streamlit as st

from playground import controls, lab_links, learning
from playground import lm_parts as parts
from playground import lm_words as words
from playground.language import say

st.title(say("Language model"))
st.markdown(say(words.ASKED))
sentences, sampling, levels, unit, own = controls.tabs("lm", words.TABS)
learning.stay("lm")

if sentences.open:
    with sentences:
        parts.two_sentences()
        parts.ending("lm_sentences", words.SENTENCES_NOTICE, words.SENTENCES_TRIES)

if sampling.open:
    with sampling:
        parts.sampling()
        parts.ending("lm_sampling", words.SAMPLING_NOTICE, words.SAMPLING_TRIES)

if levels.open:
    with levels:
        parts.letters_or_words()
        parts.ending("lm_levels", words.LEVELS_NOTICE, words.LEVELS_TRIES)

if unit.open:
    with unit:
        parts.one_unit()
        parts.ending("lm_units", words.UNIT_NOTICE, words.UNIT_TRIES)

if own.open:
    with own:
        parts.your_text()
        lab_links.train_one("lm")
        parts.ending("lm_own", words.OWN_NOTICE, words.OWN_TRIES)
